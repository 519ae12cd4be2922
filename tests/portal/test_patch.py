"""The leader's page, the pages of patches and visits, and the nightly message about branches without a leader."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
import time_machine
from django.http import Http404
from django.urls import reverse

from assessment import rollup
from assessment.statement import statement
from branches.models import PatchAssignment, PatchVisit, VisitPromise
from branches.reminders import tell_orphans
from branches.services.patches import hand_over
from branches.services.visits import PromiseInput, log_visit
from branches.tasks import nightly_orphans
from core.periods import Month
from notices.models import Notice
from portal.patch import patch_page
from tests.factories import activities as records
from tests.factories.branches import TODAY, BranchFactory, Cast, GrantFactory, UserFactory
from worklists.models import Item

NOW = records.NOW


@pytest.fixture(autouse=True)
def november():
    """The clock of the pages stands on the day of the cast."""
    with time_machine.travel(NOW, tick=True):
        yield


def visited(cast: Cast, branch=None, day: date = date(2026, 11, 10), *promises: str) -> PatchVisit:
    return log_visit(
        actor=cast.viewer("leader"),
        branch=branch or cast.branch,
        visited_on=day,
        seen="台账齐全",
        promises=[PromiseInput(words) for words in promises],
        now=NOW,
    )


def card(cast: Cast, who: str = "leader", branch=None):
    page = patch_page(cast.viewer(who), cast.leader)
    return next(one for one in page.branches if one.branch == (branch or cast.branch))


def test_leader_sees_the_own_patch_and_no_other_branch(cast: Cast) -> None:
    page = patch_page(cast.viewer("leader"), cast.leader)
    assert [one.branch for one in page.branches] == [cast.branch, cast.other_branch]
    assert [one.secretary for one in page.branches] == ["王书记", "李书记"]


def test_other_people_have_no_such_page(cast: Cast) -> None:
    for who in ("secretary", "committee_member", "member", "outsider", "administrator"):
        with pytest.raises(Http404):
            patch_page(cast.viewer(who), cast.leader)
    with pytest.raises(Http404):
        patch_page(cast.viewer("leader"), cast.officer)


def test_score_is_the_one_of_the_statement(cast: Cast) -> None:
    records.load_scheme(cast.root)
    records.approved(cast, held_on=date(2026, 10, 14), now=records.at(date(2026, 10, 20)))
    rollup.run(root_id=cast.root.pk, month=Month(2026, 10), now=NOW)
    shown = statement(cast.viewer("leader"), cast.branch.pk, Month(2026, 10)).figures.shown
    assert shown is not None
    assert card(cast).score == shown
    assert card(cast).statement_url == reverse("assessment:statement", args=[cast.branch.pk, "2026-10"])


def test_what_is_lacking_is_named_until_it_is_done(cast: Cast) -> None:
    records.load_scheme(cast.root)

    def lacking() -> set[tuple[str, str]]:
        return {(str(month), duty.code) for month, duty in card(cast).lacking}

    assert {("2026-10", "theme_day"), ("2026-11", "theme_day")} <= lacking()
    records.sent(cast, held_on=date(2026, 10, 14))
    assert ("2026-10", "theme_day") not in lacking()
    assert ("2026-11", "theme_day") in lacking()


def test_open_items_of_the_branch_stand_on_its_card(cast: Cast) -> None:
    common = {
        "root": cast.root, "kind": "finding", "title": "补开党课", "demand": "补开", "due_on": date(2026, 11, 1),
        "first_due_on": date(2026, 11, 1), "opened_at": NOW,
    }  # fmt: skip
    Item.objects.create(branch=cast.branch, source="finding:1", **common)
    Item.objects.create(branch=cast.far_branch, source="finding:2", **common)
    Item.objects.create(branch=cast.branch, source="finding:3", state="cancelled", **common)
    assert [item.source for item in card(cast).items] == ["finding:1"]
    assert (card(cast).late_items, patch_page(cast.viewer("leader"), cast.leader).open_items) == (1, 1)


def test_branch_not_visited_for_ninety_days_is_named(cast: Cast) -> None:
    assert card(cast).is_quiet
    visited(cast, None, TODAY - timedelta(days=91))
    assert card(cast).is_quiet
    visited(cast, None, TODAY - timedelta(days=90))
    assert not card(cast).is_quiet


def test_second_visit_reminds_of_the_promise(cast: Cast, client_as) -> None:
    visited(cast, None, date(2026, 11, 3), "协调活动室")
    form = client_as("leader").get(reverse("branches:visit_new", args=[cast.branch.pk])).content.decode()
    assert "上次答应" in form and "协调活动室" in form
    promise = VisitPromise.objects.get()
    answer = client_as("leader").post(
        reverse("branches:promise_settle", args=[promise.pk]), {"outcome": "已调出一间", "on": "2026-11-18"}
    )
    assert answer.status_code == 302
    form = client_as("leader").get(reverse("branches:visit_new", args=[cast.branch.pk])).content.decode()
    assert "协调活动室" not in form


def test_visit_is_logged_in_the_browser_once(cast: Cast, client_as) -> None:
    url = reverse("branches:visit_new", args=[cast.branch.pk])
    data = {"visited_on": "2026-11-18", "seen": "支委会记录齐全", "words1": "送书", "due1": "2026-12-01"}
    assert client_as("leader").post(url, data).status_code == 302
    again = client_as("leader").post(url, data)
    assert again.status_code == 409 and "已登记" in again.content.decode()
    assert (PatchVisit.objects.count(), VisitPromise.objects.get().words) == (1, "送书")
    assert client_as("leader").post(url, {"visited_on": "2026-11-19"}).status_code == 400


def test_branch_and_officer_read_of_the_visit(cast: Cast, client_as) -> None:
    visited(cast)
    visited(cast, cast.other_branch, date(2026, 11, 11))
    detail = client_as("secretary").get(reverse("branches:detail", args=[cast.branch.pk])).content.decode()
    assert "台账齐全" in detail
    rows = {who: client_as(who).get(reverse("branches:visits")).content.decode().count("台账齐全") for who in
            ("officer", "leader", "secretary", "other_secretary", "outsider")}  # fmt: skip
    assert rows == {"officer": 2, "leader": 2, "secretary": 1, "other_secretary": 1, "outsider": 0}


def test_visit_list_is_filtered_and_exported_alike(cast: Cast, client_as) -> None:
    visited(cast, None, date(2026, 11, 10), "送书")
    visited(cast, cast.other_branch, date(2026, 11, 11))
    query = "?open=on"
    page = client_as("officer").get(reverse("branches:visits") + query).content.decode()
    assert page.count("台账齐全") == 1 and "送书" in page
    answer = client_as("officer").get(reverse("branches:visits_export") + query)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = [
        row for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True) if row[0] == 1
    ]
    assert [(row[3], row[5], row[6]) for row in rows] == [("公路党支部", "送书（未办结）", 1)]


# -- branches without a leader ---------------------------------------------------------------------------


def told(user) -> list[str]:
    return list(
        Notice.objects.filter(recipient=user, dedupe_key__startswith="no-leader").values_list("title", flat=True)
    )


def test_officers_hear_once_of_each_branch_without_a_leader(cast: Cast) -> None:
    assert tell_orphans(root=cast.root, today=TODAY, now=NOW) == 2  # both officers
    assert tell_orphans(root=cast.root, today=TODAY + timedelta(days=1), now=NOW) == 0
    assert told(cast.officer) == ["运管党支部没有包片领导"]
    assert told(cast.secretary) == told(cast.leader) == []


def test_a_new_spell_without_a_leader_is_told_again(cast: Cast) -> None:
    tell_orphans(root=cast.root, today=TODAY, now=NOW)
    hand_over(actor=cast.viewer("officer"), branch=cast.far_branch, leader=cast.leader, on=TODAY)
    assert tell_orphans(root=cast.root, today=TODAY, now=NOW) == 0
    later = TODAY + timedelta(days=10)
    hand_over(actor=cast.viewer("officer", later), branch=cast.far_branch, leader=None, on=later)
    assert tell_orphans(root=cast.root, today=later, now=NOW) == 2


def test_one_message_where_nobody_is_a_leader(cast: Cast) -> None:
    cast.leader.grants.all().delete()
    assert tell_orphans(root=cast.root, today=TODAY, now=NOW) == 2
    assert told(cast.officer) == ["3个支部都没有包片领导"]


def test_officer_of_a_part_hears_of_that_part_only(cast: Cast) -> None:
    part = BranchFactory(parent=cast.root, tier="general_branch")
    inside = BranchFactory(parent=part, short_name="站党支部")
    user = UserFactory(root=cast.root)
    GrantFactory(user=user, organisation=part)
    tell_orphans(root=cast.root, today=TODAY, now=NOW)
    assert told(user) == [f"{inside.short_name}没有包片领导"]


def test_night_job_may_run_twice(cast: Cast) -> None:
    nightly_orphans()
    nightly_orphans()
    assert told(cast.officer) == ["运管党支部没有包片领导"]


def test_officer_is_shown_the_orphans(cast: Cast, client_as) -> None:
    text = client_as("officer").get(reverse("branches:patches")).content.decode()
    assert "1个没有包片领导" in text and cast.far_branch.short_name in text
    records.load_scheme(cast.root)
    rollup.run(root_id=cast.root.pk, month=Month(2026, 10), now=NOW)
    url = reverse("assessment:overview_month", args=["2026-10"])
    flag = reverse("branches:leader", args=[cast.far_branch.pk])
    assert flag in client_as("officer").get(url).content.decode()
    assert "没有包片领导" not in client_as("leader").get(url).content.decode()


def test_officer_hands_over_in_the_browser(cast: Cast, client_as) -> None:
    url = reverse("branches:leader", args=[cast.far_branch.pk])
    assert client_as("officer").post(url, {"leader": cast.leader.pk, "on": "2026-11-20"}).status_code == 302
    assert PatchAssignment.objects.get(branch=cast.far_branch).leader == cast.leader
    assert client_as("officer").post(url, {"leader": cast.secretary.pk, "on": "2026-11-20"}).status_code == 400
