"""What a replay of a year on another scheme shows: who moves and why, dead and twin items, points nobody reaches. Pure.

All figures are exact Fractions of points. The contributions of a branch's items add up to its base exactly, so
what the items changed is what the base changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

ENOUGH = 3  # fewer branches say nothing about an item
BANDS = ((100, None), (95, 100), (90, 95), (85, 90), (80, 85), (70, 80), (60, 70), (0, 60))
BONUS, PENALTY, LIMITS = "附加分", "附加扣分", "最高最低分"


@dataclass(frozen=True, slots=True)
class Part:
    """One item or rule of one branch: what it gave to the base, and e, a in millionths."""

    contribution: Fraction
    earned: int
    available: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.earned, self.available) if self.available else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One branch by one scheme: its score, and where it comes from; score None where nothing is due."""

    score: Fraction | None
    base: Fraction | None
    bonus: Fraction
    penalty: Fraction
    grade: str = ""
    items: Mapping[str, Part] = field(default_factory=dict)
    rules: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause of a move: an item (or bonus, penalty, limits), before and after, in points."""

    code: str
    old: Fraction
    new: Fraction

    @property
    def change(self) -> Fraction:
        return self.new - self.old


@dataclass(frozen=True)
class Move:
    """One branch by both schemes, with every cause of its change, the largest first."""

    pk: int
    name: str
    old: Outcome
    new: Outcome
    old_rank: int | None = None
    new_rank: int | None = None

    @property
    def change(self) -> Fraction | None:
        if self.old.score is None or self.new.score is None:
            return None
        return self.new.score - self.old.score

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(sorted(_reasons(self.old, self.new), key=lambda one: (-abs(one.change), one.code)))


@dataclass(frozen=True, slots=True)
class Dead:
    """An item or rule by which all branches got the same: everything, or nothing."""

    code: str
    is_full: bool
    count: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """A rule whose top nobody reached: the best share of its points that anybody got."""

    code: str
    best: Fraction
    count: int


@dataclass(frozen=True)
class Replay:
    """A year by the old and the new scheme."""

    moves: tuple[Move, ...]
    dead_items: tuple[Dead, ...]
    dead_rules: tuple[Dead, ...]
    twins: tuple[tuple[str, str, int], ...]
    unreached: tuple[Unreached, ...]
    never_due: tuple[str, ...]
    old_bands: tuple[tuple[str, int], ...]
    new_bands: tuple[tuple[str, int], ...]

    @property
    def moved(self) -> int:
        """How many branches have another score."""
        return sum(1 for move in self.moves if move.change)


def replay(moves: Sequence[Move], rule_codes: Iterable[str]) -> Replay:
    """All that is to be said of the new scheme, from what it gave to each branch."""
    ranked = _ranked(moves)
    news = [move.new for move in ranked]
    items, rules = [one.items for one in news], [one.rules for one in news]
    dead_items = tuple(dead(items))
    gone = {one.code for one in dead_items}
    return Replay(
        moves=ranked,
        dead_items=dead_items,
        dead_rules=tuple(dead(rules)),
        twins=tuple(twins(items, gone)),
        unreached=tuple(unreached(rules)),
        never_due=tuple(code for code in rule_codes if not any(_due(one, code) for one in rules)) if news else (),
        old_bands=bands(move.old.score for move in ranked),
        new_bands=bands(one.score for one in news),
    )


def dead(branches: Sequence[Mapping[str, Part]]) -> Iterator[Dead]:
    """Parts that tell no branch from another: all full, or all nothing."""
    for code, rates in _rates(branches).items():
        if len(rates) >= ENOUGH and set(rates.values()) in ({Fraction(0)}, {Fraction(1)}):
            yield Dead(code, next(iter(rates.values())) == 1, len(rates))


def twins(branches: Sequence[Mapping[str, Part]], dead_codes: Iterable[str] = ()) -> Iterator[tuple[str, str, int]]:
    """Pairs that rise and fall together in every branch: one of the two says nothing new."""
    found = {code: rates for code, rates in _rates(branches).items() if code not in set(dead_codes)}
    for (one, first), (other, second) in combinations(found.items(), 2):
        shared = sorted(first.keys() & second.keys())
        pairs = [(first[pk], second[pk]) for pk in shared]
        if len(pairs) >= ENOUGH and _in_step(pairs):
            yield one, other, len(pairs)


def unreached(branches: Sequence[Mapping[str, Part]]) -> Iterator[Unreached]:
    """Rules whose top nobody reached, though somebody got something or all tried."""
    for code, rates in _rates(branches).items():
        best = max(rates.values())
        if len(rates) >= ENOUGH and best < 1:
            yield Unreached(code, best, len(rates))


def bands(scores: Iterable[Fraction | None]) -> tuple[tuple[str, int], ...]:
    """How many branches there are in each band of scores, the best first."""
    known = [score for score in scores if score is not None]
    return tuple(
        (
            f"{low}分以上" if high is None else f"{low}—{high}" if low else f"{high}以下",
            sum(1 for score in known if score >= low and (high is None or score < high)),
        )
        for low, high in BANDS
    )


def _ranked(moves: Sequence[Move]) -> tuple[Move, ...]:
    """With ranks by both scores (equal scores, equal ranks), by the new score."""
    old, new = _ranks({move.pk: move.old.score for move in moves}), _ranks({move.pk: move.new.score for move in moves})
    ordered = sorted(moves, key=lambda move: (move.new.score is None, -(move.new.score or 0), move.pk))
    return tuple(Move(move.pk, move.name, move.old, move.new, old.get(move.pk), new.get(move.pk)) for move in ordered)


def _ranks(scores: Mapping[int, Fraction | None]) -> dict[int, int]:
    known = sorted((score for score in scores.values() if score is not None), reverse=True)
    places: dict[Fraction, int] = {}
    for n, score in enumerate(known, start=1):
        places.setdefault(score, n)
    return {pk: places[score] for pk, score in scores.items() if score is not None}


def _reasons(old: Outcome, new: Outcome) -> Iterator[Reason]:
    zero = Part(Fraction(0), 0, 0)
    for code in dict.fromkeys([*old.items, *new.items]):
        was, now = old.items.get(code, zero).contribution, new.items.get(code, zero).contribution
        if was != now:
            yield Reason(code, was, now)
    if old.bonus != new.bonus:
        yield Reason(BONUS, old.bonus, new.bonus)
    if old.penalty != new.penalty:
        yield Reason(PENALTY, -old.penalty, -new.penalty)
    cut = [_cut(one) for one in (old, new)]
    if cut[0] != cut[1]:
        yield Reason(LIMITS, *cut)


def _cut(one: Outcome) -> Fraction:
    """What highest and lowest score took or gave."""
    if one.score is None or one.base is None:
        return Fraction(0)
    return one.score - (one.base + one.bonus - one.penalty)


def _rates(branches: Sequence[Mapping[str, Part]]) -> dict[str, dict[int, Fraction]]:
    """Code → (branch number → rate), where something was due."""
    found: dict[str, dict[int, Fraction]] = {}
    for n, parts in enumerate(branches):
        for code, part in parts.items():
            rate = part.rate
            if rate is not None:
                found.setdefault(code, {})[n] = rate
    return found


def _due(parts: Mapping[str, Part], code: str) -> bool:
    return code in parts and parts[code].available > 0


def _in_step(pairs: Sequence[tuple[Fraction, Fraction]]) -> bool:
    """A correlation of exactly 1, in integers of millionths; neither may be the same everywhere."""
    xs, ys = ([int(pair[side] * 1_000_000) for pair in pairs] for side in (0, 1))
    n = len(pairs)
    covariance = n * sum(x * y for x, y in zip(xs, ys, strict=True)) - sum(xs) * sum(ys)
    spread = [n * sum(x * x for x in row) - sum(row) ** 2 for row in (xs, ys)]
    # rates are cut to millionths: thirds of one item and of another may differ in the last place
    return covariance > 0 and spread[0] * spread[1] * 999_999 <= covariance**2 * 1_000_000 and min(spread) > 0
