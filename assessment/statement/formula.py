"""The end of a statement: bonus and penalty, and the base formula with its numbers."""

from __future__ import annotations

from fractions import Fraction

from assessment.rules import Window
from assessment.selectors.figures import Figures, Share
from assessment.selectors.frame import SchemeFrame
from assessment.statement.book import FactBook, extra_counts
from assessment.statement.model import ExtraLine, FactLine, Formula, FormulaTerm, points
from assessment.statement.words import plain, pts, qty, two

POINT = 1_000_000


def extra_lines(frame: SchemeFrame, book: FactBook, window: Window) -> tuple[ExtraLine, ...]:
    """Bonus and penalty items with confirmed facts in the window, each with its equation."""
    counts = extra_counts(frame, book, window.end, confirmed=True)
    found = []
    for extra in frame.extras:
        facts = book.counted(extra.metric_id, window.end, confirmed=False)
        if not facts:
            continue
        full = counts[extra.code] * (extra.points // 1000)
        worth = full if extra.most < 0 else min(extra.most, full)
        cap = f"，最多{pts(extra.most)}，取 {pts(worth)}" if worth != full else ""
        step = f"{qty(counts[extra.code])} × {pts(extra.points)} = {pts(full)}{cap}"
        lines = tuple(FactLine(fact, extra.name, extra.unit or "项", book.is_confirmed(fact)) for fact in facts)
        found.append(ExtraLine(extra.code, extra.name, extra.kind, step, points(worth), lines))
    return tuple(found)


def formula_of(figures: Figures) -> Formula:
    """Σ (K × e ÷ a′), Σ (K × a ÷ a′), the base and the score, as equations of the categories that apply."""
    if figures.base is None or figures.score is None:
        return Formula((), ("还没有到期的项目，没有得分",))
    parts = [
        (one, figures.categories[one.code]) for one in figures.frame.categories if figures.categories[one.code].ceiling
    ]
    top = " + ".join(f"{pts(one.points)} × {pts(share.earned)} ÷ {pts(share.ceiling)}" for one, share in parts)
    bottom = " + ".join(f"{pts(one.points)} × {pts(share.available)} ÷ {pts(share.ceiling)}" for one, share in parts)
    earned = sum((_share_of(share, share.earned) for _, share in parts), Fraction(0))
    due = sum((_share_of(share, share.available) for _, share in parts), Fraction(0))
    terms = tuple(
        FormulaTerm(
            one.code,
            one.name,
            *(pts(value) for value in (one.points, share.earned, share.available, share.ceiling)),
            *(plain(_share_of(share, value)) for value in (share.earned, share.available)),
        )
        for one, share in parts
    )
    total = figures.base + figures.bonus - figures.penalty
    clamp = "" if total == figures.score else f"，按上下限取 {two(figures.score)}"
    return Formula(
        terms,
        (
            f"{top} = {plain(earned, 9)}",
            f"{bottom} = {plain(due, 9)}",
            f"100 × {plain(earned, 9)} ÷ {plain(due, 9)} = {plain(figures.base)}",
            f"{plain(figures.base)} + {plain(figures.bonus)} − {plain(figures.penalty)} = {two(total)}{clamp}",
        ),
        plain(earned, 9),
        plain(due, 9),
    )


def _share_of(share: Share, value: int) -> Fraction:
    """K × value ÷ a′ of one category, in points."""
    return Fraction(share.points * value, share.ceiling * POINT)
