"""Claims: what can be claimed, the life of a claim, and what it leaves in the ledger."""

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Claim, ClaimState
from activities.rules.claimable import REPORTED, ClaimKind, natural_key, quantity_fault
from activities.selectors.catalogue import catalogue_for
from activities.services.claims import (
    ClaimInput,
    approve_claims,
    pull_back_claim,
    return_claim,
    save_claim,
    submit_claim,
    withdraw_claim,
)
from assessment.ledger import live_facts
from core.errors import Conflict, InvalidInput, Refused
from core.forms import new_token
from core.models import AuditEntry
from core.periods import Month
from notices.models import Notice
from tests.factories.activities import NOW, at

pytestmark = pytest.mark.usefixtures("november")
DUES = ClaimKind("dues.paid_on_time", "其中按月足额交纳的", "人·月", "dues.due", "应交党费")


@pytest.fixture
def november():
    """The clock of the pages stands on the day of the cast."""
    with time_machine.travel(NOW, tick=True):
        yield


def facts(branch) -> list[tuple[str, int, str]]:
    rows = live_facts().filter(branch=branch).values_list("metric__code", "quantity", "state")
    return sorted((code, quantity // 1000, state) for code, quantity, state in rows)


def claim(cast, *, by="secretary", branch=None, metric="lead_project.done", **fields) -> Claim:
    fields.setdefault("happened_on", date(2026, 11, 10))
    fields.setdefault("note", "立项文件〔2026〕3号")
    given = ClaimInput(metric=metric, **fields)
    return save_claim(actor=cast.viewer(by), branch=branch or cast.branch, given=given, now=NOW)


def sent_claim(cast, *, by="secretary", now=NOW, **fields) -> Claim:
    row = claim(cast, by=by, **fields)
    return submit_claim(actor=cast.viewer(by), claim_id=row.pk, version=row.version, now=now)


def dues(cast, paid=5, due=5, **fields) -> Claim:
    return sent_claim(cast, metric="dues.paid_on_time", quantity_milli=paid * 1000, base_milli=due * 1000, **fields)


@pytest.mark.parametrize(
    ("quantity", "base", "fault"),
    [
        (13_000, 14_000, ""),
        (14_000, 14_000, ""),
        (0, 14_000, ""),
        (15_000, 14_000, "“按月足额交纳的”15多于“应交党费”14，请核对两个数。"),
        (0, 0, "“应交党费”应大于0；没有应办的，不用申报。"),
        (1_500, 14_000, "数量应填整数（单位：人·月）。"),
        (-1000, 14_000, "数量不能小于0。"),
    ],
)
def test_numerator_is_within_its_denominator(quantity, base, fault):
    assert quantity_fault(DUES, quantity, base) == fault


def test_natural_key_stands_for_month_or_occasion():
    honour = ClaimKind("bonus.P03", "市级表彰", "项", is_extra=True)
    project = ClaimKind("lead_project.done", "办结的领办项目", "个")
    assert natural_key(DUES, branch_id=7, month=202611, occurrence="") == "7:dues.paid_on_time:202611"
    assert natural_key(honour, branch_id=7, month=202611, occurrence="七一表彰") == "7:bonus.P03:七一表彰"
    assert natural_key(project, branch_id=7, month=202611, occurrence="") is None


def test_every_metric_of_the_scheme_is_reported_or_claimed(cast):
    catalogue = catalogue_for(cast.root.pk, Month(2026, 11))
    claimed = set(catalogue.kinds) | {kind.base_metric for kind in catalogue.kinds.values() if kind.base_metric}
    in_scheme = {metric for item in catalogue.items for metric in item.metrics}
    assert len(catalogue.items) == 18
    assert in_scheme - REPORTED - claimed == set()
    assert claimed & REPORTED == set()
    assert catalogue.kinds["dues.paid_on_time"].base_metric == "dues.due"
    assert len(catalogue.extras) == 13


def test_draft_has_no_facts_and_a_sent_claim_has_pending_ones(cast):
    claim(cast, note="草稿")
    assert facts(cast.branch) == []
    row = sent_claim(cast)
    assert facts(cast.branch) == [("lead_project.done", 1, "pending")]
    assert (row.state, row.revision, row.is_late, row.on_behalf) == ("submitted", 1, False, False)


def test_pair_is_one_claim_with_two_facts_confirmed_together(cast):
    row = dues(cast, paid=4, due=5)
    assert facts(cast.branch) == [("dues.due", 5, "pending"), ("dues.paid_on_time", 4, "pending")]
    approve_claims(actor=cast.viewer("officer"), shown={row.pk: row.version}, now=NOW)
    assert facts(cast.branch) == [("dues.due", 5, "confirmed"), ("dues.paid_on_time", 4, "confirmed")]
    row.refresh_from_db()
    assert (row.state, row.reviewed_by) == ("approved", cast.officer)


def test_second_claim_of_the_same_month_is_refused_until_the_first_is_withdrawn(cast):
    first = dues(cast)
    with pytest.raises(Conflict, match="2026年11月的“应交党费"):
        claim(cast, metric="dues.paid_on_time", quantity_milli=1000, base_milli=1000)
    withdraw_claim(actor=cast.viewer("secretary"), claim_id=first.pk, version=first.version, now=NOW)
    assert facts(cast.branch) == []
    dues(cast, paid=3)
    assert facts(cast.branch) == [("dues.due", 5, "pending"), ("dues.paid_on_time", 3, "pending")]


def test_database_refuses_more_than_the_denominator(cast):
    row = dues(cast)
    with pytest.raises(IntegrityError, match="claim_part_of_base"), transaction.atomic():
        Claim.objects.filter(pk=row.pk).update(quantity_milli=6000)


def test_database_refuses_self_review(cast):
    row = sent_claim(cast)
    with pytest.raises(IntegrityError, match="claim_not_self_reviewed"), transaction.atomic():
        Claim.objects.filter(pk=row.pk).update(reviewed_by=row.entered_by)


def test_claim_of_what_the_system_counts_is_refused(cast):
    with pytest.raises(InvalidInput, match="由系统自动计量"):
        claim(cast, metric="theme_day.held")


def test_future_day_is_refused(cast):
    with pytest.raises(InvalidInput, match="日期不能晚于今天"):
        claim(cast, happened_on=date(2026, 11, 21))


def test_honour_needs_its_occasion(cast):
    with pytest.raises(InvalidInput, match="事项名称或文号"):
        claim(cast, metric="bonus.P03")
    sent_claim(cast, metric="bonus.P03", occurrence="七一表彰")
    assert list(live_facts().values_list("metric__code", "occurrence")) == [("bonus.P03", "七一表彰")]


def test_claim_without_evidence_or_grounds_is_refused(cast):
    with pytest.raises(InvalidInput, match="佐证材料"):
        sent_claim(cast, note="")


def test_late_claim_is_yellow_for_ever(cast):
    row = sent_claim(cast, happened_on=date(2026, 9, 10))
    assert row.is_late
    (fact,) = live_facts()
    assert (fact.is_late, fact.lag_days) == (True, 46)


def test_pulled_back_and_sent_again_keeps_the_first_sending(cast):
    row = sent_claim(cast)
    row = pull_back_claim(actor=cast.viewer("secretary"), claim_id=row.pk, version=row.version, now=NOW)
    assert (row.state, facts(cast.branch)) == ("draft", [])
    later = at(date(2026, 12, 20))
    row = submit_claim(actor=cast.viewer("secretary"), claim_id=row.pk, version=row.version, now=later)
    assert (row.revision, row.first_submitted_at, row.submitted_at, row.is_late) == (2, NOW, later, False)
    assert facts(cast.branch) == [("lead_project.done", 1, "pending")]


def test_returned_claim_tells_the_secretary_and_counts_no_longer(cast):
    row = sent_claim(cast)
    row = return_claim(
        actor=cast.viewer("officer"), claim_id=row.pk, version=row.version, reason="缺少佐证材料", now=NOW
    )
    assert (row.state, row.return_reason, facts(cast.branch)) == ("returned", "缺少佐证材料", [])
    told = Notice.objects.values_list("recipient", "kind", "title", "url")
    assert list(told) == [
        (
            cast.secretary.pk,
            "returned",
            "申报“当年办结的领办项目”已退回：缺少佐证材料",
            reverse("activities:claim", args=[row.pk]),
        )
    ]


def test_approved_claim_can_be_returned_and_its_facts_are_reversed(cast):
    row = sent_claim(cast)
    (row,) = approve_claims(actor=cast.viewer("officer"), shown={row.pk: row.version}, now=NOW)
    return_claim(actor=cast.viewer("officer"), claim_id=row.pk, version=row.version, reason="材料不实", now=NOW)
    assert facts(cast.branch) == []


def test_return_needs_a_reason(cast):
    row = sent_claim(cast)
    with pytest.raises(InvalidInput, match="退回原因"):
        return_claim(actor=cast.viewer("officer"), claim_id=row.pk, version=row.version, reason=" ", now=NOW)


def test_officer_on_behalf_does_not_review_own_claim(cast):
    row = sent_claim(cast, by="officer")
    assert row.on_behalf
    with pytest.raises(Refused, match="您代录的"):
        approve_claims(actor=cast.viewer("officer"), shown={row.pk: row.version}, now=NOW)
    approve_claims(actor=cast.viewer("second_officer"), shown={row.pk: row.version}, now=NOW)
    assert facts(cast.branch) == [("lead_project.done", 1, "confirmed")]


@pytest.mark.parametrize("step", [pull_back_claim, withdraw_claim])
def test_officer_returns_but_does_not_take_back_what_the_branch_claimed(cast, step):
    row = sent_claim(cast)
    with pytest.raises(Refused, match="由支部填报"):
        step(actor=cast.viewer("officer"), claim_id=row.pk, version=row.version, now=NOW)
    assert facts(cast.branch) == [("lead_project.done", 1, "pending")]


def test_approving_what_changed_meanwhile_approves_nothing(cast):
    one, two = sent_claim(cast), sent_claim(cast, note="二")
    shown = {one.pk: one.version, two.pk: two.version}
    pull_back_claim(actor=cast.viewer("secretary"), claim_id=two.pk, version=None, now=NOW)
    with pytest.raises(Conflict) as caught:
        approve_claims(actor=cast.viewer("officer"), shown=shown, now=NOW)
    assert caught.value.fields == {"claims": ["当年办结的领办项目（公路党支部）"]}
    assert set(Claim.objects.values_list("state", flat=True)) == {"submitted", "draft"}


def test_committee_member_drafts_but_does_not_send(cast):
    row = claim(cast, by="committee_member")
    with pytest.raises(Refused):
        submit_claim(actor=cast.viewer("committee_member"), claim_id=row.pk, version=row.version, now=NOW)
    assert Claim.objects.get().state == ClaimState.DRAFT


@pytest.mark.parametrize("who", ["outsider", "other_secretary"])
def test_foreign_claim_is_not_there(cast, who):
    row = sent_claim(cast)
    with pytest.raises(Http404):
        withdraw_claim(actor=cast.viewer(who), claim_id=row.pk, version=row.version, now=NOW)
    with pytest.raises(Http404):
        claim(cast, by=who)


def test_stale_version_is_a_conflict(cast):
    row = claim(cast)
    claim_input = ClaimInput("lead_project.done", date(2026, 11, 9), note="改")
    actor = cast.viewer("secretary")
    save_claim(actor=actor, branch=cast.branch, given=claim_input, now=NOW, claim_id=row.pk, version=row.version)
    with pytest.raises(Conflict, match="刚刚有人改过"):
        save_claim(actor=actor, branch=cast.branch, given=claim_input, now=NOW, claim_id=row.pk, version=row.version)


def test_each_step_is_audited(cast):
    row = sent_claim(cast)
    approve_claims(actor=cast.viewer("officer"), shown={row.pk: row.version}, now=NOW)
    actions = AuditEntry.objects.filter(target_type="activities.claim").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["claim.saved", "claim.submitted", "claim.approved"]


def test_page_keeps_and_sends_a_pair_with_its_file(cast, client):
    client.force_login(cast.secretary)
    url = reverse("activities:claim_new") + "?metric=dues.paid_on_time&month=2026-11"
    page = client.get(url)
    assert page.status_code == 200
    data = {
        "branch": cast.branch.pk,
        "happened_on": "2026-11-10",
        "base": "5",
        "quantity": "4",
        "note": "",
        "step": "submit",
        "evidence": SimpleUploadedFile("收缴表.txt", "五人已交四人".encode()),
    }
    answer = client.post(url, data)
    row = Claim.objects.get()
    assert answer.url == reverse("activities:claim", args=[row.pk])
    assert (row.state, row.quantity_milli, row.base_milli) == ("submitted", 4000, 5000)
    file = row.files.get()
    served = client.get(reverse("activities:claim_file", args=[row.pk, file.pk]))
    assert (served.status_code, b"".join(served.streaming_content)) == (200, "五人已交四人".encode())
    client.force_login(cast.other_secretary)
    assert client.get(reverse("activities:claim_file", args=[row.pk, file.pk])).status_code == 404
    assert client.get(reverse("activities:claim", args=[row.pk])).status_code == 404


def test_page_names_the_fault_under_its_field(cast, client):
    client.force_login(cast.secretary)
    url = reverse("activities:claim_new") + "?metric=dues.paid_on_time"
    answer = client.post(url, {"branch": cast.branch.pk, "happened_on": "2026-11-10", "base": "5", "quantity": "6"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"quantity": ["“按月足额交纳的”6多于“应交党费”5，请核对两个数。"]}
    assert not Claim.objects.exists()


def test_sending_the_form_twice_makes_one_claim(cast, client):
    client.force_login(cast.secretary)
    url = reverse("activities:claim_new") + "?metric=lead_project.done"
    data = {"branch": cast.branch.pk, "happened_on": "2026-11-10", "quantity": "1", "note": "文号", "step": "submit"}
    data["_token"] = new_token(cast.secretary)
    first, second = client.post(url, data), client.post(url, data)
    assert first.url == second.url
    assert Claim.objects.count() == 1


def test_list_costs_the_same_for_one_and_three(cast, client):
    client.force_login(cast.secretary)
    sent_claim(cast)
    url = reverse("activities:claims")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    sent_claim(cast, note="二")
    sent_claim(cast, note="三")
    with CaptureQueriesContext(connection) as three:
        page = client.get(url)
    assert len(page.context["page"]) == 3
    assert len(one) == len(three)


def test_list_shows_the_own_branch_only(cast, client):
    sent_claim(cast)
    other = sent_claim(cast, by="other_secretary", branch=cast.other_branch)
    client.force_login(cast.other_secretary)
    page = client.get(reverse("activities:claims"))
    assert [row.pk for row in page.context["page"]] == [other.pk]


def test_member_has_no_claims_page(cast, client):
    client.force_login(cast.member)
    assert client.get(reverse("activities:claims")).status_code == 403


def test_export_is_the_list_as_filtered(cast, client):
    dues(cast, paid=4, due=5)
    sent_claim(cast, note="=1+1")
    client.force_login(cast.officer)
    query = "?metric=lead_project.done"
    shown = client.get(reverse("activities:claims") + query).context["page"]
    answer = client.get(reverse("activities:claims_export") + query)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=3 + len(shown))]
    assert [row[1:] for row in rows] == [["公路党支部", "当年办结的领办项目", None, 1, None, "个", "=1+1", 0, "待审"]]
    assert sheet.cell(4, 8).data_type == "s"
    client.force_login(cast.committee_member)
    assert client.get(reverse("activities:claims_export")).status_code == 403


def test_fault_on_sending_says_so(cast, client):
    client.force_login(cast.secretary)
    url = reverse("activities:claim_new") + "?metric=dues.paid_on_time"
    data = {"branch": cast.branch.pk, "happened_on": "2026-11-10", "base": "5", "quantity": "6", "step": "submit"}
    assert "还不能报送，请改正下面 1 处" in client.post(url, data).content.decode()
    assert "还不能保存" in client.post(url, data | {"step": "draft"}).content.decode()


def test_form_points_to_the_own_draft_of_the_matter(cast, client):
    row = claim(cast)
    client.force_login(cast.secretary)
    url = reverse("activities:claim_new") + "?metric=lead_project.done"
    assert reverse("activities:claim_edit", args=[row.pk]) in client.get(url).content.decode()
    assert "草稿没有报送" not in client.get(url.replace("lead_project.done", "dues.paid_on_time")).content.decode()
    client.force_login(cast.officer)
    assert "草稿没有报送" not in client.get(url).content.decode()


def test_the_very_same_claim_is_there_once(cast):
    first = sent_claim(cast)
    with pytest.raises(Conflict, match="完全相同"):
        claim(cast)
    claim(cast, note="另一个项目，文件〔2026〕4号")
    withdraw_claim(actor=cast.viewer("secretary"), claim_id=first.pk, version=None, now=NOW)
    assert sent_claim(cast).state == ClaimState.SUBMITTED
