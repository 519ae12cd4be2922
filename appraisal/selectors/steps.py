"""What each step of the year-end page shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from appraisal.models import (
    CommitteeDecision,
    Publication,
    PublicNotice,
    RuleLeftOut,
    VetoCase,
    YearEnd,
    YearResult,
    YearState,
)
from appraisal.rules import quota_seats
from appraisal.selectors.inputs import grade_steps, shares_of, veto_definitions, year_frame
from appraisal.selectors.notices import noticed_lines
from appraisal.selectors.obstacles import (
    closing_state,
    decision_obstacles,
    notice_obstacles,
    publication_obstacles,
    standing_decision,
    standing_notice,
    unmarked_rules,
)
from appraisal.selectors.pages import mark_rows, results_of
from assessment.models import BranchMonth
from branches.permissions import Viewer, visible
from core.periods import Month

STEPS = {"1": "日常得分", "2": "评价与测评", "3": "一票否决", "4": "合成与等次", "5": "公示与审定", "6": "发布"}


def step_context(viewer: Viewer, year_end: YearEnd, step: str) -> dict[str, Any]:
    """The context of one step."""
    return _CONTEXTS[step](viewer, year_end)


def _scores(viewer: Viewer, year_end: YearEnd) -> dict[str, Any]:
    keys = [year_end.year * 100 + number for number in (6, 12)]
    rows = BranchMonth.objects.filter(root_id=year_end.root_id, month__in=keys, is_measured=True)
    counted = Counter(rows.values_list("month", flat=True))
    closings = closing_state(year_end)
    months = [
        {
            "number": number,
            "closing": closings.get(number),
            "count": counted.get(year_end.year * 100 + number, 0),
            "key": f"{year_end.year}-{number:02d}",
        }
        for number in (6, 12)
    ]
    return {
        "months": months,
        "is_measured": bool(months[-1]["count"]),
        "unmarked": unmarked_rules(year_end),
        "left_out": RuleLeftOut.objects.filter(year_end=year_end).select_related("left_out_by"),
    }


def _entries(viewer: Viewer, year_end: YearEnd) -> dict[str, Any]:
    rows = mark_rows(viewer, year_end)
    shares = shares_of(year_frame(year_end))
    return {
        "rows": rows,
        "shares": shares,
        "rate": f"{float(shares.min_response_rate):.0%}",
        "done": {
            part: sum(part in row.marks and row.marks[part].hundredths is not None for row in rows)
            for part in ("committee", "members", "peers")
        },
    }


def _vetoes(viewer: Viewer, year_end: YearEnd) -> dict[str, Any]:
    cases = visible(VetoCase.objects.filter(year_end=year_end), viewer)
    names = {step.code: step.name for step in grade_steps(year_frame(year_end))}
    return {
        "cases": cases.select_related("branch", "proposed_by", "decided_by", "replied_by").order_by(
            "-proposed_at", "-pk"
        ),
        "items": list(veto_definitions(year_end).values()),
        "branches": [(row.branch_id, row.name) for row in mark_rows(viewer, year_end)],
        "grade_names": names,
        "today": viewer.today,
    }


@dataclass(frozen=True)
class QuotaLine:
    """The places of one rank group: its ranked branches, its exact share, the places it got, how many are proposed."""

    group: str
    ranked: int
    share: str
    seats: int
    proposed: int


def _composition(viewer: Viewer, year_end: YearEnd) -> dict[str, Any]:
    frame = year_frame(year_end)
    steps = grade_steps(frame)
    rows = results_of(viewer, year_end)
    order = list(frame.row.rank_groups)
    lines, total = quota_lines(rows, steps, order)
    earlier = results_of(viewer, year_end, year_end.revision - 1) if year_end.revision > 1 else []
    return {
        "rows": sorted(rows, key=lambda row: (_place(row.rank_group, order), row.rank or 999)),
        "grades": steps,
        "grade_names": {step.code: step.name for step in steps},
        "quota_lines": lines,
        "quota": total,
        "earlier": {row.branch_id: row for row in earlier},
        "months": {"half": Month(year_end.year, 6), "daily": Month(year_end.year, 12)},
        "december": Month(year_end.year, 12),
    }


def _place(group: str, order: list[str]) -> tuple[int, str]:
    """Groups in the order of the scheme, others after them by name."""
    return (order.index(group) if group in order else len(order), group)


def quota_lines(rows: list[YearResult], steps, order: list[str]) -> tuple[list[QuotaLine], str]:
    """The arithmetic of the quota in words: floor(30% × 29) = 8, and each group's share of it."""
    top = steps[0]
    counted = Counter(row.rank_group if order else "" for row in rows if row.rank is not None)
    ranked = {group: counted[group] for group in sorted(counted, key=lambda name: _place(name, order))}
    if top.quota is None or not ranked:
        return [], ""
    seats = quota_seats(top.quota, ranked)
    total, all_ranked = sum(seats.values()), sum(ranked.values())
    lines = [
        QuotaLine(
            group or "全部",
            count,
            f"{total} × {count} ÷ {all_ranked} = {float(Fraction(total * count, all_ranked)):.2f}",
            seats[group],
            sum(row.grade == top.code and (not order or row.rank_group == group) for row in rows),
        )
        for group, count in ranked.items()
    ]
    share = f"{float(top.quota):.0%}"
    return (
        lines,
        f"{top.name}名额：{share} × 参加排名的{all_ranked}个支部，取整为{total}个；按各组支部数分配，余数大的先得，相同的先给支部多的组",
    )


def _decision(viewer: Viewer, year_end: YearEnd) -> dict[str, Any]:
    notices = PublicNotice.objects.filter(year_end=year_end).select_related("posted_by", "withdrawn_by")
    decisions = CommitteeDecision.objects.filter(year_end=year_end).select_related("recorded_by", "notice")
    notice = standing_notice(year_end)
    is_over = bool(notice and viewer.today > notice.ends_on)
    can_post = year_end.state == YearState.SETTLING
    obstacles = notice_obstacles(year_end) if not year_end.is_frozen else []
    return {
        "notice": notice,
        "is_over": is_over,
        "lines": noticed_lines(notice) if notice else (),
        "decision": standing_decision(year_end),
        "obstacles": decision_obstacles(year_end) if notice and year_end.state == YearState.NOTICED else obstacles,
        "can_post": can_post and not obstacles,
        "can_decide": year_end.state == YearState.NOTICED and is_over,
        "notices": list(notices.order_by("-revision", "-attempt")),
        "decisions": list(decisions.order_by("-revision", "-attempt")),
        "grade_names": {step.code: step.name for step in grade_steps(year_frame(year_end))},
        "today": viewer.today,
    }


def _publication(viewer: Viewer, year_end: YearEnd) -> dict[str, Any]:
    history = Publication.objects.filter(year_end=year_end).select_related("proposed_by", "settled_by")
    rows = list(history.order_by("-revision", "-attempt"))
    return {
        "obstacles": publication_obstacles(year_end) if year_end.takes_grades else [],
        "decision": standing_decision(year_end),
        "pending": next((row for row in rows if row.state == "proposed"), None),
        "published": next((row for row in rows if row.state == "published"), None),
        "history": rows,
        "rows": results_of(viewer, year_end),
        "grade_names": {step.code: step.name for step in grade_steps(year_frame(year_end))},
    }


_CONTEXTS = {"1": _scores, "2": _entries, "3": _vetoes, "4": _composition, "5": _decision, "6": _publication}
