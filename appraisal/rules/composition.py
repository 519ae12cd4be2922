"""The year-end total: brackets of weighted parts, rescaled where a part was not collected, all in Fractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from core.errors import InvalidInput

Number = Fraction | Decimal | int | str


@dataclass(frozen=True)
class Part:
    """One weighted part of a bracket; `value` (0–100) is None where it was not collected."""

    code: str
    name: str
    weight: Fraction
    value: Fraction | None
    why_left_out: str = ""


@dataclass(frozen=True)
class Bracket:
    """Parts whose weights are scaled to 1 over those collected; `value` is None if none was."""

    parts: tuple[Part, ...]

    @property
    def collected(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.value is not None)

    @property
    def left_out(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.value is None)

    @property
    def weight(self) -> Fraction:
        """The sum of the weights that count: what the others are divided by."""
        return sum((part.weight for part in self.collected), Fraction(0))

    @property
    def value(self) -> Fraction | None:
        if not self.weight:
            return None
        earned = sum((part.weight * part.value for part in self.collected if part.value is not None), Fraction(0))
        return earned / self.weight


@dataclass(frozen=True)
class Shares:
    """The weights of a scheme's composition (branch_scheme.yaml, composition)."""

    half: Fraction
    year: Fraction
    parts: tuple[tuple[str, str, Fraction], ...]
    min_response_rate: Fraction = Fraction(7, 10)

    @classmethod
    def from_parameters(cls, data: dict) -> Shares:
        """Read the `composition` mapping of a scheme."""
        parts = data["year_parts"]
        rates = [part["min_response_rate"] for part in parts if "min_response_rate" in part]
        return cls(
            half=Fraction(str(data["half_year_weight"])),
            year=Fraction(str(data["year_weight"])),
            parts=tuple((part["code"], part["name"], Fraction(str(part["weight"]))) for part in parts),
            min_response_rate=Fraction(str(rates[0])) if rates else Fraction(0),
        )


@dataclass(frozen=True)
class Composition:
    """A year-end total with everything it was made of; `total` is unrounded."""

    outer: Bracket
    inner: Bracket
    bonus: Fraction
    penalty: Fraction
    total: Fraction | None
    notes: tuple[str, ...] = field(default=())


def compose(
    shares: Shares,
    *,
    half: Number | None,
    parts: dict[str, Number | None],
    reasons: dict[str, str] | None = None,
    bonus: Number = 0,
    penalty: Number = 0,
    floor: Number = 0,
    cap: Number = 105,
) -> Composition:
    """Compose one branch's year (scoring.md, Year-end total).

    `half` is base(6), `parts` the value of each year part by code (`daily` is base(12)); None means not
    collected. Without base(12) there is no total: a branch dissolved in the year has none.
    """
    reasons = reasons or {}
    inner = Bracket(
        tuple(
            Part(code, name, weight, exact(parts.get(code)), reasons.get(code, ""))
            for code, name, weight in shares.parts
        )
    )
    outer = Bracket(
        (
            Part("half", "半年日常得分", shares.half, exact(half), reasons.get("half", "")),
            Part("year", "年度部分", shares.year, inner.value),
        )
    )
    plus, minus = exact(bonus) or Fraction(0), exact(penalty) or Fraction(0)
    total = None
    if parts.get("daily") is not None and outer.value is not None:
        total = clamp(outer.value + plus - minus, exact(floor), exact(cap))
    return Composition(outer, inner, plus, minus, total, _notes(outer, inner))


def exact(value: Number | None) -> Fraction | None:
    """The value as a Fraction; a float never gets in."""
    return None if value is None else Fraction(value)


def clamp(value: Fraction, floor: Fraction | None, cap: Fraction | None) -> Fraction:
    """max(floor, min(cap, value))."""
    if cap is not None:
        value = min(cap, value)
    return value if floor is None else max(floor, value)


def mark_value(text: str, scale: dict[str, int] | None = None) -> Fraction:
    """A mark as typed: 好, 较好, 一般, 差 or a number 0–100 with at most 2 places; InvalidInput otherwise."""
    scale = scale or {"好": 100, "较好": 80, "一般": 60, "差": 0}
    text = text.strip()
    if text in scale:
        return Fraction(scale[text])
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= 100 or number != round(number, 2):
        raise InvalidInput(f"“{text}”不是可用的分数。", remedy="请填0—100的数（最多两位小数），或好、较好、一般、差。")
    return Fraction(number)


def mark_mean(counts: dict[str, int], scale: dict[str, int] | None = None) -> Fraction | None:
    """The mean of ballots counted by grade word (好 12, 较好 3 …); None without ballots."""
    scale = scale or {"好": 100, "较好": 80, "一般": 60, "差": 0}
    ballots = sum(counts.values())
    if not ballots:
        return None
    return Fraction(sum(scale[word] * count for word, count in counts.items()), ballots)


def poll_value(value: Number | None, *, returned: int, handed_out: int, minimum: Fraction) -> Fraction | None:
    """The poll's value, or None where fewer came back than the minimum response rate (not collected)."""
    if value is None or handed_out <= 0 or returned < minimum * handed_out:
        return None
    return exact(value)


def _notes(outer: Bracket, inner: Bracket) -> tuple[str, ...]:
    """What was left out and how the rest was scaled, in words for the statement."""
    notes = []
    for part in (*outer.left_out, *inner.left_out):
        because = f"（{part.why_left_out}）" if part.why_left_out else ""
        notes.append(f"{part.name}未采集{because}，不计入，其余权重按比例放大到1")
    return tuple(notes)
