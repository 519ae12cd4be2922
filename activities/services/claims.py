"""What people do with claims (申报): keep, send, pull back, drop, review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from activities.models import Claim, ClaimFile, ClaimState
from activities.rules.claimable import ClaimKind, claim_words, natural_key, quantity_fault
from activities.rules.facts import is_late
from activities.rules.steps import CLAIM_STEPS, is_open, refusal
from activities.selectors.catalogue import catalogue_for
from activities.selectors.people import secretary_accounts
from activities.services.steps import lock_branches
from assessment import ledger
from assessment.ledger import FactSpec
from assessment.models import Metric
from branches.models import Organisation
from branches.permissions import Viewer, check, visible
from core import audit, uploads
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month
from core.periods import today as today_of
from notices.services import notify

SOURCE = "claim"
AUDITED = ("metric", "happened_on", "quantity_milli", "base_milli", "occurrence", "note", "state")
EARLIEST_YEARS = 1


@dataclass(frozen=True, slots=True)
class ClaimInput:
    """What a claim says, as typed; quantities in thousandths."""

    metric: str
    happened_on: date
    quantity_milli: int = 1000
    base_milli: int = 0
    occurrence: str = ""
    note: str = ""


@transaction.atomic
def save_claim(
    *,
    actor: Viewer,
    branch: Organisation,
    given: ClaimInput,
    now: datetime,
    claim_id: int | None = None,
    version: int | None = None,
    files: Iterable[Any] = (),
    remove_files: Iterable[int] = (),
) -> Claim:
    """Keep a claim as a draft (a new one, or one not under review); Conflict if it was changed meanwhile."""
    check(actor, "claim.log", branch)
    kind = _checked(branch, given, now)
    claim = _editable(actor, claim_id, version) if claim_id else _new_claim(branch, given)
    before = audit.snapshot(claim, AUDITED) if claim.pk else None
    _fill(claim, kind, given, actor, now)
    _save(claim, kind)
    _change_files(claim, actor, files, remove_files, now)
    audit.record(
        actor=actor,
        action="claim.saved",
        target=claim,
        before=before,
        after=audit.snapshot(claim, AUDITED),
        summary=f"填写申报“{kind.label}”",
    )
    return claim


def _new_claim(branch: Organisation, given: ClaimInput) -> Claim:
    """A claim to be filled; Conflict if the very same one is there: Back and sending again is not a second event."""
    lock_branches([branch.pk])
    same = {name: getattr(given, name) for name in ("metric", "happened_on", "quantity_milli")}
    same |= {"occurrence": given.occurrence.strip()[:60], "note": given.note.strip()[:500]}
    twins = Claim.objects.filter(root_id=branch.root_id, branch=branch, **same)
    if twins.exclude(state=ClaimState.WITHDRAWN).exists():
        raise Conflict(
            "同一天已有一条完全相同的申报，没有重复登记。", remedy="确是另一件事的，请在说明里写明区别后再保存。"
        )
    return Claim(branch=branch, root_id=branch.root_id)


@transaction.atomic
def submit_claim(*, actor: Viewer, claim_id: int, version: int | None, now: datetime) -> Claim:
    """Send a claim to the committee; it counts as pending from now on."""
    claim = _locked(actor, claim_id, version)
    check(actor, "claim.submit", claim.branch)
    _step(claim, "submit")
    kind = _kind(claim)
    if kind.evidence and not claim.note.strip() and not claim.files.exists():
        raise InvalidInput(
            "申报须有佐证材料，或在说明里写明依据。", remedy=f"请附上：{kind.evidence}；或写明文号、存放处后再报送。"
        )
    claim.revision += 1
    claim.submitted_at = now
    claim.first_submitted_at = claim.first_submitted_at or now
    claim.is_late = is_late(claim.happened_on, claim.first_submitted_at)
    claim.entered_by = audit.user_of(actor)
    claim.on_behalf = _is_on_behalf(actor, claim.branch_id)
    claim.return_reason, claim.reviewed_by, claim.reviewed_at = "", None, None
    _save(claim, kind)
    ledger.record_facts(specs_of(claim, kind), now=now)
    _note(actor, "claim.submitted", claim, f"报送申报“{kind.label}”")
    return claim


@transaction.atomic
def pull_back_claim(*, actor: Viewer, claim_id: int, version: int | None, now: datetime) -> Claim:
    """Take a claim back before it is reviewed, to mend it; it counts no longer."""
    claim = _locked(actor, claim_id, version)
    check(actor, "claim.submit", claim.branch)
    _demand_own(actor, claim)
    _step(claim, "pull_back")
    return _retract(actor, claim, "撤回修改", "claim.pulled_back", now)


@transaction.atomic
def withdraw_claim(*, actor: Viewer, claim_id: int, version: int | None, now: datetime) -> Claim:
    """Drop a claim that was a mistake; it stays on file and counts no longer."""
    claim = _locked(actor, claim_id, version)
    check(actor, "claim.submit", claim.branch)
    _demand_own(actor, claim)
    _step(claim, "withdraw")
    claim.natural_key = None
    return _retract(actor, claim, "作废", "claim.withdrawn", now)


@transaction.atomic
def return_claim(*, actor: Viewer, claim_id: int, version: int | None, reason: str, now: datetime) -> Claim:
    """Send a claim back with a reason (an approved one too: 退回已审记录); its facts are reversed, the branch is told."""
    claim = _reviewable(actor, claim_id, version)
    reason = reason.strip()
    if not reason:
        raise InvalidInput(
            "请写明退回原因。", remedy="选一条常用原因，或自己写明要补什么。", fields={"reason": ["请写明退回原因。"]}
        )
    _step(claim, "return")
    claim.return_reason = reason[:500]
    claim.reviewed_by, claim.reviewed_at = audit.user_of(actor), now
    claim = _retract(actor, claim, f"退回：{reason}", "claim.returned", now)
    tell_branch(claim, kind="returned", title=f"申报“{_name(claim)}”已退回：{reason}", now=now)
    return claim


@transaction.atomic
def approve_claims(*, actor: Viewer, shown: Mapping[int, int], now: datetime) -> list[Claim]:
    """Approve exactly these claims (id → version as shown); Conflict naming those that changed, then none is."""
    if not shown:
        return []
    claims = list(_scoped(actor).filter(pk__in=list(shown)).order_by("pk"))
    changed = [claim for claim in claims if not _is_as_shown(claim, shown[claim.pk])]
    if len(claims) != len(shown) or changed:
        raise Conflict(
            f"有{len(shown) - len(claims) + len(changed)}条申报已有变化，没有审核。",
            remedy="请刷新审核页，看过新的内容再审核。",
            fields={"claims": [f"{_name(claim)}（{claim.branch.short_name}）" for claim in changed]},
        )
    names = _names()
    for claim in claims:
        _approve(actor, claim, names, now)
    own = ledger.live_facts().filter(source_type=SOURCE, source_id__in=[claim.pk for claim in claims])
    ledger.confirm_facts(own, by_id=actor.user_id, now=now)
    return claims


def _approve(actor: Viewer, claim: Claim, names: Mapping[str, str], now: datetime) -> None:
    _check_reviewer(actor, claim)
    claim.state = CLAIM_STEPS["approve"].target
    claim.version += 1
    claim.reviewed_by, claim.reviewed_at = audit.user_of(actor), now
    claim.save()
    _note(actor, "claim.approved", claim, f"审核通过申报“{claim_words(claim.metric, claim.base_metric, names)}”")


def _checked(branch: Organisation, given: ClaimInput, now: datetime) -> ClaimKind:
    """The kind of the claim, or a refusal that names the field."""
    today = today_of(now)
    if given.happened_on > today:
        _fault("happened_on", "日期不能晚于今天。")
    if given.happened_on < branch.founded_on or given.happened_on.year < today.year - EARLIEST_YEARS:
        _fault("happened_on", f"日期太早，只能申报{today.year - EARLIEST_YEARS}年以来、支部成立以后的事项。")
    kind = catalogue_for(branch.root_id, Month.of(given.happened_on)).kinds.get(given.metric)
    if kind is None:
        _fault("metric", "这一项由系统自动计量，或不在当年方案里，不能申报。")
    if fault := quantity_fault(kind, given.quantity_milli, given.base_milli if kind.base_metric else 0):
        _fault("quantity", fault)
    if kind.needs_occurrence and not given.occurrence.strip():
        _fault("occurrence", "请填事项名称或文号，同一事项在几个层级获得表彰的只计最高一次。")
    return kind


def _fault(name: str, text: str) -> NoReturn:
    raise InvalidInput(text, fields={name: [text]})


def _fill(claim: Claim, kind: ClaimKind, given: ClaimInput, actor: Viewer, now: datetime) -> None:
    claim.metric, claim.happened_on, claim.month = kind.metric, given.happened_on, Month.of(given.happened_on).key
    claim.quantity_milli = given.quantity_milli
    claim.base_metric, claim.base_milli = kind.base_metric, given.base_milli if kind.base_metric else 0
    claim.occurrence, claim.note = given.occurrence.strip()[:60], given.note.strip()[:500]
    claim.state = ClaimState.RETURNED if claim.state == ClaimState.RETURNED else ClaimState.DRAFT
    claim.created_at = claim.created_at or now
    claim.entered_by, claim.on_behalf = audit.user_of(actor), _is_on_behalf(actor, claim.branch_id)
    if claim.reviewed_by_id and claim.reviewed_by_id == claim.entered_by_id:
        claim.reviewed_by = None  # the returning officer now writes it: somebody else will review


def _save(claim: Claim, kind: ClaimKind) -> None:
    claim.natural_key = natural_key(kind, branch_id=claim.branch_id, month=claim.month, occurrence=claim.occurrence)
    claim.version += 1 if claim.pk else 0
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        when = f"{Month.from_key(claim.month).label}的" if kind.is_once_a_month else "同一事项的"
        raise Conflict(
            f"{when}“{kind.label}”已经申报过一条。", remedy="请打开那一条修改；需要重报的先把它作废。"
        ) from error


def _change_files(claim: Claim, actor: Viewer, files: Iterable[Any], remove: Iterable[int], now: datetime) -> None:
    ClaimFile.objects.filter(claim=claim, pk__in=list(remove)).delete()
    for upload in files:
        attachment = uploads.accept(upload, actor=actor, root_id=claim.root_id)
        ClaimFile.objects.get_or_create(
            claim=claim, attachment=attachment, defaults={"root_id": claim.root_id, "added_at": now}
        )


def _retract(actor: Viewer, claim: Claim, reason: str, action: str, now: datetime) -> Claim:
    claim.version += 1
    claim.save()
    by = audit.user_of(actor)
    ledger.reverse_source(SOURCE, claim.pk, by_id=by.pk if by else None, reason=reason[:200], now=now)
    _note(actor, action, claim, f"{reason}：申报“{_name(claim)}”")
    return claim


def specs_of(claim: Claim, kind: ClaimKind) -> Sequence[FactSpec]:
    """The facts of a sent claim: its quantity and, where it has one, the denominator it was claimed with."""
    parts = [(claim.metric, claim.quantity_milli, kind.name)]
    if claim.base_metric:
        parts.append((claim.base_metric, claim.base_milli, kind.base_name))
    return [
        FactSpec(
            root_id=claim.root_id,
            branch_id=claim.branch_id,
            metric=metric,
            happened_on=claim.happened_on,
            source_type=SOURCE,
            source_id=claim.pk,
            revision=claim.revision,
            label=f"申报：{name}"[:200],
            url=reverse("activities:claim", args=[claim.pk]),
            entered_at=claim.first_submitted_at or claim.created_at,
            quantity=Decimal(quantity) / 1000,
            member_id=claim.member_id,
            occurrence=claim.occurrence,
            entered_by_id=claim.entered_by_id,
        )
        for metric, quantity, name in parts
    ]


def _scoped(actor: Viewer) -> Any:
    return visible(Claim.objects.select_related("branch"), actor).select_for_update(of=("self",))


def _locked(actor: Viewer, claim_id: int, version: int | None) -> Claim:
    """The claim, locked until the end of the transaction; 404 outside the scope, Conflict if it moved on."""
    claim = get_or_404(_scoped(actor), claim_id)
    if version is not None and claim.version != version:
        raise Conflict("这条申报刚刚有人改过。", remedy="请刷新后查看新的内容，再办理。")
    return claim


def get_or_404(queryset: Any, pk: int) -> Any:
    found = queryset.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _editable(actor: Viewer, claim_id: int, version: int | None) -> Claim:
    claim = _locked(actor, claim_id, version)
    check(actor, "claim.log", claim.branch)
    step = CLAIM_STEPS["edit"]
    if not is_open(step, claim.state):
        raise Conflict(refusal(step, claim.state, "条申报"), remedy="待审的先撤回，再修改。")
    return claim


def _reviewable(actor: Viewer, claim_id: int, version: int | None) -> Claim:
    claim = _locked(actor, claim_id, version)
    _check_reviewer(actor, claim)
    return claim


def _check_reviewer(actor: Viewer, claim: Claim) -> None:
    check(actor, "claim.review", claim.branch)
    if claim.entered_by_id and claim.entered_by_id == actor.user_id:
        raise Refused("这条申报是您代录的，不能由您审核。", remedy="请由机关党委的另一位同志审核。")


def _demand_own(actor: Viewer, claim: Claim) -> None:
    """What the branch claimed is the branch's to take back; the committee returns it with a reason."""
    if _is_on_behalf(actor, claim.branch_id) and not claim.on_behalf:
        raise Refused("这条申报由支部填报，不能由您撤回或作废。", remedy="要支部修改，请退回并写明原因。")


def _is_as_shown(claim: Claim, version: int) -> bool:
    return claim.version == version and is_open(CLAIM_STEPS["approve"], claim.state)


def _step(claim: Claim, name: str) -> None:
    step = CLAIM_STEPS[name]
    if not is_open(step, claim.state):
        raise Conflict(refusal(step, claim.state, "条申报"), remedy="请刷新后再看。")
    claim.state = step.target


def _kind(claim: Claim) -> ClaimKind:
    kind = catalogue_for(claim.root_id, Month.from_key(claim.month)).kinds.get(claim.metric)
    if kind is None:
        raise Conflict("这一项已不在当年方案里，不能报送。", remedy="请作废这条申报。")
    return kind


def _names() -> dict[str, str]:
    return dict(Metric.objects.values_list("code", "name"))


def _name(claim: Claim) -> str:
    return claim_words(claim.metric, claim.base_metric, _names())


def _is_on_behalf(actor: Viewer, branch_id: int) -> bool:
    return not actor.is_system and branch_id not in actor.own_branch_ids


def _note(actor: Viewer, action: str, claim: Claim, summary: str) -> None:
    audit.record(actor=actor, action=action, target=claim, after={"state": claim.state}, summary=summary)


def tell_branch(claim: Claim, *, kind: str, title: str, now: datetime) -> None:
    """Tell the branch's secretaries, and who entered it, what became of a claim."""
    people = secretary_accounts([claim.branch_id], today_of(now))[claim.branch_id]
    entered = [claim.entered_by_id] if claim.entered_by_id else []
    notify(
        recipients=[*people, *entered],
        kind=kind,
        title=title[:200],
        url=reverse("activities:claim", args=[claim.pk]),
        dedupe_key=f"claim:{claim.pk}:{claim.version}",
        root_id=claim.root_id,
        now=now,
    )
