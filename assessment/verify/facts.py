"""The facts of a year read once, as each closing saw them, and what somebody changed of them since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from assessment.models import Fact, Metric, MonthClosing, ReviewMark
from assessment.rules.gather import FactLine
from assessment.seals import Sealed, facts_digest, seals_of_year, was_confirmed
from assessment.verify.difference import Difference, quantity, short_name
from core.periods import Month


class _Row(NamedTuple):
    pk: int
    branch_id: int
    metric_id: int
    happened_on: date
    quantity: int
    occurrence: str
    reverses_id: int | None
    state: str
    confirmed_at: datetime | None
    recorded_at: datetime
    month: int
    label: str
    url: str


class FactBook:
    """All facts, seals and marks of one committee and year, for verifying any of its months."""

    def __init__(self, root_id: int, year: int) -> None:
        self.root_id, self.year = root_id, year

    @cached_property
    def _rows(self) -> list[_Row]:
        span = (Month(self.year, 1).key, Month(self.year, 12).key)
        rows = Fact.objects.filter(root_id=self.root_id, month__range=span).order_by("pk")
        columns = ("state", "confirmed_at", "recorded_at", "month", "label", "url")
        found = rows.values_list(
            "pk", "branch_id", "metric_id", "happened_on", "quantity", "occurrence", "reverses_id", *columns
        )
        return [_Row(*row) for row in found.iterator(chunk_size=5000)]

    @cached_property
    def _seals(self) -> list[tuple[int, Sealed]]:
        return seals_of_year(self.root_id, self.year)

    @cached_property
    def _closed_at(self) -> dict[int, datetime]:
        rows = MonthClosing.objects.filter(root_id=self.root_id)
        return dict(rows.values_list("pk", "closed_at"))

    @cached_property
    def _marks(self) -> list[tuple[Any, ...]]:
        marks = ReviewMark.objects.filter(root_id=self.root_id, year=self.year).order_by("pk")
        columns = ("branch_id", "rule_code", "factor", "counts_from", "marked_at", "withdrawn_at")
        return list(marks.values_list(*columns))

    def seen_by(self, closing: MonthClosing) -> list[_Row]:
        """The facts of the window as the closing saw them."""
        return [row for row in self._rows if row.month <= closing.month and row.recorded_at <= closing.closed_at]

    def lines(self, closing: MonthClosing) -> dict[int, list[FactLine]]:
        """Branch id → its facts as scoring sees them."""
        rows = self.seen_by(closing)
        reversed_ids = {row.reverses_id for row in rows if row.reverses_id}
        lines: dict[int, list[FactLine]] = defaultdict(list)
        for row in rows:
            is_live = row.reverses_id is None and row.pk not in reversed_ids
            state = was_confirmed(row.state, row.confirmed_at, closing.closed_at)
            lines[row.branch_id].append(
                FactLine(row.metric_id, row.happened_on, row.quantity, state, is_live, row.pk, row.occurrence)
            )
        return lines

    def marks(self, closing: MonthClosing) -> dict[int, dict[str, tuple[int, ...]]]:
        """Branch id → rule → the factors that stood at the closing."""
        found: dict[int, dict[str, tuple[int, ...]]] = defaultdict(dict)
        for branch_id, rule_code, factor, counts_from, marked_at, withdrawn_at in self._marks:
            stood = withdrawn_at is None or withdrawn_at > closing.closed_at
            if stood and counts_from <= closing.month and marked_at <= closing.closed_at:
                of_branch = found[branch_id]
                of_branch[rule_code] = (*of_branch.get(rule_code, ()), factor)
        return found

    def difference(self, closing: MonthClosing) -> Difference | None:
        """The first fact that is not what the closing counted; None for closings of before the seals."""
        if not closing.facts_digest:
            return None
        found = {row.pk: _as_sealed(row, closing) for row in self.seen_by(closing)}
        present = facts_digest(found.values())
        kept = self._sealed(closing)
        if present == closing.facts_digest and kept == found:
            return None
        if found == kept:
            return _head(closing, "依据摘要", closing.facts_digest[:16], present[:16])
        return self._first(closing, found, kept, is_copy_wrong=present == closing.facts_digest)

    def _sealed(self, closing: MonthClosing) -> dict[int, Sealed]:
        """Fact id → what the closing had counted: the confirmed seal where there was one by then."""
        last = Month.from_key(closing.month).last_day
        kept: dict[int, Sealed] = {}
        for closing_id, one in self._seals:
            at = self._closed_at.get(closing_id)
            was_there = one.happened_on <= last and at is not None and at <= closing.closed_at
            if was_there and (one.is_confirmed or one.fact_id not in kept):
                kept[one.fact_id] = one
        return kept

    def _first(
        self, closing: MonthClosing, found: dict[int, Sealed], kept: dict[int, Sealed], *, is_copy_wrong: bool
    ) -> Difference:
        pk = min(pk for pk in found.keys() | kept.keys() if found.get(pk) != kept.get(pk))
        row = next((row for row in self._rows if row.pk == pk), None)
        one: Any = kept.get(pk) or found.get(pk)
        name = f"“{row.label}”" if row else f"第{pk}条"
        where = f"{short_name(one.branch_id)}{one.happened_on.isoformat()}{name}"
        table = "依据存底" if is_copy_wrong else "计分依据"
        old, new = _words(kept.get(pk), found.get(pk))
        if is_copy_wrong:
            old, new = new, old
        return Difference(table, where, old, new, row.url if row else "")


def _as_sealed(row: _Row, closing: MonthClosing) -> Sealed:
    state = was_confirmed(row.state, row.confirmed_at, closing.closed_at)
    return Sealed(
        row.pk,
        row.branch_id,
        row.metric_id,
        row.happened_on,
        row.quantity,
        row.occurrence,
        row.reverses_id,
        state,
    )


def _words(old: Sealed | None, new: Sealed | None) -> tuple[str, str]:
    """What differs between the two, in words; a whole row where one is not there."""
    if old is None or new is None:
        one: Any = old or new
        words = f"有（{_metric(one.metric_id)}，数量{quantity(one.quantity)}）"
        return (words, "没有这一条") if old else ("没有这一条", words)
    for name, word in WORDS.items():
        if getattr(old, name) != getattr(new, name):
            return f"{word}{_value(name, old)}", f"{word}{_value(name, new)}"
    raise AssertionError("the rows are the same")


WORDS = {
    "quantity": "数量",
    "happened_on": "日期",
    "is_confirmed": "状态",
    "branch_id": "支部",
    "metric_id": "指标",
    "occurrence": "事项编号",
    "reverses_id": "冲销",
}


def _value(name: str, row: Sealed) -> str:
    words = {
        "quantity": lambda: quantity(row.quantity),
        "happened_on": lambda: row.happened_on.isoformat(),
        "is_confirmed": lambda: "已确认" if row.is_confirmed else "待审",
        "branch_id": lambda: short_name(row.branch_id),
        "metric_id": lambda: _metric(row.metric_id),
        "occurrence": lambda: row.occurrence or "无",
        "reverses_id": lambda: f"第{row.reverses_id}条" if row.reverses_id else "无",
    }
    return words[name]()


def _metric(metric_id: int) -> str:
    return Metric.objects.values_list("name", flat=True).filter(pk=metric_id).first() or f"指标{metric_id}"


def _head(closing: MonthClosing, what: str, frozen: str, found: str) -> Difference:
    return Difference("封存记录", f"{Month.from_key(closing.month).label}{what}", frozen, found)


def first(differences: Iterable[Difference | None]) -> Difference | None:
    """The first that is one."""
    return next((one for one in differences if one is not None), None)
