"""A difference between what was frozen and what is there now, in words that lead to the row."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from branches.models import Organisation


@dataclass(frozen=True)
class Difference:
    """One row that differs: in which table, where, what was frozen, what is found now; `url` where it can be seen."""

    table: str
    where: str
    frozen: str
    found: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.where}（{self.table}）：封存时{self.frozen}，现在{self.found}"


def short_name(branch_id: int) -> str:
    """The branch as the difference names it."""
    return Organisation.objects.values_list("short_name", flat=True).filter(pk=branch_id).first() or f"支部{branch_id}"


def points(millionths: int | None) -> str:
    """Stored points, exactly."""
    return "无" if millionths is None else f"{decimal(Fraction(millionths, 1_000_000))}分"


def quantity(thousandths: int) -> str:
    """A stored quantity, exactly."""
    return decimal(Fraction(thousandths, 1000))


def decimal(value: Fraction) -> str:
    """A fraction of a power of ten without trailing zeros."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return text or "0"


def yes(value: Any) -> str:
    return "是" if value else "否"
