"""What people do with claims about members: enter, confirm, return, withdraw.

A member enters their own, and somebody else of the branch committee confirms it; what the committee enters about
another member is confirmed at once, and the member is told of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NoReturn

from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from activities.models import Attendance, ClaimState, MemberClaim, MemberClaimFile
from activities.reporting.members import fill_days
from activities.rules.flags import overlap, span
from activities.rules.member_claims import MemberKind, make_up_fault, member_quantity_fault, natural_key
from activities.rules.steps import CLAIM_STEPS, is_open, refusal
from activities.rules.study import hours_of
from activities.selectors.member_claims import member_kinds
from assessment.ledger import FactSpec
from assessment.members import ledger
from assessment.models import MemberFact
from assessment.selectors.members import members_seen
from branches.models import Member, User
from branches.permissions import Viewer, can, check, visible
from branches.selectors.accounts import secretary_accounts
from core import audit, uploads
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month
from core.periods import today as today_of
from notices.services import notify

SOURCE = "member_claim"
THEME_DAY = "theme_day.attended_or_made_up"
AUDITED = ("metric", "happened_on", "quantity_milli", "base_milli", "occurrence", "note", "state")


@dataclass(frozen=True, slots=True)
class MemberClaimInput:
    """What is entered, as typed; quantities in thousandths. Timed study has times in place of a quantity."""

    metric: str
    happened_on: date
    quantity_milli: int = 1000
    base_milli: int = 0
    starts_at: time | None = None
    ends_at: time | None = None
    makes_up_id: int | None = None
    occurrence: str = ""
    note: str = ""


@transaction.atomic
def enter_claim(
    *,
    actor: Viewer,
    member_id: int,
    given: MemberClaimInput,
    now: datetime,
    claim_id: int | None = None,
    files: Iterable[Any] = (),
) -> MemberClaim:
    """Enter (or, returned, mend and send again) something about a member. It counts as pending from now on, and as
    confirmed where the branch committee entered it about somebody else."""
    member = Member.objects.select_for_update().filter(pk__in=members_seen(actor).filter(pk=member_id)).first()
    if member is None:
        raise Http404
    is_own = actor.member_id == member.pk
    if not is_own:
        check(actor, "member_score.enter", member.branch)
    kind = _kind(member, given, is_own, today_of(now))
    claim = _locked(actor, claim_id) if claim_id else MemberClaim(member=member, root_id=member.root_id, created_at=now)
    if claim.pk and (claim.member_id != member.pk or not is_open(CLAIM_STEPS["edit"], claim.state)):
        raise Conflict(refusal(CLAIM_STEPS["edit"], claim.state, "条申报"), remedy="请刷新后再看。")
    _fill(claim, member, kind, given, now)
    _check_time(claim)
    claim.is_own, claim.entered_by = is_own, audit.user_of(actor)
    _keep(claim, kind, files, actor, now)
    if kind.evidence and not claim.note and not claim.files.exists():
        raise InvalidInput(
            "须有佐证材料，或在说明里写明依据。", fields={"note": [f"如：{kind.evidence}；写明文号或存放处也可以。"]}
        )
    _report(claim, confirmed_by=None if is_own else actor.user_id, now=now)
    _note(actor, "member_claim.entered", claim, f"登记“{kind.name}”")
    if is_own:
        _tell_committee(actor, claim, now)
    else:
        _tell_member(claim, f"支部为您登记了“{kind.name}”", now)
    return claim


@transaction.atomic
def confirm_claim(*, actor: Viewer, claim_id: int, version: int | None, now: datetime) -> MemberClaim:
    """Confirm what a member entered; never one's own."""
    claim = _reviewable(actor, claim_id, version, "approve")
    claim.state, claim.reviewed_by, claim.reviewed_at = ClaimState.APPROVED, audit.user_of(actor), now
    claim.version += 1
    claim.save()
    own = ledger.live_facts().filter(source_type=SOURCE, source_id=claim.pk)
    ledger.confirm_facts(own, by_id=actor.user_id, now=now)
    _note(actor, "member_claim.confirmed", claim, "审核通过个人申报")
    return claim


@transaction.atomic
def return_claim(*, actor: Viewer, claim_id: int, version: int | None, reason: str, now: datetime) -> MemberClaim:
    """Send it back to the member with a reason; it counts no longer."""
    claim = _reviewable(actor, claim_id, version, "return")
    if not reason.strip():
        raise InvalidInput("请写明退回原因。", fields={"reason": ["请写明要补什么。"]})
    claim.return_reason, claim.reviewed_by, claim.reviewed_at = reason.strip()[:500], audit.user_of(actor), now
    _retract(actor, claim, ClaimState.RETURNED, f"退回：{reason.strip()}", "member_claim.returned", now)
    _tell_member(claim, f"您的申报已退回：{reason.strip()}", now, kind="returned")
    return claim


@transaction.atomic
def withdraw_claim(*, actor: Viewer, claim_id: int, version: int | None, now: datetime) -> MemberClaim:
    """Drop one that was a mistake: one's own while nobody has confirmed it, the committee's by the committee."""
    claim = _locked(actor, claim_id, version)
    is_mine = claim.is_own and claim.member_id == actor.member_id
    if not is_mine or claim.state == ClaimState.APPROVED:
        check(actor, "member_score.enter", claim.member.branch)
        if claim.member_id == actor.member_id:
            raise Refused("本人的事项不能由本人作废。", remedy="请由支部委员会的另一位同志办理。")
    if claim.state == ClaimState.WITHDRAWN:
        raise Conflict("这条申报已经作废。", remedy="请刷新后再看。")
    claim.natural_key = None
    _retract(actor, claim, ClaimState.WITHDRAWN, "作废", "member_claim.withdrawn", now)
    return claim


def _kind(member: Member, given: MemberClaimInput, is_own: bool, today: date) -> MemberKind:
    """The kind of what is entered, or a refusal that names the field."""
    if given.happened_on > today or given.happened_on.year != today.year:
        _fault("happened_on", "请填写今年内、不晚于今天的日期。")
    kind = member_kinds(member.root_id, Month.of(given.happened_on)).get(given.metric)
    if kind is None:
        _fault("metric", "这一项由系统自动计量，或不在当年标准里。")
    if is_own and not kind.is_own:
        raise Refused("这一项由支部委员会登记。", remedy="请与本支部书记联系。")
    if not kind.is_timed and (
        fault := member_quantity_fault(kind, given.quantity_milli, given.base_milli if kind.base_metric else 0)
    ):
        _fault("quantity", fault)
    if kind.needs_occurrence and not given.occurrence.strip():
        _fault("occurrence", "请填事项名称或文号，同一事项只计最高一次。")
    return kind


def _fill(claim: MemberClaim, member: Member, kind: MemberKind, given: MemberClaimInput, now: datetime) -> None:
    claim.branch_id = member.branch_id
    claim.metric, claim.happened_on, claim.month = kind.metric, given.happened_on, Month.of(given.happened_on).key
    claim.base_metric, claim.base_milli = kind.base_metric, given.base_milli if kind.base_metric else 0
    claim.occurrence, claim.note = given.occurrence.strip()[:60], given.note.strip()[:500]
    claim.starts_at, claim.ends_at = (given.starts_at, given.ends_at) if kind.is_timed else (None, None)
    claim.quantity_milli = given.quantity_milli
    if kind.is_timed:
        if given.starts_at is None or given.ends_at is None or given.ends_at <= given.starts_at:
            _fault("ends_at", "请填开始和结束时间，结束晚于开始。")
        found = span(given.happened_on, given.starts_at, given.ends_at)
        claim.quantity_milli = hours_of(found) if found else 0
        if not claim.quantity_milli:
            _fault("ends_at", "时间太短，不足0.1学时。")
    claim.makes_up_id = _missed(member, given) if kind.is_make_up else None
    claim.first_submitted_at = claim.first_submitted_at or now


def _missed(member: Member, given: MemberClaimInput) -> int:
    """The gathering made up for, or a refusal that names the field."""
    row = Attendance.objects.filter(
        member=member, activity_id=given.makes_up_id or 0, activity__state__in=ClaimState.counting()
    ).first()
    if row is None:
        _fault("makes_up", "请选择缺席的那一次。")
    if fault := make_up_fault(row.status, row.activity.held_on, given.happened_on):
        _fault("makes_up", fault)
    return row.activity_id


def _check_time(claim: MemberClaim) -> None:
    """同一时段重复计学时: refused, with the name of what stands at that time."""
    mine = span(claim.happened_on, claim.starts_at, claim.ends_at)
    if mine is None:
        return
    others = MemberClaim.standing().filter(member=claim.member, happened_on=claim.happened_on).exclude(pk=claim.pk)
    if any(overlap(mine, span(one.happened_on, one.starts_at, one.ends_at)) for one in others):
        _fault("starts_at", "这个时段已经登记过学习，不能重复计学时。")
    there = Attendance.objects.filter(
        member=claim.member,
        status__in=("present", "late"),
        activity__held_on=claim.happened_on,
        activity__state__in=ClaimState.counting(),
    ).select_related("activity")
    for row in there:
        one = row.activity
        if overlap(mine, span(one.held_on, one.starts_at, one.ends_at)):
            _fault("starts_at", f"这个时段参加了“{one.title}”，不能重复计学时。")


def _keep(claim: MemberClaim, kind: MemberKind, files: Iterable[Any], actor: Viewer, now: datetime) -> None:
    claim.natural_key = natural_key(
        kind,
        member_id=claim.member_id,
        year=claim.happened_on.year,
        occurrence=claim.occurrence,
        makes_up=claim.makes_up_id,
    )
    claim.version += 1 if claim.pk else 0
    claim.revision += 1
    claim.state = ClaimState.SUBMITTED if claim.is_own else ClaimState.APPROVED
    claim.return_reason = ""
    claim.reviewed_by, claim.reviewed_at = (None, None) if claim.is_own else (claim.entered_by, now)
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        raise Conflict(f"“{kind.name}”已经登记过。", remedy="请打开那一条看看；需要重报的先把它作废。") from error
    for upload in files:
        attachment = uploads.accept(upload, actor=actor, root_id=claim.root_id)
        MemberClaimFile.objects.get_or_create(
            claim=claim, attachment=attachment, defaults={"root_id": claim.root_id, "added_at": now}
        )


def _report(claim: MemberClaim, *, confirmed_by: int | None, now: datetime) -> None:
    ledger.record_facts(list(_specs(claim, confirmed_by)), now=now)


def _specs(claim: MemberClaim, confirmed_by: int | None) -> Iterable[FactSpec]:
    parts = [(claim.metric, claim.quantity_milli)]
    if claim.base_metric:
        parts.append((claim.base_metric, claim.base_milli))
    if claim.makes_up_id and _was_theme_day(claim):
        parts.append((THEME_DAY, 1000))
    for metric, quantity in parts:
        yield FactSpec(
            root_id=claim.root_id,
            branch_id=claim.branch_id,
            member_id=claim.member_id,
            metric=metric,
            happened_on=claim.happened_on,
            source_type=SOURCE,
            source_id=claim.pk,
            revision=claim.revision,
            label=(claim.occurrence or claim.note or "申报")[:200],
            url=reverse("activities:member_claim", args=[claim.pk]),
            entered_at=claim.first_submitted_at or claim.created_at,
            quantity=Decimal(quantity) / 1000,
            occurrence=claim.occurrence,
            entered_by_id=claim.entered_by_id,
            confirmed=claim.state == ClaimState.APPROVED,
            confirmed_by_id=confirmed_by,
        )


def _was_theme_day(claim: MemberClaim) -> bool:
    """Whether the missed gathering asked for the member as a theme day, and has not been made up for."""
    due = MemberFact.objects.filter(
        member_id=claim.member_id, source_id=claim.makes_up_id, metric__code="theme_day.member_expected"
    )
    return ledger.live_facts(due).exists()


def _retract(actor: Viewer, claim: MemberClaim, state: str, reason: str, action: str, now: datetime) -> None:
    claim.state = state
    claim.version += 1
    claim.save()
    ledger.reverse_source(SOURCE, claim.pk, by_id=actor.user_id, reason=reason[:200], now=now)
    if claim.starts_at:  # a gathering at that time gives its hours again
        fill_days(claim.root_id, {(claim.member_id, claim.happened_on)}, now=now)
    _note(actor, action, claim, reason)


def _locked(actor: Viewer, claim_id: int, version: int | None = None) -> MemberClaim:
    rows = visible(MemberClaim.objects.select_related("member__branch"), actor).select_for_update(of=("self",))
    claim = rows.filter(pk=claim_id).first()
    if claim is None:
        raise Http404
    if version is not None and claim.version != version:
        raise Conflict("这条申报刚刚有人改过。", remedy="请刷新后查看新的内容，再办理。")
    return claim


def _reviewable(actor: Viewer, claim_id: int, version: int | None, step: str) -> MemberClaim:
    claim = _locked(actor, claim_id, version)
    check(actor, "member_score.enter", claim.member.branch)
    if actor.member_id == claim.member_id:
        raise Refused("本人的申报不能由本人审核。", remedy="请由支部委员会的另一位同志审核。")
    if not is_open(CLAIM_STEPS[step], claim.state):
        raise Conflict(refusal(CLAIM_STEPS[step], claim.state, "条申报"), remedy="请刷新后再看。")
    return claim


def may_review(viewer: Viewer, claim: MemberClaim) -> bool:
    """Whether the viewer may confirm or return it."""
    return viewer.member_id != claim.member_id and can(viewer, "member_score.enter", claim.member.branch)


def _tell_member(claim: MemberClaim, title: str, now: datetime, kind: str = "reminder") -> None:
    people = list(User.objects.filter(member_id=claim.member_id, is_active=True).values_list("pk", flat=True))
    notify(
        recipients=people,
        kind=kind,
        title=title[:200],
        url=reverse("activities:member_claim", args=[claim.pk]),
        dedupe_key=f"member_claim:{claim.pk}:{claim.version}",
        root_id=claim.root_id,
        now=now,
        reason="这是关于您本人的事项。",
    )


def _tell_committee(actor: Viewer, claim: MemberClaim, now: datetime) -> None:
    """The secretary, once a day however much is entered; of the secretary's own, nobody is told twice."""
    people = secretary_accounts([claim.branch_id], today_of(now))[claim.branch_id]
    notify(
        recipients=[pk for pk in people if pk != actor.user_id],
        kind="to_review",
        title="有党员的个人申报待审核",
        url=f"{reverse('activities:member_claims')}?state={ClaimState.SUBMITTED}",
        dedupe_key=f"member_claims:{claim.branch_id}:{today_of(now)}",
        root_id=claim.root_id,
        now=now,
        reason="本支部党员的申报由支部委员会审核。",
    )


def _note(actor: Viewer, action: str, claim: MemberClaim, summary: str) -> None:
    audit.record(actor=actor, action=action, target=claim, after=audit.snapshot(claim, AUDITED), summary=summary)


def _fault(name: str, text: str) -> NoReturn:
    raise InvalidInput(text, fields={name: [text]})
