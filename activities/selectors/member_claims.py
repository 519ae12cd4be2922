"""What can be entered about members by their scheme, and the claims the viewer may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from activities.models import Attendance, ClaimState, MemberClaim
from activities.rules.claimable import short_name
from activities.rules.member_claims import BY_COMMITTEE, MADE_UP_FOR, MAKE_UP_DAYS, MemberKind
from assessment.members import schemes
from assessment.models import Metric, Scheme
from assessment.selectors.frame import RuleFrame, SchemeFrame, frame_of
from branches.permissions import Viewer, visible
from core.periods import Month

SHOWN = 200


def member_kinds(root_id: int, month: Month) -> dict[str, MemberKind]:
    """Everything that can be entered about a member in that month's year, by metric, in the order of the scheme."""
    scheme = schemes.scheme_for(root_id, month)
    if scheme is None:
        return {}
    frame = frame_of(scheme)
    found = _credits(scheme)
    for rule in frame.rules:
        for kind in _of_rule(rule, frame):
            found.setdefault(kind.metric, kind)
    for extra in frame.extras:
        metric = frame.metrics[extra.metric_id]
        found[metric.code] = MemberKind(
            metric.code, extra.name, metric.unit, is_extra=True, evidence=extra.evidence, item="附加分"
        )
    return found


def _credits(scheme: Scheme) -> dict[str, MemberKind]:
    found = {}
    for row in schemes.study_plan(scheme).kinds:
        if row.code == "K01":  # comes from the records alone
            continue
        metric = row.metric
        found[metric.code] = MemberKind(metric.code, metric.name, metric.unit, item="学分", is_credit=True)
    return found


def _of_rule(rule: RuleFrame, frame: SchemeFrame) -> Iterable[MemberKind]:
    item = next(one for one in frame.items if one.code == rule.item)
    label, evidence = f"{item.code} {item.name}", "、".join(item.evidence)
    metric, base = frame.metrics.get(rule.row.metric_id or 0), frame.metrics.get(rule.row.need_metric_id or 0)
    if metric and metric.reported_by == schemes.ENTERED:
        paired = base if base and base.reported_by == schemes.ENTERED else None
        yield MemberKind(
            metric.code,
            metric.name,
            metric.unit,
            base_metric=paired.code if paired else "",
            base_name=paired.name if paired else "",
            evidence=evidence,
            item=label,
            is_own=metric.code not in BY_COMMITTEE,
        )
    for event in rule.events:
        metric = frame.metrics[event.metric_id]
        if metric.reported_by == schemes.ENTERED:
            lowers = rule.kind == "deduct"
            yield MemberKind(
                metric.code, metric.name, metric.unit, lowers=lowers, evidence=evidence, item=label, is_own=not lowers
            )


def claims_of(viewer: Viewer, *, member_id: int | None = None, state: str = "") -> QuerySet[MemberClaim]:
    """Claims the viewer may see, the newest first: their own, and those of people of their branch."""
    rows = visible(MemberClaim.objects.all(), viewer).select_related("member", "entered_by", "makes_up")
    if member_id:
        rows = rows.filter(member_id=member_id)
    if state in ClaimState.values:
        rows = rows.filter(state=state)
    return rows.annotate(file_count=Count("files")).order_by("-happened_on", "-pk")


def claim_detail(viewer: Viewer, claim_id: int) -> MemberClaim | None:
    """One claim; None outside the scope."""
    rows = visible(MemberClaim.objects.all(), viewer)
    return (
        rows.select_related("member__branch", "entered_by", "reviewed_by", "makes_up__kind").filter(pk=claim_id).first()
    )


def makeable(member_id: int, viewer: Viewer) -> list[tuple[int, str]]:
    """The gatherings of the last 30 days that the member missed on duty or ill, to be made up for."""
    rows = Attendance.objects.filter(
        member_id=member_id,
        status__in=MADE_UP_FOR,
        activity__held_on__range=(viewer.today - MAKE_UP_DAYS, viewer.today),
        activity__state__in=ClaimState.counting(),
    )
    found = rows.select_related("activity").order_by("-activity__held_on")
    return [(row.activity_id, f"{row.activity.held_on:%m月%d日} {row.activity.title}") for row in found]


def words_of(claims: Iterable[MemberClaim]) -> None:
    """Give each claim of a page its name and unit as `words` and `unit`; 1 query."""
    found = {code: (name, unit) for code, name, unit in Metric.objects.values_list("code", "name", "unit")}
    for claim in claims:
        name, unit = found.get(claim.metric, (claim.metric, ""))
        claim.words, claim.unit = short_name(name), unit  # type: ignore[attr-defined] -- carried along for the page
