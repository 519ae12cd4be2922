"""The menu each kind of user gets, the active entry, the figures beside it."""

from __future__ import annotations

import pytest

from branches.permissions import Viewer
from portal import navigation
from portal.counters import counters_of
from portal.navigation import ENTRIES, menu_of, url_of
from tests.factories.branches import TODAY
from tests.factories.worklists import done, opened


def labels(viewer: Viewer, here: str = "/") -> list[str]:
    return [item.label for group in menu_of(viewer, here, {}) for item in group.items]


def test_stranger_has_no_menu():
    assert menu_of(None, "/", {}) == []


@pytest.mark.parametrize(
    ("name", "seen", "unseen"),
    [
        (
            "secretary",
            {"工作台", "组织生活", "月报", "得分说明", "党员", "消息"},
            {"审核", "账号", "月度封存", "年终考核"},
        ),
        ("committee_member", {"组织生活", "月报", "得分说明"}, {"审核", "账号", "导入"}),
        ("officer", {"审核", "考核总览", "月度封存", "年终考核", "党组织", "导入"}, {"得分说明", "账号"}),
        ("leader", {"考核总览", "组织生活", "党组织"}, {"审核", "得分说明", "账号", "导入"}),
        ("member", {"工作台", "我的档案", "消息"}, {"组织生活", "审核", "党员", "考核总览", "账号"}),
        ("administrator", {"工作台", "账号", "消息"}, {"组织生活", "审核", "党员", "考核总览"}),
    ],
)
def test_each_role_has_its_entries(cast, name, seen, unseen):
    there = {entry.label for entry in ENTRIES if url_of(entry.url_name)}
    found = set(labels(cast.viewer(name)))
    assert seen & there <= found
    assert not unseen & found


def test_entry_is_active_on_its_page_and_below(cast, monkeypatch):
    monkeypatch.setattr(navigation, "url_of", lambda name: "/" if name == "home" else "/notices/")
    (groups,) = ([item for group in menu_of(cast.viewer("member"), "/notices/7/", {}) for item in group.items],)
    assert [item.label for item in groups if item.is_active] == ["消息"]


def test_figure_stands_beside_its_entry(cast):
    items = [item for group in menu_of(cast.viewer("member"), "/", {"notices": 3}) for item in group.items]
    assert [item.count for item in items if item.label == "消息"] == [3]


def test_every_entry_leads_somewhere():
    assert [entry.url_name for entry in ENTRIES if not entry.is_own and not url_of(entry.url_name)] == []


def test_members_have_their_own_file_and_the_administrator_none(cast):
    member = cast.viewer("member")
    own = f"/members/{member.member_id}/"
    items = [item for group in menu_of(member, own, {}) for item in group.items]
    assert [(item.label, item.url) for item in items if item.is_active] == [("我的档案", own)]
    assert "我的档案" not in labels(cast.viewer("administrator"))


def test_menu_of_a_signed_in_person_costs_few_queries(client_as, django_assert_max_num_queries):
    client = client_as("member")
    with django_assert_max_num_queries(8):
        client.get("/password/")


def test_viewer_of_the_cast_is_of_the_day(cast):
    assert cast.viewer("officer").today == TODAY


def test_long_menu_is_folded_but_for_the_first_groups_and_the_one_in_use(cast):
    officer = cast.viewer("officer")
    folded = {group.label: group.is_open for group in menu_of(officer, "/members/", {})}
    assert folded == {
        "": True,
        "组织生活": True,
        "量化考核": True,
        "年度考核": False,
        "报表": False,
        "廉政": False,
        "组织": True,
    }
    assert all(group.is_open for group in menu_of(cast.viewer("administrator"), "/", {}))


def test_folded_group_says_what_awaits_in_it(cast):
    groups = {group.label: group for group in menu_of(cast.viewer("officer"), "/", {"appeals": 2, "review": 3})}
    assert (groups["年度考核"].count, groups["年度考核"].is_open) == (2, False)
    assert groups["报表"].count == 0


def test_what_is_to_be_put_right_stands_beside_the_menu(cast, django_assert_num_queries):
    opened(cast, source="finding:1")
    done(cast, opened(cast, source="finding:2"))
    opened(cast, source="finding:3", branch=cast.other_branch)
    viewers = {name: cast.viewer(name) for name in ("secretary", "officer", "leader", "member")}
    for viewer in viewers.values():
        assert viewer.roles  # the rights are read before the figures

    with django_assert_num_queries(len(viewers)):
        found = {name: counters_of(viewer).get("worklists") for name, viewer in viewers.items()}
    assert found == {"secretary": 1, "officer": 1, "leader": None, "member": None}


def test_the_bell_counts_on_pages_that_have_figures_of_their_own(cast, client_as):
    """The list of items to put right names its figures `counts`; they must not hide the frame's."""
    opened(cast)  # tells the secretary
    client = client_as("secretary")
    for path in ("/worklists/", "/activities/"):
        assert '<span class="topbar-count">1</span>' in client.get(path).content.decode(), path
