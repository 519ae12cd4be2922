"""What a year end is composed of: scores of June and December, marks, decided vetoes, the scheme's own numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.db.models import Sum

from appraisal.models import PartCode, PartMark, VetoCase, VetoState, YearEnd
from appraisal.rules import GradeStep, Shares, poll_value, system_vetoes, worse_grade
from assessment.models import Metric, MonthSum
from assessment.rules.terms import POINT
from assessment.selectors import BranchRow, SchemeFrame, best_scheme, frame_of, scheme_rows, scoreboard
from branches.models import Organisation
from branches.permissions import SYSTEM
from branches.selectors import terms_on
from core.errors import Conflict
from core.periods import Month, today

BODY_NAMES = {"party_committee": "机关党委", "discipline_committee": "机关纪委"}


@dataclass(frozen=True)
class VetoDefinition:
    """One 一票否决 item of the year's scheme."""

    code: str
    name: str
    cap: str
    body: str
    by_system: bool


@dataclass
class BranchYear:
    """One branch's year as composed from: base(6), base(12), the parts, bonus, penalty, tie-breakers, veto."""

    branch_id: int
    name: str
    rank_group: str
    months: int
    half: Fraction | None
    parts: dict[str, Fraction | None]
    reasons: dict[str, str]
    bonus: Fraction
    penalty: Fraction
    tie_break: tuple[Fraction, ...]
    cap: str = ""
    vetoes: list[str] = field(default_factory=list)
    categories: dict[str, str] = field(default_factory=dict)


def year_frame(year_end: YearEnd) -> SchemeFrame:
    """The scheme valid on the last day of the year; Conflict where there is none."""
    row = best_scheme(scheme_rows(year_end.root_id, year_end.year * 100 + 12))
    if row is None:
        raise Conflict(f"{year_end.year}年没有已发布的考核方案。", remedy="请先发布当年的考核方案。")
    return frame_of(row)


def shares_of(frame: SchemeFrame) -> Shares:
    """The weights of the composition."""
    return Shares.from_parameters(frame.row.composition)


def shares_for_year(root_id: int, year: int) -> Shares | None:
    """The weights that a committee's scheme of a year has; None without a published scheme."""
    row = best_scheme(scheme_rows(root_id, year * 100 + 12))
    return Shares.from_parameters(row.composition) if row and row.composition else None


def grade_steps(frame: SchemeFrame) -> tuple[GradeStep, ...]:
    """The grades, best first."""
    rows = sorted(frame.grades, key=lambda row: -row.threshold)
    return tuple(
        GradeStep(
            row.code, row.name, Decimal(row.threshold) / POINT, Fraction(row.quota, POINT) if row.quota >= 0 else None
        )
        for row in rows
    )


def veto_definitions(year_end: YearEnd) -> dict[str, VetoDefinition]:
    """The veto items of the year by code."""
    return {
        row.code: VetoDefinition(
            row.code,
            row.name,
            row.grade_cap,
            str(BODY_NAMES.get(row.decided_by, row.decided_by)),
            row.proposed_by == "system",
        )
        for row in year_frame(year_end).vetoes
    }


def branch_years(year_end: YearEnd) -> list[BranchYear]:
    """Every branch measured in December, with all that its total is composed of."""
    frame = year_frame(year_end)
    december = scoreboard(SYSTEM, year_end.root_id, Month(year_end.year, 12))
    june = {row.branch_id: row for row in _june(year_end)}
    marks = {(mark.branch_id, mark.part): mark for mark in PartMark.objects.filter(year_end=year_end)}
    rates = _attendance(year_end, frame)
    vetoes = _decided(year_end)
    shares = shares_of(frame)
    return [
        _branch_year(
            row,
            june.get(row.branch_id),
            marks,
            rates.get(row.branch_id, {}),
            vetoes.get(row.branch_id, []),
            shares,
            frame,
        )
        for row in december.rows
        if row.is_measured
    ]


def _june(year_end: YearEnd) -> tuple[BranchRow, ...]:
    month = Month(year_end.year, 6)
    if best_scheme(scheme_rows(year_end.root_id, month.key)) is None:
        return ()
    return scoreboard(SYSTEM, year_end.root_id, month).rows


def _branch_year(row, june, marks, rates, vetoes, shares: Shares, frame: SchemeFrame) -> BranchYear:
    half = june.confirmed.base if june and june.is_measured else None
    parts: dict[str, Fraction | None] = {"daily": row.confirmed.base}
    reasons = {} if half is not None else {"half": f"{row.first_month}月起计量"}
    for code in PartCode.values:
        parts[code], why = _part(marks.get((row.branch_id, code)), code, shares)
        if why:
            reasons[code] = why
    return BranchYear(
        branch_id=row.branch_id,
        name=row.name,
        rank_group=row.rank_group,
        months=row.months,
        half=half,
        parts=parts,
        reasons=reasons,
        bonus=row.confirmed.bonus,
        penalty=row.confirmed.penalty,
        tie_break=tuple(_tie_value(one, row, rates) for one in frame.row.tie_break),
        cap=_cap(vetoes, grade_steps(frame)),
        vetoes=[case.item_code for case in vetoes],
        categories={code: str(share.shown) for code, share in row.confirmed.categories.items() if share.is_due},
    )


def _part(mark: PartMark | None, code: str, shares: Shares) -> tuple[Fraction | None, str]:
    """A part's value and, where it is not collected, why."""
    if mark is None or mark.hundredths is None:
        return None, "未录入"
    value = Fraction(mark.hundredths, 100)
    if code != PartCode.MEMBERS:
        return value, ""
    counted = poll_value(
        value, returned=mark.returned or 0, handed_out=mark.handed_out or 0, minimum=shares.min_response_rate
    )
    if counted is None:
        return None, f"收回{mark.returned}张，不足发出{mark.handed_out}张的{float(shares.min_response_rate):.0%}"
    return counted, ""


def _cap(vetoes: list[VetoCase], steps: tuple[GradeStep, ...]) -> str:
    cap = ""
    for case in vetoes:
        cap = worse_grade(cap, case.cap, steps)
    return cap


def _decided(year_end: YearEnd) -> dict[int, list[VetoCase]]:
    found: dict[int, list[VetoCase]] = {}
    for case in VetoCase.objects.filter(year_end=year_end, state=VetoState.DECIDED):
        found.setdefault(case.branch_id, []).append(case)
    return found


def _tie_value(name: str, row: BranchRow, rates: dict[str, int]) -> Fraction:
    """category:E is that category's score; rate:a+b the attendance over both kinds of gathering."""
    kind, _, rest = name.partition(":")
    if kind == "category":
        share = row.confirmed.categories.get(rest)
        return (share.score if share else None) or Fraction(0)
    present = sum(rates.get(f"{one}.present", 0) for one in rest.split("+"))
    expected = sum(rates.get(f"{one}.expected", 0) for one in rest.split("+"))
    return Fraction(present, expected) if expected else Fraction(0)


def _attendance(year_end: YearEnd, frame: SchemeFrame) -> dict[int, dict[str, int]]:
    """Branch → metric code → confirmed quantity of the year, for the rates that break ties."""
    names = [name.partition(":")[2].split("+") for name in frame.row.tie_break if name.startswith("rate:")]
    codes = [f"{one}.{what}" for group in names for one in group for what in ("present", "expected")]
    return year_sums(year_end, codes)


def year_sums(year_end: YearEnd, codes: list[str]) -> dict[int, dict[str, int]]:
    """Branch → metric code → confirmed quantity (thousandths) of the whole year."""
    known = dict(Metric.objects.filter(code__in=codes).values_list("pk", "code"))
    span = (year_end.year * 100 + 1, year_end.year * 100 + 12)
    rows = MonthSum.objects.filter(root_id=year_end.root_id, month__range=span, metric_id__in=list(known))
    found: dict[int, dict[str, int]] = {}
    for branch_id, metric_id, total in rows.values_list("branch_id", "metric_id").annotate(total=Sum("confirmed")):
        found.setdefault(branch_id, {})[known[metric_id]] = total
    return found


def system_grounds(year_end: YearEnd, *, now: datetime) -> list[tuple[Organisation, str, str]]:
    """(branch, veto code, ground) of what the records show by the end of the year (or today, if earlier)."""
    on = min(today(now), date(year_end.year, 12, 31))
    december = scoreboard(SYSTEM, year_end.root_id, Month(year_end.year, 12))
    ids = [row.branch_id for row in december.rows if row.is_measured]
    branches = Organisation.objects.in_bulk(ids)
    terms = terms_on(ids, on)
    held = year_sums(year_end, ["org_life_meeting.held", "democratic_appraisal.closed"])
    found = []
    for branch_id in ids:
        term, sums = terms.get(branch_id), held.get(branch_id, {})
        due = None
        if term and not (term.ended_on and term.ended_on <= on):
            due = max(filter(None, (term.due_on, term.extended_to_on)))
        for code, ground in system_vetoes(
            overdue_since=due,
            on=on,
            org_life_held=sums.get("org_life_meeting.held", 0) > 0,
            appraisal_closed=sums.get("democratic_appraisal.closed", 0) > 0,
        ):
            found.append((branches[branch_id], code, ground))
    return found
