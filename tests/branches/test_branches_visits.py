"""包片: handing over, branches without a leader, visits and promises."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.http import Http404

from branches.models import PatchAssignment, PatchVisit, VisitPromise
from branches.selectors.patches import branches_without_leader, patch_history, patch_of, visits_of
from branches.services.patches import hand_over
from branches.services.visits import PromiseInput, log_visit, settle_promise
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from core.periods import SHANGHAI
from tests.factories.branches import LONG_AGO, TODAY, BranchFactory, Cast, make_leader

NOW = datetime.combine(TODAY, time(9), SHANGHAI)


def visit(cast: Cast, by: str = "leader", **more) -> PatchVisit:
    data = {"branch": cast.branch, "visited_on": date(2026, 11, 10), "seen": "支委会记录齐全。"} | more
    return log_visit(actor=cast.viewer(by), now=NOW, **data)


def orphans(cast: Cast, who: str = "officer", on: date = TODAY) -> list[tuple[int, date]]:
    return [(one.branch.pk, one.since) for one in branches_without_leader(cast.viewer(who, on), cast.root.pk, on)]


def test_branch_in_nobodys_care_is_found_with_the_day(cast: Cast) -> None:
    assert orphans(cast) == [(cast.far_branch.pk, cast.far_branch.founded_on)]
    hand_over(actor=cast.viewer("officer"), branch=cast.branch, leader=None, on=date(2026, 11, 1))
    assert orphans(cast) == [(cast.branch.pk, date(2026, 11, 1)), (cast.far_branch.pk, LONG_AGO)]
    assert orphans(cast, on=date(2026, 10, 31)) == [(cast.far_branch.pk, LONG_AGO)]


def test_leader_without_the_role_cares_for_nobody(cast: Cast) -> None:
    cast.leader.grants.update(to_on=date(2026, 11, 19))
    assert {pk for pk, _ in orphans(cast)} == {cast.branch.pk, cast.other_branch.pk, cast.far_branch.pk}


def test_dissolved_and_foreign_branches_are_not_orphans(cast: Cast) -> None:
    BranchFactory(parent=cast.root, dissolved_on=date(2026, 11, 1))
    assert orphans(cast) == [(cast.far_branch.pk, LONG_AGO)]
    assert orphans(cast, "secretary") == []


def test_handing_over_keeps_the_past(cast: Cast) -> None:
    other = make_leader([cast.far_branch], username="second_leader")
    hand_over(actor=cast.viewer("officer"), branch=cast.branch, leader=other, on=date(2026, 11, 16))
    history = patch_history(cast.viewer("secretary"), cast.branch)
    assert [(row.leader, row.from_on, row.to_on) for row in history] == [
        (other, date(2026, 11, 16), None),
        (cast.leader, LONG_AGO, date(2026, 11, 15)),
    ]
    assert list(patch_of(cast.leader, TODAY)) == [cast.other_branch]
    assert cast.branch.pk in cast.viewer("leader", date(2026, 11, 15)).patch_branch_ids
    assert cast.branch.pk not in cast.viewer("leader", date(2026, 11, 16)).patch_branch_ids
    assert AuditEntry.objects.get(action="patch.hand_over").branch_id == cast.branch.pk


def test_handing_over_to_the_same_leader_changes_nothing(cast: Cast) -> None:
    before = list(PatchAssignment.objects.order_by("pk").values())
    hand_over(actor=cast.viewer("officer"), branch=cast.branch, leader=cast.leader, on=TODAY)
    assert list(PatchAssignment.objects.order_by("pk").values()) == before


def test_handing_over_needs_the_role_and_a_later_day(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        hand_over(actor=cast.viewer("officer"), branch=cast.branch, leader=cast.secretary, on=TODAY)
    with pytest.raises(InvalidInput):
        hand_over(actor=cast.viewer("officer"), branch=cast.branch, leader=None, on=date(2015, 6, 30))
    assert PatchAssignment.objects.filter(branch=cast.branch, to_on=None).count() == 1


def test_only_the_officer_hands_over(cast: Cast) -> None:
    for who in ("secretary", "leader", "administrator"):
        with pytest.raises(Refused):
            hand_over(actor=cast.viewer(who), branch=cast.branch, leader=None, on=TODAY)
    with pytest.raises(Http404):
        hand_over(actor=cast.viewer("outsider"), branch=cast.branch, leader=None, on=TODAY)


def test_visit_is_logged_with_its_promises(cast: Cast) -> None:
    made = visit(cast, promises=[PromiseInput("协调活动室", date(2026, 12, 31)), PromiseInput("  ")])
    assert [(one.words, one.due_on) for one in made.promises.all()] == [("协调活动室", date(2026, 12, 31))]
    for who in ("leader", "officer", "secretary", "committee_member"):
        found = visits_of(cast.viewer(who), [cast.branch.pk], TODAY)[cast.branch.pk]
        assert (found.last, found.this_year, len(found.open_promises)) == (made, 1, 1)
    for who in ("member", "other_secretary", "outsider", "administrator"):
        found = visits_of(cast.viewer(who), [cast.branch.pk], TODAY)[cast.branch.pk]
        assert (found.last, found.this_year, found.open_promises) == (None, 0, [])


def test_second_visit_finds_the_promise_until_it_is_settled(cast: Cast) -> None:
    first = visit(cast, promises=[PromiseInput("协调活动室")])
    visit(cast, visited_on=date(2026, 11, 18))
    leader = cast.viewer("leader")
    (promise,) = visits_of(leader, [cast.branch.pk], TODAY)[cast.branch.pk].open_promises
    assert promise.visit == first
    settle_promise(actor=leader, promise_id=promise.pk, outcome="已调出一间", on=date(2026, 11, 18), now=NOW)
    assert visits_of(leader, [cast.branch.pk], TODAY)[cast.branch.pk].open_promises == []
    with pytest.raises(Conflict):
        settle_promise(actor=leader, promise_id=promise.pk, outcome="再办", on=TODAY, now=NOW)


@pytest.mark.parametrize(
    "fault",
    [
        {"visited_on": date(2026, 11, 21)},
        {"visited_on": date(2014, 1, 1)},
        {"seen": "  "},
        {"promises": [PromiseInput("", date(2026, 12, 1))]},
        {"promises": [PromiseInput("早", date(2026, 11, 1))]},
    ],
)
def test_faulty_visits_are_refused(cast: Cast, fault: dict) -> None:
    with pytest.raises(InvalidInput):
        visit(cast, **fault)
    assert not PatchVisit.objects.exists() and not VisitPromise.objects.exists()


def test_one_visit_a_day(cast: Cast) -> None:
    visit(cast)
    with pytest.raises(Conflict):
        visit(cast)
    assert PatchVisit.objects.count() == 1


def test_only_the_leader_of_the_patch_logs(cast: Cast) -> None:
    with pytest.raises(Http404):
        visit(cast, branch=cast.far_branch)
    for who in ("officer", "secretary"):
        with pytest.raises(Refused):
            visit(cast, who)


def test_promise_is_settled_by_who_made_it(cast: Cast) -> None:
    made = visit(cast, promises=[PromiseInput("协调活动室")])
    promise = made.promises.get()
    second = make_leader([cast.branch], username="second_leader")
    cast.second = second  # type: ignore[attr-defined]
    for who in ("second", "officer", "secretary"):
        with pytest.raises(Refused):
            settle_promise(actor=cast.viewer(who), promise_id=promise.pk, outcome="好", on=TODAY, now=NOW)
    with pytest.raises(Http404):
        settle_promise(actor=cast.viewer("outsider"), promise_id=promise.pk, outcome="好", on=TODAY, now=NOW)
    with pytest.raises(InvalidInput):
        settle_promise(actor=cast.viewer("leader"), promise_id=promise.pk, outcome="好", on=date(2026, 11, 9), now=NOW)
