"""The lines of a branch's year: each duty in each of its periods, papers with a deadline, the four ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from activities.models import Duty
from activities.rules.duties import (
    DutyState,
    DutyTerms,
    Period,
    Record,
    duty_state,
    measured_months,
    progress_state,
)
from activities.rules.yearplan import (
    DONE,
    KEY_JOIN,
    LACKING,
    LATE,
    NOT_DUE,
    PENDING,
    PlanLine,
    dated_status,
    due_day,
    line_key,
    periods_of_year,
    status_of,
    words_of,
)
from activities.selectors.duties import METRIC_OF, TALKS, log_url
from activities.selectors.sheets import way_to
from activities.selectors.yearplan.ground import Ground, Proof, four_ones, read_ground
from activities.selectors.yearplan.plan import Plan
from branches.models import Organisation
from core.periods import Month

NOT_COUNTED = "成立或启用当期，不计考核"


def plans_of(
    root: Organisation, branches: Sequence[Organisation], year: int, *, today: date, can_log: bool = False
) -> list[Plan]:
    """The plans of these branches of one committee, in their order; constant queries, not scoped."""
    ground = read_ground(root, branches, year, today)
    names = tuple((one["code"], one["name"]) for one in four_ones())
    return [
        Plan(branch, year, tuple(_planned(branch, line, ground) for line in _lines(branch, ground, can_log)), names)
        for branch in branches
    ]


@dataclass(slots=True)
class _Span:
    """The months a branch answers for in the year."""

    first: Month
    last: Month

    def touches(self, period: Period) -> bool:
        return period.last >= self.first and period.first <= self.last

    def holds(self, period: Period) -> bool:
        return period.first >= self.first and period.last <= self.last


def _lines(branch: Organisation, ground: Ground, can_log: bool) -> Iterator[PlanLine]:
    found = measured_months(
        ground.year,
        founded_on=branch.founded_on,
        dissolved_on=branch.dissolved_on,
        go_live_month=ground.go_live_month,
        opening_from=ground.opening_from,
    )
    if found is None:
        return
    span = _Span(*found)
    ones = {one["duty"]: one["code"] for one in four_ones() if "duty" in one}
    for duty in ground.duties:
        for line in _duty_lines(branch, duty, span, ground, can_log):
            yield replace(line, four_one=ones.get(duty.code, ""))
    yield from _dated_lines(branch, span, ground, can_log)
    yield from _marked_lines(branch, span, ground)


# -- duties ----------------------------------------------------------------------------------------


def _duty_lines(branch: Organisation, duty: Duty, span: _Span, ground: Ground, can_log: bool) -> Iterator[PlanLine]:
    ways = _Ways(branch, duty, can_log)
    for group, records in _subjects(branch, duty, ground):
        for period in periods_of_year(duty.per, ground.year):
            if span.touches(period) and _applies(branch, duty, period, group, ground):
                line = _duty_line(ways, period, group, records, ground)
                yield line if span.holds(period) else _uncounted(line)


def _subjects(branch: Organisation, duty: Duty, ground: Ground) -> Iterator[tuple[Organisation | None, list[Record]]]:
    """Whose duty it is: the branch's, or each of its groups'."""
    for group in ground.groups.get(branch.pk, []) if duty.scope == "group" else [None]:
        group_id = group.pk if group else None
        yield group, ground.shares.records(branch.pk, duty.kind.code, duty.metric, group_id=group_id)


def _applies(branch: Organisation, duty: Duty, period: Period, group: Organisation | None, ground: Ground) -> bool:
    on = ground.day_in(period)
    if group is not None:
        return group in ground.groups_on(branch.pk, on)
    return duty.applies_if != "has_committee" or ground.has_committee(branch.pk, on)


@dataclass(slots=True)
class _Ways:
    """Where the lines of one duty of one branch lead."""

    branch: Organisation
    duty: Duty
    can_log: bool

    def url(self, state: DutyState, period: Period, group: Organisation | None, today: date) -> str:
        if state.activity_id:
            return reverse("activities:detail", args=[state.activity_id])
        code = self.duty.kind.code
        if not self.can_log or period.first.first_day > today:
            return ""
        day = None if period.has(today) else period.last_day
        return log_url(code, self.branch.pk, group_id=group.pk if group else None, day=day)


def _duty_line(
    ways: _Ways, period: Period, group: Organisation | None, records: list[Record], ground: Ground
) -> PlanLine:
    duty, branch = ways.duty, ways.branch
    terms = DutyTerms(duty.code, duty.name, duty.per, duty.target, duty.applies_if, duty.window)
    if duty.code == TALKS:
        done, need = ground.talks.get(branch.pk, (0, 0))
        state = progress_state(terms, period, done=done, need=need, on=ground.today)
    else:
        state = duty_state(terms, period, records, ground.today)
    status = status_of(state, period, ground.today)
    record = next((one for one in records if one.activity_id == state.activity_id and one.counts), None)
    owner = ground.group_leaders.get(group.pk, "") if group else ""
    return PlanLine(
        key=line_key(duty.code, period, group.pk if group else None),
        code=duty.code,
        name=duty.name,
        year=ground.year,
        due_on=period.last_day,
        status=status,
        words=state.words if duty.code == TALKS or state.state in ("returned", "draft") else "",
        owner=owner or ground.secretaries.get(branch.pk, ""),
        group=group.short_name if group else "",
        happened_on=record.held_on if record and status in (DONE, LATE, PENDING) else None,
        url=ways.url(state, period, group, ground.today),
        evidence=f"{record.kind_name}记录" if record and status in (DONE, LATE, PENDING) else "",
    )


def _uncounted(line: PlanLine) -> PlanLine:
    """A period in which the branch was founded (or went live, or ended) is never held against it."""
    return replace(line, status=NOT_DUE, words=NOT_COUNTED) if line.status == LACKING else line


# -- what is wanted once by a day ------------------------------------------------------------------


def _dated_lines(branch: Organisation, span: _Span, ground: Ground, can_log: bool) -> Iterator[PlanLine]:
    """Papers and once-a-year matters with a deadline of the scheme that no duty of the calendar covers."""
    covered = {METRIC_OF.get(duty.code, duty.metric) for duty in ground.duties}
    ones = {one["metric"]: one for one in four_ones() if "metric" in one}
    wanted = {
        metric: due_on
        for item in ground.catalogue.items
        for metric, due_on in item.deadlines
        if metric not in covered and not (item.na_if == "no_committee" and not _sits(branch, ground))
    }
    wanted = {**{code: due_day(ground.year, one["due"]) for code, one in ones.items()}, **wanted}
    for metric, due_on in wanted.items():
        proof = ground.facts.get((branch.pk, metric))
        if proof is None and due_on <= span.first.last_day:
            continue  # a deadline before the end of the first month is left out unless met (scoring.md)
        line = _dated_line(metric, ground.catalogue.name_of(metric), due_on, proof, ground)
        url = line.url or (way_to(metric, branch, Month.of(due_on), ground.catalogue) if can_log else "")
        owner = ground.secretaries.get(branch.pk, "")
        yield replace(line, url=url, owner=owner, four_one=ones[metric]["code"] if metric in ones else "")


def _sits(branch: Organisation, ground: Ground) -> bool:
    return ground.has_committee(branch.pk, min(ground.today, date(ground.year, 12, 31)))


def _marked_lines(branch: Organisation, span: _Span, ground: Ground) -> Iterator[PlanLine]:
    """What the committee gives every branch once a year: met by its mark."""
    if span.last.number < 12:
        return
    for one in four_ones():
        if "mark" in one:
            proof = ground.marks.get((branch.pk, one["mark"]))
            line = _dated_line(one["code"], one["name"], due_day(ground.year, one["due"]), proof, ground)
            yield replace(line, owner=one["owner"], four_one=one["code"], is_own=False)


def _dated_line(code: str, name: str, due_on: date, proof: Proof | None, ground: Ground) -> PlanLine:
    status = dated_status(due_on, proof.happened_on if proof else None, ground.today)
    if proof and not proof.is_confirmed and status == DONE:
        status = PENDING
    return PlanLine(
        key=f"{code}{KEY_JOIN}{ground.year}",
        code=code,
        name=name,
        year=ground.year,
        due_on=due_on,
        status=status,
        words="",
        happened_on=proof.happened_on if proof else None,
        url=proof.url if proof else "",
        evidence=proof.label if proof else "",
    )


# -- what was planned --------------------------------------------------------------------------------


def _planned(branch: Organisation, line: PlanLine, ground: Ground) -> PlanLine:
    """The line with the day and owner the branch set itself, and its sentence."""
    entry = ground.entries.get((branch.pk, line.key))
    planned_on = entry.planned_on if entry else None
    words = line.words or words_of(line.status, line.due_on, line.happened_on, planned_on, ground.today)
    return replace(
        line,
        planned_on=planned_on,
        words=words,
        owner=(entry.owner_name if entry else "") or line.owner,
        note=entry.note if entry else "",
    )
