"""The democratic appraisal of a branch: begun, self-appraised, proposed, decided by meeting, approved by the committee.

No step reads a member's score: it is reference on the page and sets no grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse

from activities.selectors.people import secretary_accounts
from appraisal.models import (
    AppraisalGrade,
    AppraisalState,
    AppraisedMember,
    DecidedBy,
    DemocraticAppraisal,
    PollKind,
    PollState,
)
from appraisal.rules.democratic import Graded, grading_faults
from appraisal.selectors.democratic import decision_faults
from appraisal.services._claimed import claimed_before
from appraisal.services._year import said
from appraisal.services.poll_setup import create_poll
from assessment import ledger
from assessment.ledger import FactSpec
from branches.models import MemberStatus, Organisation, User
from branches.permissions import Viewer, check, visible
from branches.selectors import members_on
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import today as today_of
from notices.services import notify

SOURCE = "democratic_appraisal"
METRIC = "democratic_appraisal.closed"


@dataclass(frozen=True, slots=True)
class SessionInput:
    """The session as typed: when, where, who was in the chair, how many came, which body decided, how."""

    held_on: date | None
    place: str = ""
    chaired_by: str = ""
    attended: int | None = None
    decided_by: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True)
class GradeInput:
    """What was chosen for one member."""

    grade: str
    reason: str = ""


@transaction.atomic
def begin_appraisal(*, actor: Viewer, branch: Organisation, year: int, now: datetime) -> DemocraticAppraisal:
    """Begin the appraisal of a branch for a year, with its members of today; probationary ones take part ungraded."""
    check(actor, "democratic.run", branch)
    if not today_of(now).year - 1 <= year <= today_of(now).year:
        raise InvalidInput("只能开展当年或上年度的民主评议。", remedy="请选择年度。")
    Organisation.objects.select_for_update().get(pk=branch.pk)
    if DemocraticAppraisal.objects.filter(branch=branch, year=year).exists():
        raise Conflict(f"{year}年度民主评议已经开始。", remedy="请在列表中打开。")
    appraisal = DemocraticAppraisal.objects.create(root_id=branch.root_id, branch=branch, year=year, created_at=now)
    added = _add_people(appraisal, today_of(now))
    if not added:
        raise InvalidInput("支部没有在册党员。", remedy="请先登记党员。")
    audit.record(actor=actor, action="democratic.begin", target=appraisal, summary=f"开始{appraisal}，{added}名党员")
    return appraisal


@transaction.atomic
def refresh_people(*, actor: Viewer, appraisal_id: int, now: datetime) -> tuple[int, int]:
    """Bring the list to the branch's members of today: (added, taken out). What was written stays."""
    appraisal = _open(actor, appraisal_id)
    current = {spell.member_id: spell for spell in members_on([appraisal.branch_id], today_of(now))}
    gone = appraisal.people.exclude(member_id__in=current)
    taken_out = gone.count()
    gone.delete()
    for person in appraisal.people.all():
        is_graded = current[person.member_id].status == MemberStatus.FULL
        if person.is_graded != is_graded:
            person.is_graded, person.grade, person.proposed_grade = is_graded, "", ""
            person.save()
    added = _add_people(appraisal, today_of(now))
    audit.record(actor=actor, action="democratic.people", target=appraisal, summary=f"增加{added}人，移出{taken_out}人")
    return added, taken_out


@transaction.atomic
def appraise_self(*, actor: Viewer, person_id: int, text: str, grade: str, now: datetime) -> AppraisedMember:
    """A member's own words and grade for themselves, while the appraisal is under way."""
    person = get_object_or_404(
        AppraisedMember.objects.select_related("appraisal").select_for_update(of=("self",)),
        pk=person_id,
        member_id=actor.member_id or 0,
    )
    if not person.appraisal.is_open:
        raise Conflict("评议结果已经报送，不能再改自我评价。", remedy="如有补充，请向支部书记说明。")
    if grade not in ("", *AppraisalGrade.values) or (grade and not person.is_graded):
        raise InvalidInput("请选择自评等次。", fields={"grade": ["请选择自评等次；预备党员不评等次。"]})
    person.self_text = said(text, what="自我评价", limit=3000)
    person.self_grade, person.self_on = grade, today_of(now)
    person.save(update_fields=["self_text", "self_grade", "self_on"])
    audit.record(
        actor=actor, action="democratic.self", target=person, branch_id=person.appraisal.branch_id, summary="自我评价"
    )
    return person


@transaction.atomic
def begin_ballot(*, actor: Viewer, appraisal_id: int, now: datetime) -> DemocraticAppraisal:
    """Set up the mutual ballots of the branch's members; a voided poll is followed by a new one."""
    appraisal = _open(actor, appraisal_id)
    if appraisal.poll is not None and appraisal.poll.state != PollState.VOID:
        raise Conflict("民主测评已经建立。", remedy="请打开测评。")
    appraisal.poll = create_poll(
        actor=actor, organisation=appraisal.branch, year=appraisal.year, kind=PollKind.MEMBER_APPRAISAL, now=now
    )
    appraisal.save(update_fields=["poll"])
    return appraisal


@transaction.atomic
def propose_grades(*, actor: Viewer, appraisal_id: int, grades: Mapping[int, GradeInput]) -> int:
    """The branch committee's proposed grades, within the quota; how many changed."""
    appraisal = _open(actor, appraisal_id)
    return _grade(appraisal, actor, grades, field="proposed_grade", words="支委会建议")


@transaction.atomic
def decide_grades(
    *, actor: Viewer, appraisal_id: int, session: SessionInput, grades: Mapping[int, GradeInput], now: datetime
) -> int:
    """What the meeting (or the branch committee) decided, with the session it was decided in, within the quota."""
    appraisal = _open(actor, appraisal_id)
    _enter_session(appraisal, session, today_of(now))
    return _grade(appraisal, actor, grades, field="grade", words="评定等次")


@transaction.atomic
def send_appraisal(*, actor: Viewer, appraisal_id: int, now: datetime) -> DemocraticAppraisal:
    """Send the result for approval: every full member graded, 优秀 within the third. It counts on the session's day."""
    appraisal = _open(actor, appraisal_id)
    if faults := decision_faults(appraisal):
        raise InvalidInput("还不能报送：" + "".join(faults), remedy="请补齐后再报送。", fields={"grades": faults})
    if appraisal.poll is not None and appraisal.poll.state in (PollState.DRAFT, PollState.OPEN):
        raise Conflict("民主测评还没有计票。", remedy="请先结束投票并计票，或作废测评。")
    appraisal.state, appraisal.revision = AppraisalState.SENT, appraisal.revision + 1
    appraisal.sent_at, appraisal.sent_by_id, appraisal.return_reason = now, actor.user_id, ""
    appraisal.first_sent_at = appraisal.first_sent_at or now
    _save(appraisal)
    assert appraisal.held_on  # else there were faults
    if not claimed_before(appraisal.branch, METRIC, appraisal.held_on.year, source=SOURCE):
        ledger.record_facts([_fact(appraisal)], now=now)
    audit.record(actor=actor, action="democratic.send", target=appraisal, summary=f"报送{appraisal}结果")
    return appraisal


@transaction.atomic
def return_appraisal(*, actor: Viewer, appraisal_id: int, reason: str, now: datetime) -> DemocraticAppraisal:
    """Send the result back with the reason; it counts no longer until it is sent again."""
    appraisal = _for_approval(actor, appraisal_id)
    appraisal.state, appraisal.return_reason = AppraisalState.RETURNED, said(reason, what="退回原因")
    _save(appraisal)
    ledger.reverse_source(SOURCE, appraisal.pk, by_id=actor.user_id, reason=appraisal.return_reason, now=now)
    audit.record(actor=actor, action="democratic.return", target=appraisal, summary=appraisal.return_reason[:200])
    accounts = secretary_accounts([appraisal.branch_id], today_of(now))[appraisal.branch_id]
    _tell(accounts, appraisal, f"{appraisal}被退回：{appraisal.return_reason}", "returned", now)
    return appraisal


@transaction.atomic
def approve_appraisal(*, actor: Viewer, appraisal_id: int, now: datetime) -> DemocraticAppraisal:
    """The committee approves; never by whoever sent it. The members are told that they can read their own result."""
    appraisal = _for_approval(actor, appraisal_id)
    if faults := decision_faults(appraisal):
        raise Conflict("".join(faults), remedy="请退回支部改正。")
    appraisal.state, appraisal.approved_by_id, appraisal.approved_at = AppraisalState.APPROVED, actor.user_id, now
    _save(appraisal)
    ledger.confirm_source(SOURCE, appraisal.pk, by_id=actor.user_id, now=now)
    audit.record(actor=actor, action="democratic.approve", target=appraisal, summary=f"审批{appraisal}")
    members = appraisal.people.values("member")
    accounts = User.objects.filter(member__in=members, is_active=True).values_list("pk", flat=True)
    _tell(list(accounts), appraisal, f"{appraisal}结果已审批，可查看本人等次", "year_end", now, own=True)
    return appraisal


def locked_appraisal(actor: Viewer, appraisal_id: int) -> DemocraticAppraisal:
    """The appraisal, locked, if the actor sees it."""
    rows = visible(DemocraticAppraisal.objects.all(), actor).select_related("branch", "poll")
    return get_object_or_404(rows.select_for_update(of=("self",)), pk=appraisal_id)


def _open(actor: Viewer, appraisal_id: int) -> DemocraticAppraisal:
    appraisal = locked_appraisal(actor, appraisal_id)
    check(actor, "democratic.run", appraisal.branch)
    if not appraisal.is_open:
        raise Conflict(f"{appraisal}{appraisal.get_state_display()}，不能再改。", remedy="需要修改的，请机关党委退回。")
    return appraisal


def _for_approval(actor: Viewer, appraisal_id: int) -> DemocraticAppraisal:
    appraisal = locked_appraisal(actor, appraisal_id)
    check(actor, "democratic.approve", appraisal.branch)
    if appraisal.state != AppraisalState.SENT:
        raise Conflict(f"{appraisal}{appraisal.get_state_display()}。", remedy="请刷新页面后再看。")
    if appraisal.sent_by_id == actor.user_id:
        raise Refused("结果由您报送，不能由您审批。", remedy="请另一名工作人员审批。")
    return appraisal


def _add_people(appraisal: DemocraticAppraisal, on: date) -> int:
    known = set(appraisal.people.values_list("member_id", flat=True))
    spells = [spell for spell in members_on([appraisal.branch_id], on) if spell.member_id not in known]
    AppraisedMember.objects.bulk_create(
        AppraisedMember(
            root_id=appraisal.root_id,
            appraisal=appraisal,
            member_id=spell.member_id,
            name=spell.member.name,
            is_graded=spell.status == MemberStatus.FULL,
            place=len(known) + n,
        )
        for n, spell in enumerate(spells, start=1)
    )
    return len(spells)


def _enter_session(appraisal: DemocraticAppraisal, given: SessionInput, today: date) -> None:
    last = date(appraisal.year + 1, 12, 31)
    if given.held_on is None or not date(appraisal.year, 1, 1) <= given.held_on <= min(today, last):
        raise InvalidInput("评议会日期应在所属年度以后、今天或以前。", fields={"held_on": ["请填写评议会召开日期。"]})
    if given.decided_by not in DecidedBy.values:
        raise InvalidInput("请选择评定机构。", fields={"decided_by": ["请选择评定机构。"]})
    members = appraisal.people.count()
    if given.attended is not None and not 0 < given.attended <= members:
        raise InvalidInput(f"到会党员应在1到{members}之间。", fields={"attended": ["请核对到会人数。"]})
    appraisal.held_on, appraisal.place = given.held_on, given.place.strip()[:60]
    appraisal.chaired_by, appraisal.attended = given.chaired_by.strip()[:40], given.attended
    appraisal.decided_by, appraisal.decision = given.decided_by, given.decision.strip()[:2000]
    _save(appraisal)


def _grade(
    appraisal: DemocraticAppraisal, actor: Viewer, grades: Mapping[int, GradeInput], *, field: str, words: str
) -> int:
    """Set one of the two grades of the people named; the quota holds over all of the branch."""
    people = list(appraisal.people.order_by("place"))
    if grades.keys() - {person.pk for person in people}:
        raise InvalidInput("名单已有变动。", remedy="请刷新页面后再填写。")
    before, changed = {}, []
    for person in people:
        given = grades.get(person.pk)
        if given is None:
            continue
        if given.grade not in ("", *AppraisalGrade.values):
            raise InvalidInput("没有这个等次。", remedy="请从列表中选择。")
        reason = given.reason.strip()[:200] if field == "grade" else person.reason
        if (getattr(person, field), person.reason) != (given.grade, reason):
            before[person.name] = getattr(person, field)
            setattr(person, field, given.grade)
            person.reason = reason
            changed.append(person)
    if faults := grading_faults([Graded(p.name, p.is_graded, getattr(p, field)) for p in people], complete=False):
        raise InvalidInput("".join(faults), remedy="请改正后再保存。", fields={"grades": faults})
    AppraisedMember.objects.bulk_update(changed, [field, "reason"])
    after = {person.name: getattr(person, field) for person in changed}
    audit.record(
        actor=actor,
        action=f"democratic.{field}",
        target=appraisal,
        before=before,
        after=after,
        summary=f"{words}{len(changed)}人",
    )
    return len(changed)


def _save(appraisal: DemocraticAppraisal) -> None:
    appraisal.version += 1
    appraisal.save()


def _fact(appraisal: DemocraticAppraisal) -> FactSpec:
    assert appraisal.held_on and appraisal.first_sent_at
    return FactSpec(
        root_id=appraisal.root_id,
        branch_id=appraisal.branch_id,
        metric=METRIC,
        happened_on=appraisal.held_on,
        source_type=SOURCE,
        source_id=appraisal.pk,
        revision=appraisal.revision,
        label=str(appraisal),
        url=reverse("appraisal:democratic", args=[appraisal.pk]),
        entered_at=appraisal.first_sent_at,
        entered_by_id=appraisal.sent_by_id,
    )


def _tell(
    accounts: list[int], appraisal: DemocraticAppraisal, title: str, kind: str, now: datetime, *, own: bool = False
) -> None:
    url = reverse("appraisal:democratic_own") if own else reverse("appraisal:democratic", args=[appraisal.pk])
    notify(
        recipients=accounts,
        kind=kind,
        title=title,
        url=url,
        dedupe_key=f"democratic:{appraisal.pk}:{appraisal.state}:{appraisal.revision}",
        root_id=appraisal.root_id,
        now=now,
    )
