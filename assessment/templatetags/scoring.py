"""Filters of the scoring pages: exact points, fractions to two places, hundredths."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from assessment.panels import Note, Panel
from assessment.selectors.table import Group
from assessment.statement.words import plain, pts, short_name, signed
from assessment.statement.words import two as two_places
from core.periods import Month

register = template.Library()


@register.filter
def exact(millionths: int | None) -> str:
    """Stored points without needless zeros: 6, 1.5, 1.714286."""
    return "—" if millionths is None else pts(millionths)


@register.filter
def two(value: Fraction | None) -> str:
    """An exact score with two places."""
    return "—" if value is None else two_places(value)


@register.filter
def signed_two(value: Fraction | None) -> str:
    """An exact change with its sign and two places."""
    return "—" if value is None else signed(value)


@register.filter
def hundredths(value: int | None) -> str:
    """A figure stored in hundredths of a point."""
    return "—" if value is None else f"{Decimal(value) / 100:.2f}"


@register.filter
def notes_at(panels: list[Panel], code: str) -> list[Note]:
    """What the panels say beside one item or rule."""
    return [note for panel in panels or () for note in panel.notes.get(code, ())]


@register.filter
def month_key(key: int) -> str:
    """A stored month (202608) as addresses write it."""
    return str(Month.from_key(key))


@register.filter
def month_of(key: int) -> str:
    """A stored month (202608) in words."""
    return Month.from_key(key).label


@register.filter
def metric_short(name: str) -> str:
    """A metric's name without 其中 and without the remark in brackets."""
    return short_name(name)


@register.filter
def exact_percent(factor: int | None) -> str:
    """A factor in millionths as a mark of 100."""
    return "" if factor is None else plain(Fraction(factor, 10_000))


@register.simple_tag
def heat_cells(groups: tuple[Group, ...], link: str = "") -> SafeString:
    """The cells of one row of the heat table, each leading to its item; drawn here, for a page has 700 of them."""
    url = escape(link)
    drawn = []
    for group in groups:
        for cell in (*group.cells, group.sum):
            style = "heat-sum" if cell is group.sum else cell.heat
            inner = f'<a href="{url}#{cell.code}">{cell.text}</a>' if url else f"<span>{cell.text}</span>"
            drawn.append(f'<td class="{style}">{inner}</td>')
    return mark_safe("".join(drawn))


@register.filter
def lookup(names: Mapping[str, str], key: str) -> str:
    """What a code is called; the code itself where nothing is known of it."""
    return names.get(key, key)
