"""What is collected besides: refused where it is held, claimed or answered where it is not."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from activities.models import AddedKind, Claim
from activities.selectors.catalogue import catalogue_for
from activities.services.added import end_kind
from activities.services.claims import ClaimInput, save_claim, submit_claim
from assessment.models import Fact, Metric
from branches.permissions import Viewer
from core.audit import AuditEntry
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month
from notices.models import Notice
from officeforms.models import Answer, Collection
from officeforms.selectors.collections import answer_rows, collections_of
from officeforms.services import asking
from tests.factories import activities as records
from tests.factories.branches import TODAY
from tests.officeforms.conftest import NOW, OCTOBER

NOVEMBER = Month(2026, 11)


@pytest.fixture
def asked(cast, officer):
    records.load_scheme(cast.root)
    return {"actor": officer, "now": NOW}


@pytest.fixture
def collection(asked, cast):
    return asking.begin_collection(
        **asked, root=cast.root, name="防汛值守安排", reason="汛期要求", due_on=date(2026, 11, 30)
    )


def add_kind(asked, cast, name="志愿服务时长", **more):
    given = {"unit": "次", "reason": "文明单位创建", "from_month": NOVEMBER} | more
    return asking.add_claim_kind(**asked, root=cast.root, name=name, **given)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("主题党日开展次数", "组织生活"),
        ("党员人数", "党组织"),
        ("书记姓名", "党组织"),
        ("身份证号", "党员名册"),
        ("会议记录", "三会一课台账"),
        ("廉政风险点数", "廉政风险点"),
        ("考核得分", "得分说明"),
    ],
)
def test_kind_that_asks_what_is_held_is_refused_with_its_place(asked, cast, name, place):
    with pytest.raises(asking.AlreadyHeld) as refusal:
        add_kind(asked, cast, name)
    assert place in refusal.value.message
    assert AddedKind.objects.count() == 0
    assert not Metric.objects.filter(name=name, code__startswith="local.").exists()


def test_kind_that_nobody_holds_can_be_claimed_and_counts_without_points(asked, cast):
    kind = add_kind(asked, cast)
    assert kind.metric in catalogue_for(cast.root.pk, NOVEMBER).kinds
    assert kind.metric not in catalogue_for(cast.root.pk, OCTOBER).kinds
    secretary = cast.viewer("secretary")
    given = ClaimInput(metric=kind.metric, happened_on=date(2026, 11, 8), quantity_milli=3000, note="义务植树")
    claim = save_claim(actor=secretary, branch=cast.branch, given=given, now=NOW)
    submit_claim(actor=secretary, claim_id=claim.pk, version=claim.version, now=NOW)
    assert [(fact.metric.code, fact.quantity) for fact in Fact.objects.filter(source_type="claim")] == [
        (kind.metric, 3000)
    ]
    assert Claim.objects.get().state == "submitted"


def test_added_kind_is_held_from_then_on_and_ends(asked, cast, officer):
    kind = add_kind(asked, cast)
    with pytest.raises(asking.AlreadyHeld, match="志愿服务时长"):
        add_kind(asked, cast, "本月志愿服务时长")
    end_kind(actor=officer, kind_id=kind.pk, month=NOVEMBER)
    assert kind.metric in catalogue_for(cast.root.pk, NOVEMBER).kinds
    assert kind.metric not in catalogue_for(cast.root.pk, NOVEMBER.next).kinds


def test_kinds_of_another_committee_are_its_own(asked, cast):
    kind = add_kind(asked, cast)
    assert kind.metric not in catalogue_for(cast.foreign_branch.root_id, NOVEMBER).kinds
    with pytest.raises(Http404):
        end_kind(actor=Viewer.of(cast.secretary, TODAY), kind_id=kind.pk, month=NOVEMBER)


def test_secretary_adds_no_kind(asked, cast):
    with pytest.raises((Refused, Http404)):
        add_kind({**asked, "actor": cast.viewer("secretary")}, cast)
    assert AddedKind.objects.count() == 0


def test_field_that_is_held_is_refused_one_that_is_not_is_added(asked, collection):
    with pytest.raises(asking.AlreadyHeld, match="党组织"):
        asking.add_field(**asked, collection_id=collection.pk, name="支部书记姓名", kind="text")
    asking.add_field(**asked, collection_id=collection.pk, name="值守电话", kind="text")
    with pytest.raises(asking.AlreadyHeld, match="防汛值守安排"):
        asking.add_field(**asked, collection_id=collection.pk, name="值守电话", kind="text")
    assert [field.name for field in collection.fields.all()] == ["值守电话"]


def test_collection_is_sent_answered_and_ended(asked, cast, collection):
    phone = asking.add_field(**asked, collection_id=collection.pk, name="值守电话", kind="text")
    people = asking.add_field(**asked, collection_id=collection.pk, name="突击队规模", kind="number")
    assert list(collections_of(cast.viewer("secretary"))) == []
    asking.send_collection(**asked, collection_id=collection.pk)
    assert Notice.objects.filter(recipient=cast.secretary, title__contains="防汛值守安排").count() == 1
    secretary = cast.viewer("secretary")
    given = {"actor": secretary, "branch": cast.branch, "collection_id": collection.pk, "now": NOW}
    with pytest.raises(InvalidInput) as refusal:
        asking.answer(**given, values={phone.pk: "", people.pk: "许多"})
    assert set(refusal.value.fields) == {str(phone.pk), str(people.pk)}
    assert Answer.objects.count() == 0
    assert asking.answer(**given, values={phone.pk: "8801234", people.pk: "12"}) == 2
    assert asking.answer(**given, values={phone.pk: "8805678", people.pk: "12"}) == 2
    assert Answer.objects.count() == 2
    _, rows = answer_rows(asked["actor"], collection)
    assert [(row.branch, row.values, row.is_done) for row in rows if row.is_done] == [
        (cast.branch, ["8805678", "12"], True)
    ]
    _, own = answer_rows(cast.viewer("other_secretary"), collection)
    assert [(row.branch, row.is_done) for row in own] == [(cast.other_branch, False)]
    asking.end_collection(**asked, collection_id=collection.pk)
    with pytest.raises(Conflict, match="已经结束"):
        asking.answer(**given, values={phone.pk: "1", people.pk: "1"})


def test_sent_collection_takes_no_more_fields_and_empty_one_is_not_sent(asked, collection):
    with pytest.raises(InvalidInput, match="还没有字段"):
        asking.send_collection(**asked, collection_id=collection.pk)
    field = asking.add_field(**asked, collection_id=collection.pk, name="值守电话", kind="text")
    asking.send_collection(**asked, collection_id=collection.pk)
    for step in (
        lambda: asking.add_field(**asked, collection_id=collection.pk, name="物资储备", kind="text"),
        lambda: asking.remove_field(actor=asked["actor"], collection_id=collection.pk, field_id=field.pk),
        lambda: asking.send_collection(**asked, collection_id=collection.pk),
    ):
        with pytest.raises(Conflict, match="已下发"):
            step()
    assert AuditEntry.objects.filter(action__startswith="collection.").count() == 3


def test_outsider_finds_no_collection(asked, cast, collection):
    field = asking.add_field(**asked, collection_id=collection.pk, name="值守电话", kind="text")
    asking.send_collection(**asked, collection_id=collection.pk)
    assert list(collections_of(cast.viewer("outsider"))) == []
    with pytest.raises(Http404):
        asking.answer(
            actor=cast.viewer("outsider"),
            branch=cast.foreign_branch,
            collection_id=collection.pk,
            values={field.pk: "1"},
            now=NOW,
        )


def test_due_day_that_is_over_and_name_twice_are_refused(asked, cast, collection):
    given = {**asked, "root": cast.root, "reason": "汛期"}
    with pytest.raises(InvalidInput, match="已过"):
        asking.begin_collection(**given, name="过期的", due_on=date(2026, 11, 1))
    with pytest.raises(Conflict, match="已有名为"):
        asking.begin_collection(**given, name="防汛值守安排", due_on=date(2026, 11, 30))
    assert Collection.objects.count() == 1
