"""Verifying one frozen month: recomputed from the facts as of its closing, and compared table by table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assessment.binding import BoundScheme, bind
from assessment.canonical import (
    CONDITIONS,
    NOTHING,
    Frozen,
    View,
    closed_figures,
    current_closing,
    frozen_rows,
    item_sums,
    month_digest,
    row_digest,
)
from assessment.models import BranchMonth, ClosedScore, ExtraScore, MonthClosing
from assessment.rules import RuleResult, Window, extra_points
from assessment.rules.gather import BranchYear, FactLine, Tally, extra_results, rule_results
from assessment.verify.difference import Difference, points, short_name, yes
from assessment.verify.facts import FactBook, first
from core.errors import Conflict
from core.periods import Month


@dataclass(frozen=True)
class Verification:
    """Whether a frozen month still follows from its facts; if not, `difference` says where it first does not."""

    month: Month
    is_valid: bool
    digest: str
    found_digest: str
    fact_count: int
    difference: str = ""
    first: Difference | None = None

    @property
    def label(self) -> str:
        return self.month.label


@dataclass(frozen=True)
class _Case:
    """All that one verification compares."""

    closing: MonthClosing
    bound: BoundScheme
    stored: dict[int, ClosedScore]
    recomputed: dict[int, Frozen]
    tables: dict[int, Frozen]

    @property
    def month(self) -> Month:
        return Month.from_key(self.closing.month)


def verify(root_id: int, month: Month, book: FactBook | None = None) -> Verification:
    """Recompute a closed month from the facts recorded, and confirmed, at its closing. Conflict if it is open."""
    closing = current_closing(root_id, month)
    if closing is None:
        raise Conflict(f"{month.label}没有封存，无从核验。", remedy="请先封存。")
    book = book or FactBook(root_id, month.year)
    case = _case(closing, book)
    digests = {branch_id: row_digest(case.bound, row) for branch_id, row in case.recomputed.items()}
    count = len(book.seen_by(closing))
    seen = MonthClosing(**{name: getattr(closing, name) for name in _HEAD}, fact_count=count)
    found = month_digest(seen, (digests[branch_id] for branch_id in sorted(digests)))
    named = first(one() for one in _checks(case, book, digests, count, found))
    return Verification(month, named is None, closing.digest, found, count, str(named or ""), named)


_HEAD = ("root_id", "month", "revision", "scheme", "closed_at", "facts_digest")


def _case(closing: MonthClosing, book: FactBook) -> _Case:
    bound = bind(closing.scheme)
    stored = {score.branch_id: score for score in ClosedScore.objects.filter(closing=closing)}
    recomputed = {row.branch_id: row for row in recompute(closing, bound, stored.values(), book)}
    tables = {row.branch_id: row for row in frozen_rows(closing.root_id, Month.from_key(closing.month), bound)}
    return _Case(closing, bound, stored, recomputed, tables)


def recompute(closing: MonthClosing, bound: BoundScheme, scores: Iterable[ClosedScore], book: FactBook) -> list[Frozen]:
    """Every frozen branch again from its facts, by the pure rules."""
    facts, marks = book.lines(closing), book.marks(closing)
    month = Month.from_key(closing.month)
    return [
        _branch(bound, score, facts.get(score.branch_id, []), marks.get(score.branch_id, {}), month)
        for score in sorted(scores, key=lambda score: score.branch_id)
    ]


def _branch(
    bound: BoundScheme, score: ClosedScore, facts: list[FactLine], marks: dict[str, tuple[int, ...]], month: Month
) -> Frozen:
    window = Window(month, month.last_day, score.inputs["first_month"])
    gone = {name: frozenset(score.inputs[name]) for name in CONDITIONS}
    branch = BranchYear(na_months=gone, marks=marks)
    views = []
    for confirmed_only in (True, False):
        tally = Tally(facts, window, bound.levels, confirmed_only=confirmed_only)
        views.append(View(rule_results(bound.rules, tally, branch, window), extra_results(bound.extras, tally)))
    return Frozen(score.branch_id, score.inputs, *views)


def _checks(case: _Case, book: FactBook, digests: dict[int, str], count: int, found: str):
    """What is compared, in the order in which a difference is best explained."""
    yield lambda: book.difference(case.closing)
    yield lambda: _count(case, count)
    yield lambda: _states(case)
    yield lambda: first(_of_branch(case, branch_id, digests[branch_id]) for branch_id in sorted(case.stored))
    yield lambda: _extra_points(case)
    yield lambda: _digest(case, found)


def _count(case: _Case, count: int) -> Difference | None:
    if count == case.closing.fact_count:
        return None
    where = f"{case.month.label}依据条数"
    return Difference("封存记录", where, f"{case.closing.fact_count}条", f"{count}条")


def _digest(case: _Case, found: str) -> Difference | None:
    if found == case.closing.digest:
        return None
    where = f"{case.month.label}摘要"
    return Difference("封存记录", where, f"{case.closing.digest[:16]}…", f"由依据重算为{found[:16]}…")


def _states(case: _Case) -> Difference | None:
    """The state of a branch on the last day of the month itself, against what the closing was judged by."""
    rows = BranchMonth.objects.filter(root_id=case.closing.root_id, month=case.closing.month)
    found = {row.branch_id: row for row in rows}
    for branch_id, score in sorted(case.stored.items()):
        row, where = found.get(branch_id), f"{short_name(branch_id)}{case.month.label}"
        if row is None or not row.is_measured:
            return Difference("支部月度状况", where, "计分", "不计分")
        if row.first_month != score.inputs["first_month"]:
            words = (f"{score.inputs['first_month']}月起计量", f"{row.first_month}月起计量")
            return Difference("支部月度状况", where, *words)
        for name, column in CONDITIONS.items():
            had = case.month.number not in score.inputs[name]
            if getattr(row, column) != had:
                word = row._meta.get_field(column).verbose_name
                return Difference("支部月度状况", f"{where}{word}", yes(had), yes(not had))
    extra = [pk for pk, row in sorted(found.items()) if row.is_measured and pk not in case.stored]
    if extra:
        return Difference("支部月度状况", f"{short_name(extra[0])}{case.month.label}", "不计分", "计分")
    return None


def _of_branch(case: _Case, branch_id: int, digest: str) -> Difference | None:
    """The first rule or figure of a branch that differs between facts, tables and closing."""
    stored, found, table = case.stored[branch_id], case.recomputed[branch_id], case.tables.get(branch_id)
    where = f"{short_name(branch_id)}{case.month.label}"
    if digest != stored.row_digest:
        is_table_kept = table is not None and row_digest(case.bound, table) == stored.row_digest
        if is_table_kept and table is not None:
            return _rule(case, where, "由依据重算的得分", table, found)
        return Difference("封存得分", f"{where}摘要", f"{stored.row_digest[:16]}…", f"由依据重算为{digest[:16]}…")
    if table is None:
        return Difference("规则得分", where, "有得分", "没有得分")
    if difference := _rule(case, where, "规则得分", found, table):
        return difference
    return _closed(case, where, stored, found)


def _rule(case: _Case, where: str, table: str, frozen: Frozen, found: Frozen) -> Difference | None:
    for rule in case.bound.rules:
        for kind, one, other in _views(frozen, found):
            old, new = one.rules.get(rule.pk, NOTHING), other.rules.get(rule.pk, NOTHING)
            if old != new:
                return Difference(table, f"{where} {rule.code}{kind}", _result(old), _result(new))
    for extra in case.bound.extras:
        for kind, one, other in _views(frozen, found):
            old, new = one.extras.get(extra.pk, 0), other.extras.get(extra.pk, 0)
            if old != new:
                name = table.replace("规则", "附加分")
                return Difference(
                    name, f"{where} {extra.terms.code}{kind}", f"数量{old / 1000:g}", f"数量{new / 1000:g}"
                )
    return None


def _views(frozen: Frozen, found: Frozen):
    return (("", frozen.confirmed, found.confirmed), ("（含待审）", frozen.provisional, found.provisional))


def _result(result: RuleResult) -> str:
    """The numbers of a rule: earned of available, and what it starts from."""
    if not result.ceiling:
        return "不适用"
    words = f"得{points(result.earned)}，应得{points(result.available)}"
    return f"{words}（完成{result.done / 1000:g}，应{result.need / 1000:g}）"


COLUMNS = {
    "base_confirmed": "基础分",
    "bonus_confirmed": "附加分",
    "penalty_confirmed": "附加扣分",
    "score_confirmed": "得分",
    "score_provisional": "含待审得分",
    "shown_confirmed": "显示得分",
}


def _closed(case: _Case, where: str, stored: ClosedScore, found: Frozen) -> Difference | None:
    """The closed score's own columns: here the recomputation is what was frozen, for the digest agrees with it."""
    for name, value in closed_figures(case.bound, found).items():
        if getattr(stored, name) != value:
            scale = 10_000 if name == "shown_confirmed" else 1
            now = getattr(stored, name)
            words = [points(None if one is None else one * scale) for one in (value, now)]
            return Difference("封存得分", f"{where}{COLUMNS[name]}", *words)
    items = item_sums(case.bound, found)
    if stored.items and stored.items != items:
        codes = sorted(code for code in items.keys() | stored.items.keys() if items.get(code) != stored.items.get(code))
        old, new = items.get(codes[0]), stored.items.get(codes[0])
        return Difference(
            "封存得分", f"{where} {codes[0]}", *(points(pair[0]) if pair else "无" for pair in (old, new))
        )
    return None


def _extra_points(case: _Case) -> Difference | None:
    """The first bonus or penalty whose stored points do not follow from its stored quantity."""
    terms = {extra.pk: extra.terms for extra in case.bound.extras}
    rows = ExtraScore.objects.filter(root_id=case.closing.root_id, month=case.closing.month, extra_id__in=terms)
    for row in rows.order_by("branch_id", "extra_id").iterator(chunk_size=5000):
        one = terms[row.extra_id]
        due = (extra_points(one, row.quantity_confirmed), extra_points(one, row.quantity_provisional))
        if due != (row.points_confirmed, row.points_provisional):
            where = f"{short_name(row.branch_id)}{case.month.label} {one.code}"
            return Difference("附加分得分", where, points(due[0]), points(row.points_confirmed))
    return None
