"""Whether a branch meets the conditions of an award, condition by condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """The conditions of an award."""

    min_grade: str
    years_in_row: int = 1
    min_hundredths: int | None = None
    without_veto: bool = True
    without_open_items: bool = True


@dataclass(frozen=True)
class YearFact:
    """What one published year says of a branch: how its grades are ordered (best first), its own, its total, vetoes."""

    order: tuple[str, ...]
    grade: str
    hundredths: int | None
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """One condition, whether it is met, and the words for it."""

    name: str
    is_met: bool
    words: str


def conditions(
    terms: Terms, year: int, years: Mapping[int, YearFact], open_items: int, names: Mapping[str, str]
) -> list[Condition]:
    """Every condition of the award for one branch, in one order."""
    asked = [year - n for n in range(terms.years_in_row)]
    found = [_graded(terms, asked, years, names)]
    if terms.min_hundredths is not None:
        found.append(_total(terms.min_hundredths, years.get(year)))
    if terms.without_veto:
        found.append(_vetoes(asked, years))
    if terms.without_open_items:
        words = f"还有{open_items}项整改未办结" if open_items else "整改都已办结"
        found.append(Condition("整改办结", not open_items, words))
    return found


def _graded(terms: Terms, asked: Sequence[int], years: Mapping[int, YearFact], names: Mapping[str, str]) -> Condition:
    said = []
    is_met = True
    for year in asked:
        fact = years.get(year)
        good = fact is not None and reaches(fact, terms.min_grade)
        is_met = is_met and good
        said.append(f"{year}年{names.get(fact.grade, '未定等次') if fact else '没有公布的结果'}")
    wanted = names.get(terms.min_grade, terms.min_grade)
    name = f"{wanted}以上" if terms.years_in_row == 1 else f"连续{terms.years_in_row}年{wanted}以上"
    return Condition(name, is_met, "，".join(said))


def reaches(fact: YearFact, grade: str) -> bool:
    """Whether the year's grade is at least this one."""
    if fact.grade not in fact.order or grade not in fact.order:
        return False
    return fact.order.index(fact.grade) <= fact.order.index(grade)


def _total(least: int, fact: YearFact | None) -> Condition:
    has = fact.hundredths if fact else None
    words = "没有总分" if has is None else f"总分{has / 100:.2f}"
    return Condition(f"总分不低于{least / 100:.2f}", has is not None and has >= least, words)


def _vetoes(asked: Sequence[int], years: Mapping[int, YearFact]) -> Condition:
    found = [f"{year}年{'、'.join(years[year].vetoes)}" for year in asked if year in years and years[year].vetoes]
    return Condition("无一票否决", not found, "，".join(found) or "没有")
