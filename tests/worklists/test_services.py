"""The closed loop step by step: who may, what is kept, who is told, what cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404

from branches.permissions import SYSTEM
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from notices.models import Notice
from tests.factories.worklists import DUE, NOW, closed, done, on, opened
from worklists import services
from worklists.models import Item, ItemFile

pytestmark = pytest.mark.django_db


def trail(item: Item) -> list[tuple[str, str]]:
    return [(step.action, step.actor.username) for step in item.steps.select_related("actor")]


def test_the_whole_way(cast):
    item = closed(cast)
    assert (item.state, item.done_by, item.verified_by) == ("closed", cast.secretary, cast.second_officer)
    assert trail(item) == [("opened", "officer"), ("report", "secretary"), ("verify", "second_officer")]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "worklist.open",
        "worklist.report",
        "worklist.verify",
    ]


def test_the_same_source_opens_one_item(cast):
    first, again = opened(cast), opened(cast, title="别的名称")
    assert (first.pk, Item.objects.count(), again.title) == (again.pk, 1, "补齐会议记录")


def test_kind_follows_the_source(cast):
    assert {opened(cast, source=source).kind for source in ("finding:7", "review:3", "")} == {
        "finding",
        "review",
        "task",
    }


def test_proof_is_kept_with_its_step(cast):
    item = done(cast, attachments=[SimpleUploadedFile("照片.txt", "改好了".encode())])
    (file,) = ItemFile.objects.filter(item=item)
    assert (file.attachment.name, file.step.action) == ("照片.txt", "report")


@pytest.mark.parametrize("name", ["officer", "secretary", "committee_member", "leader"])
def test_who_is_not_the_second_person(cast, name):
    item = done(cast)
    with pytest.raises(Refused):
        services.verify(actor=cast.viewer(name), item_id=item.pk, now=NOW)
    item.refresh_from_db()
    assert (item.state, item.verified_by) == ("done", None)


def test_the_opener_may_verify_where_the_rule_says_second(cast):
    item = done(cast, opened(cast, verifier_rule="second"))
    assert services.verify(actor=cast.viewer("officer"), item_id=item.pk, now=NOW).state == "closed"


def test_the_owner_never_verifies(cast):
    item = done(cast, opened(cast, owner=cast.second_officer), by="secretary")
    with pytest.raises(Refused):
        services.verify(actor=cast.viewer("second_officer"), item_id=item.pk, now=NOW)


def test_database_refuses_one_person_for_both(cast):
    item = done(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(verified_by=item.done_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(state="closed", closed_at=None)


@pytest.mark.parametrize("name", ["other_secretary", "outsider", "stranger", "member", "administrator"])
def test_outside_the_scope_there_is_no_item(cast, name):
    item = opened(cast)
    with pytest.raises(Http404):
        services.report_done(actor=cast.viewer(name), item_id=item.pk, note="x", now=NOW)


def test_an_owner_without_office_sees_and_reports_the_own_item(cast):
    item = opened(cast, owner=cast.member)
    assert done(cast, item, by="member").done_by == cast.member


def test_officer_does_not_report_for_the_branch(cast):
    with pytest.raises(Refused):
        done(cast, by="officer")


def test_sent_back_and_done_again(cast):
    item = done(cast)
    services.send_back(actor=cast.viewer("second_officer"), item_id=item.pk, reason="缺签字", now=NOW)
    item.refresh_from_db()
    assert (item.state, item.done_on, item.returned_count) == ("open", None, 1)
    assert closed(cast, item).state == "closed"
    assert [action for action, _ in trail(item)] == ["opened", "report", "send_back", "report", "verify"]


def test_with_callback_verified_is_not_closed_yet(cast):
    item = closed(cast, opened(cast, with_callback=True))
    assert (item.state, item.closed_at) == ("verified", None)
    services.close_item(actor=cast.viewer("second_officer"), item_id=item.pk, note="支部满意", now=NOW)
    item.refresh_from_db()
    assert (item.state, item.closed_at) == ("closed", NOW)


def test_reopened_with_a_new_day(cast):
    item = closed(cast)
    day = DUE + timedelta(days=30)
    services.reopen(actor=cast.viewer("second_officer"), item_id=item.pk, reason="又漏签", due_on=day, now=NOW)
    item.refresh_from_db()
    assert (item.state, item.due_on, item.first_due_on, item.verified_by) == ("open", day, DUE, None)


def test_extended_only_by_the_committee_with_a_reason(cast):
    item, day = opened(cast), DUE + timedelta(days=7)
    with pytest.raises(Refused):
        services.extend_due(actor=cast.viewer("secretary"), item_id=item.pk, due_on=day, reason="忙", now=NOW)
    with pytest.raises(InvalidInput):
        services.extend_due(actor=cast.viewer("officer"), item_id=item.pk, due_on=day, reason=" ", now=NOW)
    services.extend_due(actor=cast.viewer("officer"), item_id=item.pk, due_on=day, reason="等批复", now=NOW)
    item.refresh_from_db()
    assert (item.due_on, item.first_due_on) == (day, DUE)


def test_cancelled_is_over(cast):
    item = opened(cast)
    services.cancel_item(actor=cast.viewer("officer"), item_id=item.pk, reason="误列", now=NOW)
    with pytest.raises(Conflict):
        done(cast, item)


def test_a_view_that_is_old_changes_nothing(cast):
    item = opened(cast)
    done(cast, item, version=item.version)
    with pytest.raises(Conflict):
        services.verify(actor=cast.viewer("second_officer"), item_id=item.pk, version=item.version, now=NOW)


def test_due_day_in_the_past_is_refused(cast):
    with pytest.raises(InvalidInput):
        opened(cast, due_on=date(2026, 11, 1))


def test_secretary_keeps_the_own_list_but_no_other_branch(cast):
    item = opened(cast, by="secretary", verifier_rule="second")
    done(cast, item, by="committee_member")
    assert services.verify(actor=cast.viewer("secretary"), item_id=item.pk, now=NOW).state == "closed"
    with pytest.raises(Http404):
        opened(cast, by="secretary", branch=cast.other_branch, source="finding:2")


def test_who_is_told(cast):
    item = closed(cast)
    told = [(n.recipient.username, n.title) for n in Notice.objects.order_by("pk").select_related("recipient")]
    assert told == [
        ("secretary", "新的检查整改：补齐会议记录（11月30日前）"),
        ("second_officer", "公路党支部“补齐会议记录”已报完成，待核验"),
        ("secretary", "“补齐会议记录”核验通过，已销号"),
    ]
    assert {n.url for n in Notice.objects.all()} == {f"/worklists/{item.pk}/"}


def test_reported_after_the_day_is_late_for_ever(cast):
    item = opened(cast)
    later = NOW + timedelta(days=20)
    services.report_done(actor=on(cast, "secretary", later.date()), item_id=item.pk, note="已改", now=later)
    services.verify(actor=SYSTEM, item_id=item.pk, now=later)
    item.refresh_from_db()
    assert (item.state, item.is_late) == ("closed", True)
