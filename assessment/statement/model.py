"""What a statement is made of: lines of rules, items, categories, extras, and the formula at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from assessment.models import Fact, Restatement
from assessment.rules import RuleResult
from assessment.selectors.figures import Figures, Share
from assessment.selectors.frame import CategoryFrame, ItemFrame, RuleFrame, SchemeFrame
from assessment.selectors.scoreboard import Closed
from assessment.statement.arithmetic import Arithmetic
from assessment.statement.raises import Raise
from branches.models import Organisation
from core.periods import Month

POINT = 1_000_000


@dataclass(frozen=True)
class FactLine:
    """One fact under a rule: `counts` is False for an extra or for what came after a deadline, with `why`."""

    fact: Fact
    metric: str
    unit: str
    is_confirmed: bool
    counts: bool = True
    why: str = ""

    @property
    def quantity(self) -> Fraction:
        return Fraction(self.fact.quantity, 1000)


@dataclass(frozen=True)
class RuleLine:
    """One rule of the statement."""

    rule: RuleFrame
    words: str
    result: RuleResult
    provisional: RuleResult
    arithmetic: Arithmetic
    facts: tuple[FactLine, ...]
    left_out: tuple[str, ...]
    raises: tuple[Raise, ...] = ()

    @property
    def earned(self) -> Decimal | None:
        return points(self.result.earned) if self.result.is_due else None

    @property
    def available(self) -> Decimal | None:
        return points(self.result.available) if self.result.is_due else None

    @property
    def pending_gain(self) -> Decimal | None:
        """What the pending facts would add once they are confirmed; None if nothing."""
        gain = self.provisional.earned - self.result.earned
        return points(gain) if gain or self.provisional.available != self.result.available else None

    @property
    def state(self) -> str:
        """The badge: not_applicable, not_due, pending, missing, late, or on_time."""
        if not self.result.is_applicable:
            return "not_applicable"
        if any(not line.is_confirmed for line in self.facts):
            return "pending"
        if not self.result.is_due:
            return "not_due"
        if any(line.fact.is_late for line in self.facts):
            return "late"
        if self.rule.kind in ("ratio_full", "yes_no") and self.result.earned < self.result.available:
            return "missing"
        return "on_time"

    @property
    def summary(self) -> str:
        """How many facts, in words: 9次主题党日 · 1次未计."""
        counted: dict[tuple[str, str], Fraction] = {}
        for line in self.facts:
            if line.counts:
                key = (line.metric, line.unit)
                counted[key] = counted.get(key, Fraction(0)) + line.quantity
        words = [f"{float(total):g}{unit}{name}" for (name, unit), total in counted.items()]
        extra = sum(not line.counts for line in self.facts)
        return " · ".join([*words, *([f"另有{extra}条没有计入"] if extra else [])])


@dataclass(frozen=True)
class ItemPart:
    """One item with its lines."""

    item: ItemFrame
    share: Share
    provisional: Share
    before: Share | None
    lines: tuple[RuleLine, ...]

    @property
    def change(self) -> Decimal | None:
        if self.before is None or self.before.shown is None or self.share.shown is None:
            return None
        return self.share.shown - self.before.shown


@dataclass(frozen=True)
class CategoryPart:
    """One category with its items."""

    category: CategoryFrame
    share: Share
    items: tuple[ItemPart, ...]


@dataclass(frozen=True)
class ExtraLine:
    """One bonus or penalty item that counted something."""

    code: str
    name: str
    kind: str
    step: str
    points: Decimal
    facts: tuple[FactLine, ...]


@dataclass(frozen=True)
class FormulaTerm:
    """One category of the base: its weight K, e, a and a′, and the two shares they make of K."""

    code: str
    name: str
    points: str
    earned: str
    available: str
    ceiling: str
    earned_share: str
    available_share: str


@dataclass(frozen=True)
class Formula:
    """The end of the statement: the two sums of the base, the base, and the score, as equations."""

    terms: tuple[FormulaTerm, ...]
    steps: tuple[str, ...]
    earned: str = ""
    available: str = ""


@dataclass(frozen=True)
class Statement:
    """The score of one branch at one month, explained."""

    branch: Organisation
    month: Month
    frame: SchemeFrame
    closed: Closed | None
    figures: Figures
    provisional: Figures
    before: Figures | None
    categories: tuple[CategoryPart, ...]
    extras: tuple[ExtraLine, ...]
    formula: Formula
    restatements: tuple[Restatement, ...]
    months: tuple[Month, ...]
    is_measured: bool
    is_stale: bool
    place: Place | None = None
    raises: tuple[Raise, ...] = field(default=())
    today: date | None = None

    @property
    def lines(self) -> list[RuleLine]:
        return [line for category in self.categories for item in category.items for line in item.lines]

    @property
    def change(self) -> Decimal | None:
        if self.before is None or self.before.shown is None or self.figures.shown is None:
            return None
        return self.figures.shown - self.before.shown


@dataclass(frozen=True)
class Place:
    """A branch's own score beside the quartiles of its committee; nobody else's figure can be read from it."""

    quarter: int
    lower: Decimal
    median: Decimal
    upper: Decimal
    count: int

    @property
    def words(self) -> str:
        return {1: "前25%", 2: "25%—50%", 3: "50%—75%", 4: "后25%"}[self.quarter]


def points(millionths: int) -> Decimal:
    """Stored points exactly, as a Decimal."""
    return Decimal(millionths) / POINT
