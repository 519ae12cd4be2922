"""Marks that a closed poll writes: named by their source, written once, never typed over, taken out with a reason."""

from __future__ import annotations

import pytest
from django.http import Http404

from appraisal import services
from appraisal.models import PartMark, YearState
from appraisal.services import MarkEntry
from branches.permissions import Viewer
from core.errors import InvalidInput, Locked, Refused
from core.models import AuditEntry
from tests.factories.appraisal import DAY, JANUARY, publish, settle

pytestmark = pytest.mark.django_db


def _take(officer, year_end, branch, **values) -> PartMark:
    found = {"part": "members", "hundredths": 9250, "handed_out": 12, "returned": 11, **values}
    return services.take_from_poll(
        actor=officer,
        year_end=year_end,
        branch=branch,
        origin_label="2025年民主测评",
        origin_url="/polls/7/",
        now=JANUARY,
        **found,
    )


def test_poll_mark_names_its_source_and_counts_in_the_total(settled_cast, officer, year_end):
    mark = _take(officer, year_end, settled_cast.branch)
    assert (mark.hundredths, mark.handed_out, mark.returned) == (9250, 12, 11)
    assert (mark.origin_label, mark.origin_url, mark.version) == ("2025年民主测评", "/polls/7/", 1)

    services.settle(actor=officer, year_end_id=year_end.pk, now=JANUARY)

    result = year_end.results.get(branch=settled_cast.branch)
    assert [part["shown"] for part in result.composition["parts"] if part["code"] == "members"] == ["92.50"]


def test_the_same_poll_twice_changes_nothing(settled_cast, officer, year_end):
    first = _take(officer, year_end, settled_cast.branch)
    again = _take(officer, year_end, settled_cast.branch)
    assert (again.pk, again.version) == (first.pk, 1)
    assert AuditEntry.objects.filter(action="year.mark.poll").count() == 1


def test_a_poll_replaces_what_was_typed_and_the_trail_keeps_both(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    mark = _take(officer, year_end, settled_cast.branch)
    year_end.refresh_from_db()
    entry = AuditEntry.objects.get(action="year.mark.poll")
    key = f"members-{settled_cast.branch.pk}"
    assert (mark.version, year_end.state) == (2, YearState.OPEN)
    assert [values[0] for values in entry.changes[key]] == [9000, 9250]


def test_a_poll_mark_is_not_typed_over(settled_cast, officer, year_end):
    _take(officer, year_end, settled_cast.branch)
    typed = [MarkEntry(settled_cast.branch.pk, "members", "99", "12", "11")]
    with pytest.raises(InvalidInput) as caught:
        services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=typed, now=JANUARY)
    assert caught.value.fields == {
        f"members-{settled_cast.branch.pk}": ["已取自“2025年民主测评”，不能手工改。"],
    }
    same = [MarkEntry(settled_cast.branch.pk, "members", "92.5", "12", "11")]
    assert services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=same, now=JANUARY) == 0


def test_release_takes_out_only_that_polls_marks(settled_cast, officer, year_end):
    _take(officer, year_end, settled_cast.branch)
    services.enter_marks(
        actor=officer,
        year_end_id=year_end.pk,
        entries=[MarkEntry(settled_cast.other_branch.pk, "members", "90", "10", "9")],
        now=JANUARY,
    )
    found = services.release_from_poll(
        actor=officer, year_end=year_end, part="members", origin_url="/polls/7/", reason="票箱未封"
    )
    assert found == 1
    assert list(
        PartMark.objects.order_by("branch_id").values_list("branch_id", "hundredths", "origin_label")
    ) == sorted([(settled_cast.branch.pk, None, ""), (settled_cast.other_branch.pk, 9000, "")])


def test_release_needs_a_reason(settled_cast, officer, year_end):
    _take(officer, year_end, settled_cast.branch)
    with pytest.raises(InvalidInput):
        services.release_from_poll(actor=officer, year_end=year_end, part="members", origin_url="/polls/7/", reason=" ")
    assert PartMark.objects.get().hundredths == 9250


@pytest.mark.parametrize("wrong", [{"hundredths": 10001}, {"hundredths": -1}, {"part": "daily"}])
def test_a_poll_gives_no_value_that_is_no_mark(settled_cast, officer, year_end, wrong):
    with pytest.raises(InvalidInput):
        _take(officer, year_end, settled_cast.branch, **wrong)
    assert not PartMark.objects.exists()


def test_a_poll_writes_nothing_for_a_foreign_branch(settled_cast, officer, year_end):
    with pytest.raises(Http404):
        _take(officer, year_end, settled_cast.foreign_branch)


def test_a_published_year_takes_no_poll(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end)
    with pytest.raises(Locked):
        _take(officer, year_end, settled_cast.branch)


@pytest.mark.parametrize("name", ["secretary", "member", "leader", "administrator", "outsider"])
def test_only_the_officer_takes_a_poll(settled_cast, year_end, name):
    with pytest.raises((Http404, Refused)):
        _take(Viewer.of(getattr(settled_cast, name), DAY), year_end, settled_cast.branch)
