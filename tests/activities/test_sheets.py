"""The month sheet: filled in by itself, sent with its gaps named, taken back, returned, reviewed."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import MonthSheet
from activities.rules.steps import CLAIM_STEPS, SHEET_STEPS, is_open
from activities.selectors.sheets import sheet_of
from activities.services.review import Selection, approve_shown, return_part
from activities.services.sheets import approve_sheets, return_sheet, send_sheet, withdraw_sheet
from assessment.models import MonthClosing, Scheme
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.periods import Month
from notices.models import Notice
from tests.activities.test_claims import dues
from tests.factories.activities import NOW, approved, at, draft, sent

NOVEMBER = Month(2026, 11)
TODAY = date(2026, 11, 20)


@pytest.fixture
def november():
    """The clock of the pages stands on the day of the cast."""
    with time_machine.travel(NOW, tick=True):
        yield


def sheet(cast, who="secretary", branch=None, month=NOVEMBER):
    return sheet_of(cast.viewer(who), branch or cast.branch, month, today=TODAY)


def item(cast, code, **fields):
    return next(row for row in sheet(cast, **fields).items if row.terms.code == code)


def send(cast, who="secretary", now=NOW, month=NOVEMBER, **fields) -> MonthSheet:
    fields.setdefault("accept_gaps", True)
    return send_sheet(actor=cast.viewer(who), branch=cast.branch, month=month, now=now, **fields)


def test_transition_tables_open_exactly_these_steps():
    assert {(name, state) for name, step in SHEET_STEPS.items() for state in step.sources} == {
        ("send", "open"),
        ("send", "returned"),
        ("withdraw", "sent"),
        ("return", "sent"),
        ("return", "reviewed"),
        ("approve", "sent"),
        ("unsettle", "reviewed"),
    }
    assert [name for name, step in CLAIM_STEPS.items() if is_open(step, "approved")] == ["return"]


def test_sheet_has_18_items_filled_from_records_and_claims(cast):
    approved(cast, tags=("integrity_education",))
    dues(cast, paid=4, due=5)
    shown = sheet(cast)
    assert len(shown.items) == 18
    filled = {
        row.terms.code: [(line.metric, line.quantity // 1000, line.pending // 1000) for line in row.lines]
        for row in shown.items
        if row.lines
    }
    assert filled == {
        "B3": [("dues.paid_on_time", 4, 4), ("dues.due", 5, 5)],
        "D4": [("theme_day.held", 1, 0), ("theme_day.present", 5, 0), ("theme_day.expected", 5, 0)],
        "E2": [("integrity_education.held", 1, 0)],
    }
    assert (item(cast, "D4").state, item(cast, "B3").state) == ("done", "pending")


def test_what_is_missing_says_until_when_and_where(cast):
    gap = item(cast, "D4").gaps[0]
    assert (gap.name, gap.words, gap.state) == ("主题党日", "应于11月30日前，还有10天", "missing")
    assert gap.url == f"{reverse('activities:new')}?kind=theme_day&branch={cast.branch.pk}"
    plan = next(gap for gap in item(cast, "B1").gaps if gap.name == "年度总结")
    assert (plan.words, plan.state, plan.is_open) == ("12月31日前", "not_due", False)


def test_late_record_is_yellow(cast):
    approved(cast, held_on=date(2026, 9, 10), now=at(date(2026, 10, 9)))
    assert item(cast, "D4", month=Month(2026, 9)).state == "late"


def test_claims_already_made_are_not_offered_again(cast):
    assert "dues.paid_on_time" in {kind.metric for kind in item(cast, "B3").claims}
    dues(cast)
    assert "dues.paid_on_time" not in {kind.metric for kind in item(cast, "B3").claims}


def test_sending_with_gaps_asks_once_and_names_them(cast):
    with pytest.raises(InvalidInput) as caught:
        send(cast, accept_gaps=False)
    assert "主题党日：应于11月30日前，还有10天" in caught.value.fields["gaps"]
    assert not MonthSheet.objects.exists()
    row = send(cast)
    assert (row.state, row.revision, row.sent_by, row.on_behalf) == ("sent", 1, cast.secretary, False)


def test_what_was_sent_is_kept(cast):
    approved(cast)
    assert send(cast).figures["D4"] == {"theme_day.held": 1000, "theme_day.expected": 5000, "theme_day.present": 5000}


def test_sheet_sent_after_the_fifth_is_late_for_ever(cast):
    on_time, late = at(date(2026, 11, 5), 23), at(date(2026, 11, 6), 0)
    october, september = Month(2026, 10), Month(2026, 9)
    send(cast, month=october, now=on_time)
    assert not sheet(cast, month=october).is_late
    send(cast, month=september, now=late)
    assert sheet(cast, month=september).is_late


def test_second_sending_is_refused(cast):
    send(cast)
    with pytest.raises(Conflict, match="已报送"):
        send(cast)


def test_database_keeps_one_sheet_a_month(cast):
    row = send(cast)
    with pytest.raises(IntegrityError, match=r"month_sheet_once|activities_monthsheet\.root_id"), transaction.atomic():
        MonthSheet.objects.create(root=row.root, branch=row.branch, month=row.month)


def test_withdrawn_and_sent_again_keeps_the_first_sending(cast):
    first = send(cast)
    withdraw_sheet(actor=cast.viewer("secretary"), branch=cast.branch, month=NOVEMBER, now=NOW, version=first.version)
    again = send(cast, now=at(date(2026, 12, 8)))
    assert (again.revision, again.first_sent_at) == (2, NOW)


def test_stale_version_is_a_conflict(cast):
    row = send(cast)
    with pytest.raises(Conflict, match="刚刚有人办理过"):
        withdraw_sheet(
            actor=cast.viewer("secretary"), branch=cast.branch, month=NOVEMBER, now=NOW, version=row.version - 1
        )


def test_sheet_of_a_closed_month_cannot_be_withdrawn(cast):
    send(cast, month=Month(2026, 10))
    scheme = Scheme.objects.get(year=2026)
    MonthClosing.objects.create(
        root=cast.root, month=202610, scheme=scheme, closed_at=NOW, fact_count=0, branch_count=3
    )
    with pytest.raises(Locked, match="2026年10月已于2026年11月20日封存"):
        withdraw_sheet(actor=cast.viewer("secretary"), branch=cast.branch, month=Month(2026, 10), now=NOW)


def test_future_month_cannot_be_sent(cast):
    with pytest.raises(InvalidInput, match="不能报送"):
        send(cast, month=Month(2026, 12))


def test_sheet_is_reviewed_when_its_last_part_is(cast):
    record, claim = sent(cast), dues(cast)
    send(cast)
    officer = cast.viewer("officer")
    approve_shown(actor=officer, shown=Selection(records={record.pk: record.version}), now=NOW)
    assert MonthSheet.objects.get().state == "sent"
    approve_shown(actor=officer, shown=Selection(claims={claim.pk: claim.version}), now=NOW)
    row = MonthSheet.objects.get()
    assert (row.state, row.reviewed_by) == ("reviewed", cast.officer)


def test_sheet_waits_again_when_a_part_is_returned(cast):
    claim = dues(cast)
    send(cast)
    approve_shown(actor=cast.viewer("officer"), shown=Selection(claims={claim.pk: claim.version}), now=NOW)
    claim.refresh_from_db()
    return_part(
        actor=cast.viewer("officer"), what="claim", pk=claim.pk, version=claim.version, reason="缺材料", now=NOW
    )
    row = MonthSheet.objects.get()
    assert (row.state, row.reviewed_by) == ("sent", None)


def test_sheet_with_waiting_parts_is_not_approved(cast):
    sent(cast)
    row = send(cast)
    with pytest.raises(Conflict, match="没有审核"):
        approve_sheets(actor=cast.viewer("officer"), shown={row.pk: row.version}, now=NOW)


def test_officer_who_sent_it_does_not_review_it(cast):
    row = send(cast, who="officer")
    assert row.on_behalf
    with pytest.raises(Refused, match="代报"):
        approve_sheets(actor=cast.viewer("officer"), shown={row.pk: row.version}, now=NOW)
    with pytest.raises(IntegrityError, match="sheet_not_self_reviewed"), transaction.atomic():
        MonthSheet.objects.filter(pk=row.pk).update(reviewed_by=cast.officer)
    (row,) = approve_sheets(actor=cast.viewer("second_officer"), shown={row.pk: row.version}, now=NOW)
    assert row.state == "reviewed"


def test_returned_sheet_tells_the_secretary_and_can_be_sent_again(cast):
    row = send(cast)
    row = return_sheet(
        actor=cast.viewer("officer"), sheet_id=row.pk, version=row.version, reason="补报廉政教育", now=NOW
    )
    assert list(Notice.objects.values_list("recipient", "title")) == [
        (cast.secretary.pk, "2026年11月月报已退回：补报廉政教育")
    ]
    assert (send(cast).state, MonthSheet.objects.get().return_reason) == ("sent", "")


def test_officer_returns_but_does_not_withdraw_what_the_branch_sent(cast):
    send(cast)
    with pytest.raises(Refused, match="由支部报送"):
        withdraw_sheet(actor=cast.viewer("officer"), branch=cast.branch, month=NOVEMBER, now=NOW)
    assert not sheet(cast, who="officer").can_withdraw
    assert sheet(cast).can_withdraw


@pytest.mark.parametrize("who", ["outsider", "other_secretary"])
def test_foreign_sheet_is_not_there(cast, who, client, november):
    with pytest.raises(Http404):
        send(cast, who=who)
    client.force_login(getattr(cast, who))
    assert client.get(reverse("activities:sheet", args=[cast.branch.pk, "2026-11"])).status_code == 404


def test_committee_member_sees_but_does_not_send(cast):
    assert not sheet(cast, who="committee_member").can_send
    with pytest.raises(Refused):
        send(cast, who="committee_member")


def test_page_asks_once_then_sends(cast, client, november):
    client.force_login(cast.secretary)
    draft(cast)
    url = reverse("activities:sheet_send", args=[cast.branch.pk, "2026-11"])
    asked = client.post(url, {"version": "0"})
    assert asked.status_code == 200
    assert "11月12日 主题党日 1112活动还没有报送" in asked.context["missing"]
    answer = client.post(url, {"version": "0", "accept_gaps": "1"})
    assert answer.url == reverse("activities:sheet", args=[cast.branch.pk, "2026-11"])
    assert MonthSheet.objects.get().state == "sent"
    assert "撤回" in client.get(answer.url).content.decode()


def test_month_leads_home_and_shows_the_officer_all(cast, client, november):
    client.force_login(cast.secretary)
    assert client.get(reverse("activities:month")).url == reverse("activities:sheet", args=[cast.branch.pk, "2026-11"])
    client.force_login(cast.officer)
    rows = client.get(reverse("activities:month")).context["rows"]
    assert {row.branch for row in rows} == {cast.branch, cast.other_branch, cast.far_branch}
    client.force_login(cast.member)
    assert client.get(reverse("activities:month")).status_code == 403


def test_leader_is_led_to_no_form_that_is_not_theirs(cast, client, november):
    addresses = [reverse("activities:month"), reverse("activities:sheet", args=[cast.branch.pk, "2026-11"])]
    forms = (reverse("activities:new"), reverse("activities:claim_new"))

    def offered(account) -> set[str]:
        client.force_login(account)
        pages = [client.get(address).content.decode() for address in addresses]
        return {form for form in forms for page in pages if f'href="{form}' in page}

    assert offered(cast.leader) == set()
    assert offered(cast.officer) == set(forms)


def test_page_costs_the_same_for_one_and_three_records(cast, client, november):
    client.force_login(cast.secretary)
    sent(cast)
    url = reverse("activities:sheet", args=[cast.branch.pk, "2026-11"])
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    sent(cast, held_on=date(2026, 11, 13))
    sent(cast, held_on=date(2026, 11, 14))
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(one) == len(three)


def test_sheet_whose_parts_are_all_reviewed_is_settled_with_its_sending(cast):
    approved(cast)
    row = send(cast)
    assert (row.state, row.sent_by, row.reviewed_by) == ("reviewed", cast.secretary, None)
    assert row.reviewed_at == NOW


def test_sheet_waits_while_a_part_waits_or_where_there_is_none(cast):
    assert send(cast, month=Month(2026, 10)).state == "sent"
    approved(cast)
    dues(cast)
    assert send(cast).state == "sent"


def test_returned_sheet_sent_again_waits_for_the_officer(cast):
    approved(cast)
    row = send(cast)
    return_sheet(actor=cast.viewer("officer"), sheet_id=row.pk, version=row.version, reason="缺党费", now=NOW)
    assert send(cast).state == "sent"


def test_page_says_that_the_sheet_is_reviewed_with_its_sending(cast, client, november):
    approved(cast)
    client.force_login(cast.secretary)
    url = reverse("activities:sheet_send", args=[cast.branch.pk, "2026-11"])
    page = client.post(url, {"accept_gaps": "1"}, follow=True)
    assert "月报随即记为已审核" in page.content.decode()
