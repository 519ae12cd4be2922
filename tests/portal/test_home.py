"""What each home shows, and that it costs the same with one row and with three."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.periods import Month
from notices.services import notify
from portal.dashboard import branch_home, committee_home, member_home
from portal.standing import gauge_of
from tests.factories import activities as records
from tests.factories.branches import BranchFactory, CommitteeFactory, MemberFactory, TermFactory, make_committee_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def logged(cast):
    """The cast's branch with a scheme, one approved and one unsent record."""
    TermFactory(branch=cast.branch)
    records.load_scheme(cast.root)
    records.approved(cast, held_on=date(2026, 10, 14))
    records.draft(cast, title="没报的", held_on=date(2026, 11, 13))
    return cast


def queries(client, url: str) -> int:
    client.get(url)  # the first page of a session writes its beginning
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def text_of(client, url: str = "/") -> str:
    return client.get(url).content.decode()


def test_secretary_sees_duties_deadline_and_what_is_unsent(logged, client_as):
    text = text_of(client_as("secretary"))
    for words in ("本月该做的事", "公路党支部", "登记活动", "没报的", "还没有报送的记录"):
        assert words in text


def test_branch_home_is_about_the_month_at_hand(logged):
    home = branch_home(logged.viewer("secretary"))
    assert (home.month, home.deadline_words) == (Month(2026, 11), "12月5日24:00")
    assert home.late_month == Month(2026, 10)
    assert home.late_deadline == ""
    assert [record.title for record in home.records] == ["没报的"]


def test_another_branch_is_not_on_the_workbench(logged):
    assert branch_home(logged.viewer("other_secretary")).records == []


def test_officer_sees_all_branches_and_leader_the_own_patch(logged):
    assert len(committee_home(logged.viewer("officer")).branches) == 3
    names = [one.branch.short_name for one in committee_home(logged.viewer("leader")).branches]
    assert names == ["公路党支部", "港航党支部"]


def test_months_that_are_over_and_open_are_named(logged):
    months = committee_home(logged.viewer("officer")).open_months
    assert months == Month(2026, 1).until(Month(2026, 10))


def test_member_sees_the_own_attendance_alone(logged):
    home = member_home(logged.viewer("member"))
    assert (home.due, home.present) == (1, 1)


def test_administrator_sees_accounts_and_no_branch(logged, client_as):
    text = text_of(client_as("administrator"))
    assert "启用的账号" in text
    assert "公路党支部" not in text


def test_account_without_any_role_is_told_so(client_as):
    text = text_of(client_as("stranger"))
    assert "还没有对应的党员或职责" in text
    assert "由系统管理员授权" in text


@pytest.mark.parametrize("name", ["secretary", "officer", "leader", "member", "administrator"])
def test_home_costs_the_same_with_more_rows(logged, client_as, name):
    client = client_as(name)
    tell(logged, "first")
    before = queries(client, "/")
    for day in (15, 16):
        records.approved(logged, held_on=date(2026, 10, day))
        records.draft(logged, title=f"又一条{day}", held_on=date(2026, 11, day))
        MemberFactory(branch=BranchFactory(parent=logged.root))
        tell(logged, f"more {day}")
    assert queries(client, "/") == before


def tell(cast, key: str) -> None:
    people = [cast.secretary.pk, cast.officer.pk, cast.leader.pk, cast.member.pk, cast.administrator.pk]
    notify(recipients=people, kind="test", title=key, dedupe_key=key, root_id=cast.root.pk, now=records.NOW)


@pytest.mark.parametrize("words", ["公路", "建国"])
def test_search_costs_the_same_with_more_finds(logged, client_as, words):
    client = client_as("officer")
    MemberFactory(branch=logged.branch, name="张建国")
    before = queries(client, f"/search/?q={words}")
    for n in range(2):
        MemberFactory(branch=BranchFactory(parent=logged.root, short_name=f"公路{n}支部"), name="李建国")
    assert queries(client, f"/search/?q={words}") == before


def test_search_stays_inside_the_scope(logged, client_as):
    MemberFactory(branch=logged.far_branch, name="周建国")
    MemberFactory(branch=logged.foreign_branch, name="吴建国")
    assert "周建国" in text_of(client_as("officer"), "/search/?q=建国")
    for name in ("officer", "leader", "secretary", "outsider"):
        text = text_of(client_as(name), "/search/?q=建国")
        assert ("周建国" in text, "吴建国" in text) == (name == "officer", name == "outsider")


def test_one_character_finds_nothing(logged, client_as):
    assert "公路党支部" not in text_of(client_as("member"), "/search/?q=公").split("<main")[1]


def test_gauge_needs_a_score_and_enough_branches():
    assert gauge_of(None, None) is None


def test_officer_of_a_new_committee_is_told_how_to_begin(client, cast, client_as):
    client.force_login(make_committee_officer(CommitteeFactory()))
    text = text_of(client)
    assert "从这里开始" in text
    assert "导入党支部" in text
    assert "全部报齐" not in text
    assert "从这里开始" not in text_of(client_as("officer"))
