"""What stands between a settled year and its publication, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Min

from appraisal.canonical import composed_digest, decided_digest, rows_of
from appraisal.models import (
    CommitteeDecision,
    PublicNotice,
    RuleLeftOut,
    VetoCase,
    VetoState,
    YearEnd,
    YearResult,
)
from appraisal.selectors.appeals import appeal_obstacles
from appraisal.selectors.composing import quota_faults
from appraisal.selectors.inputs import year_frame
from assessment.models import BranchMonth, MonthClosing, ReviewMark
from core.periods import Month


@dataclass(frozen=True)
class Unmarked:
    """A reviewer rule with branches that have no mark; `left_out` holds the officer's reason, else ""."""

    rule_code: str
    subject: str
    branches: tuple[str, ...]
    left_out: str


def closing_state(year_end: YearEnd) -> dict[int, MonthClosing]:
    """Month number (6, 12) → its standing closing."""
    keys = [Month(year_end.year, number).key for number in (6, 12)]
    rows = MonthClosing.objects.filter(root_id=year_end.root_id, month__in=keys, reopened_at__isnull=True)
    return {row.month % 100: row for row in rows.order_by("revision")}


def unmarked_rules(year_end: YearEnd) -> list[Unmarked]:
    """Reviewer rules of the year with the measured branches that have no mark for it."""
    frame = year_frame(year_end)
    december = Month(year_end.year, 12).key
    measured = BranchMonth.objects.filter(root_id=year_end.root_id, month=december, is_measured=True)
    names = dict(measured.order_by("branch__sort_key", "branch__code").values_list("branch_id", "branch__short_name"))
    marks = ReviewMark.objects.filter(root_id=year_end.root_id, year=year_end.year, withdrawn_at__isnull=True)
    marked = set(marks.values_list("rule_code", "branch_id"))
    reasons = dict(RuleLeftOut.objects.filter(year_end=year_end).values_list("rule_code", "reason"))
    found = []
    for rule in frame.rules:
        missing = tuple(name for pk, name in names.items() if (rule.code, pk) not in marked)
        if rule.kind == "reviewer" and missing:
            found.append(Unmarked(rule.code, rule.row.review_subject, missing, reasons.get(rule.code, "")))
    return found


def standing_notice(year_end: YearEnd) -> PublicNotice | None:
    """The notice of the present revision that was not withdrawn."""
    rows = PublicNotice.objects.filter(year_end=year_end, revision=year_end.revision, withdrawn_at__isnull=True)
    return rows.select_related("posted_by").first()


def standing_decision(year_end: YearEnd) -> CommitteeDecision | None:
    """The committee's latest decision on the notice that stands."""
    rows = CommitteeDecision.objects.filter(
        year_end=year_end, revision=year_end.revision, notice__withdrawn_at__isnull=True
    )
    return rows.select_related("recorded_by", "notice").order_by("-attempt").first()


def publication_obstacles(year_end: YearEnd) -> list[str]:
    """Every reason why the year cannot be published yet; empty when it can."""
    found = decision_obstacles(year_end)
    decision = standing_decision(year_end)
    if decision is None:
        notice = standing_notice(year_end)
        if notice is not None:
            found.append(f"公示到{notice.ends_on.isoformat()}，期满后须经党委会审定")
    elif decision.digest != decided_digest(rows_of(year_end)):
        found.append("审定之后等次有变动，须重新登记审定")
    return found


def decision_obstacles(year_end: YearEnd) -> list[str]:
    """Every reason why the committee cannot decide on the whole yet, but the days of the notice."""
    found = notice_obstacles(year_end)
    results = YearResult.objects.filter(year_end=year_end, revision=year_end.revision)
    undecided = results.filter(at_quota_border=True, decided_grade="").count()
    if undecided:
        found.append(f"有{undecided}个支部并列跨优秀名额，未定等次")
    found += quota_faults(year_end)
    notice = standing_notice(year_end)
    if notice is None:
        found.append("还没有公示")
    elif notice.digest != composed_digest(rows_of(year_end)):
        found.append("公示之后结果有变动，须撤回公示，重新公示")
    return found


def notice_obstacles(year_end: YearEnd) -> list[str]:
    """Every reason why the composed results cannot be put on notice yet."""
    closings = closing_state(year_end)
    found = [f"{number}月还没有封存" for number in (12,) if number not in closings]
    found += [
        f"人工评分项{one.rule_code} {one.subject}有{len(one.branches)}个支部未评"
        for one in unmarked_rules(year_end)
        if not one.left_out
    ]
    open_vetoes = VetoCase.objects.filter(year_end=year_end, state=VetoState.PROPOSED).count()
    if open_vetoes:
        found.append(f"有{open_vetoes}件一票否决事项未办结")
    found += appeal_obstacles(year_end.root_id, year_end.year)
    results = YearResult.objects.filter(year_end=year_end, revision=year_end.revision)
    composed_at = results.aggregate(first=Min("computed_at"))["first"]
    if composed_at is None:
        found.append("还没有合成")
    else:
        later = [number for number, closing in sorted(closings.items()) if closing.closed_at > composed_at]
        found += [f"{number}月在合成之后封存，须重新合成" for number in later]
    return found
