"""The facts of one member and year for the pure rules: as a branch's book, with what is computed of study."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from assessment.members import schemes
from assessment.members.schemes import StudyPlan
from assessment.models import CreditKind, MemberFact, MemberMonth, MemberReviewMark, MemberSource
from assessment.rules import Window
from assessment.rules.study import CreditTerms, collective_hours, credits_of, credits_worth, minimum_to_date
from assessment.selectors.frame import RuleFrame, SchemeFrame
from assessment.statement.book import FactBook
from core.periods import Month


@dataclass(frozen=True)
class KindLine:
    """One kind of credits in a year: units, what they are worth, what of it counts (all thousandths)."""

    kind: CreditKind
    units: int
    worth: int
    credits: int

    @property
    def is_capped(self) -> bool:
        return self.credits < self.worth


@dataclass(frozen=True)
class MemberBook(FactBook):
    """The book of a member: `standing` is the month it is about, `sources` what the branch enters (metric id → months)."""

    study: StudyPlan | None = None
    standing: MemberMonth | None = None
    sources: dict[int, set[int]] = field(default_factory=dict)

    @cached_property
    def _codes(self) -> dict[int, str]:
        return {pk: code for code, pk in self.study.metric_ids.items() if code in schemes.STUDIED} if self.study else {}

    def parts_of(self, metric_id: int) -> tuple[int, ...]:
        code = self._codes.get(metric_id)
        if code is None or self.study is None:
            return (metric_id,)
        if code == schemes.CREDITS:
            return self.study.credit_metrics
        return tuple(kind.metric_id for kind in self.study.kinds if kind.is_collective) if code == schemes.HOURS else ()

    def value(self, metric_id: int | None, frame: SchemeFrame, until: date, *, confirmed: bool) -> int:
        """Of study metrics what the year has brought, or asks, up to the day."""
        code = self._codes.get(metric_id or 0)
        if code is None:
            return super().value(metric_id, frame, until, confirmed=confirmed)
        if code == schemes.CREDITS:
            return sum(line.credits for line in self.kind_lines(frame, until, confirmed=confirmed))
        if code == schemes.HOURS:
            kinds = [terms_of_kind(kind) for kind in self._kinds]
            return collective_hours(kinds, self._units(frame, until, confirmed=confirmed))
        return self._asked(code, until)

    def kind_lines(self, frame: SchemeFrame, until: date, *, confirmed: bool) -> list[KindLine]:
        """The credits of the year by kind."""
        units = self._units(frame, until, confirmed=confirmed)
        found = []
        for kind in self._kinds:
            terms, mine = terms_of_kind(kind), units[kind.metric_id]
            found.append(KindLine(kind, mine, credits_worth(terms, mine), credits_of(terms, mine)))
        return found

    def na_months(self, rule: RuleFrame, window: Window) -> frozenset[int]:
        if rule.row.na_if != "unreported":
            return super().na_months(rule, window)
        told = {month for pk in rule.metric_ids for month in self.sources.get(pk, ())}
        is_told = any(month <= window.number for month in told)
        return frozenset() if is_told else frozenset(range(1, window.number + 1))

    @property
    def _kinds(self) -> tuple[CreditKind, ...]:
        return self.study.kinds if self.study else ()

    def _units(self, frame: SchemeFrame, until: date, *, confirmed: bool) -> dict[int, int]:
        return {
            kind.metric_id: super(MemberBook, self).value(kind.metric_id, frame, until, confirmed=confirmed)
            for kind in self._kinds
        }

    def _asked(self, code: str, until: date) -> int:
        row = self.standing
        if row is None:
            return 0
        least = {
            schemes.CREDITS_NEED: row.credits_minimum,
            schemes.HOURS_NEED: row.hours_minimum,
            schemes.VOLUNTEER_NEED: row.volunteer_minimum,
        }[code]
        month = Month.of(until)
        ended = month.number if until == month.last_day else month.number - 1
        return minimum_to_date(least, row.first_month, ended)


def terms_of_kind(kind: CreditKind) -> CreditTerms:
    """A stored kind in the terms of the pure rules."""
    return CreditTerms(kind.metric_id, kind.rate, kind.is_collective, kind.cap_year)


def load_member_book(
    rows: Iterable[MemberMonth], standing: MemberMonth, study: StudyPlan, *, as_of: datetime | None = None
) -> MemberBook:
    """The book of a member and year; 3 queries."""
    root_id, member_id, year = standing.root_id, standing.member_id, standing.month // 100
    span = (Month(year, 1).key, Month(year, 12).key)
    facts = MemberFact.objects.filter(root_id=root_id, member_id=member_id, month__range=span)
    marks = MemberReviewMark.objects.filter(root_id=root_id, member_id=member_id, year=year)
    if as_of is None:
        marks = marks.filter(withdrawn_at__isnull=True)
    else:
        facts = facts.filter(recorded_at__lte=as_of)
        marks = marks.filter(marked_at__lte=as_of).exclude(withdrawn_at__lte=as_of)
    ordered = list(facts.order_by("happened_on", "pk"))
    gone = {fact.reverses_id for fact in ordered}
    live: Any = tuple(fact for fact in ordered if fact.reverses_id is None and fact.pk not in gone)
    return MemberBook(
        year=year,
        as_of=as_of,
        facts=live,
        marks=tuple(marks.order_by("marked_at")),  # pyright: ignore[reportArgumentType] -- the same columns as ReviewMark
        conditions=_conditions(rows, year),
        study=study,
        standing=standing,
        sources=_sources(standing, span),
    )


def _conditions(rows: Iterable[MemberMonth], year: int) -> dict[int, dict[str, bool]]:
    return {
        row.month % 100: {"has_committee": row.has_committee, "has_groups": row.has_groups}
        for row in rows
        if row.month // 100 == year
    }


def _sources(standing: MemberMonth, span: tuple[int, int]) -> dict[int, set[int]]:
    told = MemberSource.objects.filter(
        root_id=standing.root_id, branch_id=standing.branch_id, month__range=span, facts__gt=0
    )
    found: dict[int, set[int]] = {}
    for metric_id, month in told.values_list("metric_id", "month"):
        found.setdefault(metric_id, set()).add(month % 100)
    return found
