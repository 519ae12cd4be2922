"""Rounds from the draw to the frozen result: who may, what must be there, what altering is found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import Http404

from appraisal import services
from appraisal.models import Finding, Inspection, InspectionRound, ItemCheck, SampledRecord
from appraisal.rules.draw import draw
from appraisal.selectors.round_rows import verify_round
from appraisal.services import Look
from assessment import closing, rollup
from branches.permissions import SYSTEM
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month
from notices.models import Notice
from tests.factories import activities as records
from tests.factories.activities import NOW
from tests.factories.branches import TODAY, BranchFactory
from tests.factories.rounds import DUE, SEED, finding, finished, frozen, inspection_of, look_at_all, started
from worklists.models import Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast):
    """A scheme and five sent records of the branch, one of them after the cut-off used below."""
    records.load_scheme(cast.root)
    for day in (8, 14, 20, 27):
        records.sent(cast, title=f"10月{day}日", held_on=date(2026, 10, day))
    records.sent(cast, title="11月", held_on=date(2026, 11, 12))
    records.draft(cast, title="草稿", held_on=date(2026, 11, 13))
    return cast


def test_all_branches_and_a_drawn_sample(world):
    found = started(world)
    one = inspection_of(found, world.branch)
    assert [row.branch for row in found.inspections.order_by("place")] == [
        world.branch,
        world.other_branch,
        world.far_branch,
    ]
    assert len(one.population) == 5
    assert list(one.records.values_list("key", flat=True)) == draw(SEED, one.population, 2)
    assert inspection_of(found, world.other_branch).records.count() == 0


def test_drawn_branches_are_those_of_the_seed(world):
    for _ in range(5):
        BranchFactory(parent=world.root)
    found = started(world, branch_size=4)
    assert sorted(row.branch.code for row in found.inspections.all()) == sorted(draw(SEED, found.population, 4))
    assert (len(found.population), found.inspections.count()) == (8, 4)


def test_a_seed_is_made_where_none_is_given(world):
    seeds = {started(world, seed="").seed for _ in range(3)}
    assert len(seeds) == 3 and all(len(seed) == 12 for seed in seeds)


def test_records_sent_after_the_cut_off_are_not_drawn(world):
    assert inspection_of(started(world, cut_off=TODAY - timedelta(days=1)), world.branch).population == []


def test_leader_gets_only_branches_of_the_patch(world):
    found = started(world)
    inspectors = {row.branch: row.inspector for row in found.inspections.all()}
    assert inspectors[world.far_branch] == world.officer
    assert set(inspectors.values()) == {world.officer, world.leader}
    with pytest.raises(Conflict):
        services.assign_inspector(
            actor=world.viewer("officer"),
            inspection_id=inspection_of(found, world.far_branch).pk,
            user_id=world.leader.pk,
        )


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "half"}, "last"),
        ({"kind": "year"}, "last"),
        ({"kind": "odd"}, "kind"),
        ({"title": " "}, "title"),
        ({"first": Month(2026, 12)}, "last"),
        ({"first": Month(2025, 12)}, "last"),
        ({"cut_off": TODAY + timedelta(days=1)}, "cut_off"),
        ({"record_size": 51}, "record_size"),
        ({"branch_size": 0}, "branch_size"),
        ({"seed": "x" * 41}, "seed"),
        ({"inspectors": []}, "inspectors"),
    ],
)
def test_what_a_round_cannot_be(world, fields, name):
    with pytest.raises(InvalidInput) as fault:
        started(world, **fields)
    assert (list(fault.value.fields), InspectionRound.objects.count()) == ([name], 0)


def test_people_of_a_branch_do_not_inspect(world):
    with pytest.raises(InvalidInput):
        started(world, inspectors=[world.secretary.pk])


@pytest.mark.parametrize(("name", "error"), [("secretary", Http404), ("leader", Http404), ("outsider", Http404)])
def test_only_officers_begin_a_round(world, name, error):
    with pytest.raises(error):
        started(world, by=name)


def test_one_half_year_round_a_year_unless_cancelled(world):
    half = {"kind": "half", "first": Month(2026, 1), "last": Month(2026, 6)}
    first = started(world, **half)
    with pytest.raises(Conflict):
        started(world, **half)
    services.cancel_round(actor=world.viewer("officer"), round_id=first.pk, reason="范围选错", now=NOW)
    assert started(world, **half).pk != first.pk
    assert InspectionRound.objects.get(pk=first.pk).seed == SEED


def test_a_finding_becomes_a_correction_when_the_inspection_is_finished(world):
    one = inspection_of(started(world), world.branch)
    fault = finding(world, one)
    assert Item.objects.count() == 0
    finished(world, one, D4="fault")
    item = Item.objects.get()
    assert (item.source, item.branch, item.due_on, item.title) == (
        f"finding:{fault.pk}",
        world.branch,
        DUE,
        "D4 10月主题党日没有签到表",
    )
    assert item.origin_url == f"/inspections/{one.pk}/"
    told = Notice.objects.filter(recipient=world.secretary).values_list("title", flat=True)
    assert "组织生活专项检查已检查完：发现1个问题，请按期整改" in told


def test_correction_is_closed_by_a_second_person(world):
    from worklists import services as loop

    one = inspection_of(started(world), world.branch)
    finding(world, one)
    finished(world, one)
    item = Item.objects.get()
    loop.report_done(actor=world.viewer("secretary"), item_id=item.pk, note="已补", now=NOW)
    with pytest.raises(Refused):
        loop.verify(actor=world.viewer("officer"), item_id=item.pk, now=NOW)  # found it
    assert loop.verify(actor=world.viewer("second_officer"), item_id=item.pk, now=NOW).state == "closed"


def test_leader_finishes_an_inspection_of_the_patch(world):
    one = inspection_of(started(world), world.branch)
    finding(world, one, by="leader")
    finished(world, one, by="leader")
    assert Item.objects.get().opened_by == world.leader


def test_nothing_is_finished_that_was_not_looked_at(world):
    one = inspection_of(started(world), world.branch)
    with pytest.raises(Conflict) as fault:
        services.finish_inspection(actor=world.viewer("officer"), inspection_id=one.pk, conclusion="好", now=NOW)
    assert "还有18项没有填结果" in fault.value.message and "还有2条抽查记录没有核对" in fault.value.message
    look_at_all(world, one, A1="fault")
    with pytest.raises(Conflict) as fault:
        services.finish_inspection(actor=world.viewer("officer"), inspection_id=one.pk, conclusion="好", now=NOW)
    assert fault.value.message == "A1有问题，但没有登记问题。"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("second_officer", Refused),  # not an inspector of this round
        ("secretary", Http404),
        ("other_secretary", Http404),
        ("outsider", Http404),
        ("member", Http404),
    ],
)
def test_who_does_not_inspect(world, name, error):
    one = inspection_of(started(world), world.branch)
    with pytest.raises(error):
        services.check_items(actor=world.viewer(name), inspection_id=one.pk, looks={"A1": Look("ok")}, now=NOW)
    assert ItemCheck.objects.count() == 0


def test_leader_does_not_reach_beyond_the_patch(world):
    one = inspection_of(started(world), world.far_branch)
    with pytest.raises(Http404):
        finding(world, one, by="leader")


def test_a_look_is_kept_changed_and_taken_back(world):
    one = inspection_of(started(world), world.branch)

    def look(verdict: str, note: str = "") -> int:
        return services.check_items(
            actor=world.viewer("officer"), inspection_id=one.pk, looks={"A1": Look(verdict, note)}, now=NOW
        )

    assert [look("ok"), look("ok"), look("fault", "空缺"), look("")] == [1, 0, 1, 1]
    assert ItemCheck.objects.count() == 0


def test_unknown_items_and_foreign_records_are_refused(world):
    found = started(world)
    one, other = inspection_of(found, world.branch), inspection_of(found, world.other_branch)
    with pytest.raises(InvalidInput):
        services.check_items(actor=world.viewer("officer"), inspection_id=one.pk, looks={"Z9": Look("ok")}, now=NOW)
    record = one.records.first()
    with pytest.raises(InvalidInput):
        services.check_records(
            actor=world.viewer("officer"), inspection_id=other.pk, looks={record.pk: Look("match")}, now=NOW
        )
    with pytest.raises(InvalidInput):
        finding(world, other, record_id=record.pk)


def test_withdrawn_finding_cancels_its_correction(world):
    one = inspection_of(started(world), world.branch)
    fault = finding(world, one)
    finished(world, one)
    services.resume_inspection(actor=world.viewer("officer"), inspection_id=one.pk)
    services.withdraw_finding(actor=world.viewer("officer"), finding_id=fault.pk, reason="签到表已找到", now=NOW)
    finished(world, one)
    assert (Item.objects.get().state, Finding.objects.get().withdraw_reason) == ("cancelled", "签到表已找到")


def test_resumed_and_finished_again_opens_no_second_correction(world):
    one = inspection_of(started(world), world.branch)
    finding(world, one)
    for _ in range(2):
        finished(world, one)
        services.resume_inspection(actor=world.viewer("officer"), inspection_id=one.pk)
    assert Item.objects.count() == 1


def test_frozen_only_when_all_are_inspected(world):
    found = started(world)
    finished(world, inspection_of(found, world.branch))
    with pytest.raises(Conflict) as fault:
        services.freeze_round(actor=world.viewer("officer"), round_id=found.pk, now=NOW)
    assert fault.value.message == "还有2个支部没有检查完。"


def test_frozen_round_verifies_and_stands_still(world):
    found = frozen(world)
    verified = verify_round(found)
    assert (verified.holds, verified.branches, verified.digest) == (True, 3, found.digest)
    one = inspection_of(found, world.branch)
    with pytest.raises(Conflict):
        services.resume_inspection(actor=world.viewer("officer"), inspection_id=one.pk)
    with pytest.raises(Conflict):
        services.cancel_round(actor=world.viewer("officer"), round_id=found.pk, reason="x", now=NOW)


def test_corrections_go_on_after_freezing_and_the_digest_holds(world):
    from worklists import services as loop

    found = frozen(world)
    loop.report_done(actor=world.viewer("secretary"), item_id=Item.objects.get().pk, note="已补", now=NOW)
    assert verify_round(found).holds


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (
            lambda one: Finding.objects.update(severity="minor"),
            "公路党支部 发现的问题第1项第3项：封存时“major”，现在“minor”",
        ),
        (
            lambda one: ItemCheck.objects.filter(inspection=one, item_code="A1").update(verdict="fault"),
            "公路党支部 逐项检查第1项第2项：封存时“ok”，现在“fault”",
        ),
        (
            lambda one: SampledRecord.objects.filter(inspection=one, place=1).update(note="补记"),
            "公路党支部 抽查记录第1项第4项：封存时无，现在“补记”",
        ),
        (
            lambda one: Inspection.objects.filter(pk=one.pk).update(conclusion="很好"),
            "公路党支部 检查结论：封存时“组织生活正常，台账基本齐全。”，现在“很好”",
        ),
        (lambda one: Inspection.objects.filter(pk=one.pk).update(frozen_row="{}"), "公路党支部：封存内容与摘要不符"),
        (lambda one: InspectionRound.objects.update(seed="别的"), "公路党支部：按种子重抽，抽中的记录与登记的不同"),
        (lambda one: InspectionRound.objects.update(cut_off=date(2026, 11, 1)), "轮次的范围、种子或检查人与封存时不同"),
    ],
)
def test_one_altered_row_is_named(world, alter, words):
    found = frozen(world)
    alter(inspection_of(found, world.branch))
    verified = verify_round(InspectionRound.objects.get(pk=found.pk))
    assert (verified.holds, verified.faults[0]) == (False, words)


def test_half_year_round_stands_on_the_closing_of_june(world):
    half = {"kind": "half", "title": "半年检查", "first": Month(2026, 1), "last": Month(2026, 6)}
    with pytest.raises(Conflict) as fault:
        frozen(world, **half)
    assert fault.value.message == "2026年6月还没有封存。"
    rollup.run(root_id=world.root.pk, month=Month(2026, 6), now=NOW)
    closing.close_month(actor=SYSTEM, root_id=world.root.pk, month=Month(2026, 6), now=NOW)
    found = services.freeze_round(actor=SYSTEM, round_id=InspectionRound.objects.get().pk, now=NOW)
    assert found.closing is not None and verify_round(found).holds
    Inspection.objects.filter(branch=world.branch).update(score_hundredths=1)
    assert "公路党支部：得分与所依据的月度封存不同" in verify_round(found).faults
