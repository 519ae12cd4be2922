"""Values as the XML of cells: text that can never become a formula, exact numbers, real dates."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.periods import SHANGHAI, Month
from core.xlsx.sheet import Red
from core.xlsx.style import CELL_STYLE, TEXT_KINDS

# What makes a spreadsheet read text as a formula, with the full-width forms an input method types.
TRIGGERS = frozenset("=+-@\t\r\0\n＝＋－＠﹢﹣﹦﹫−")
UNSAFE = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\\s|\\s$|[\r\n]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST = 32_767
EPOCH = date(1899, 12, 30)
Encoder = Callable[[Any, str], str]


def escape(text: str) -> str:
    """`text` for XML: markup escaped, characters XML forbids left out, Excel's own _xHHHH_ code disarmed."""
    text = CONTROL.sub("", text[:LONGEST])
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r\n", "\n").replace("\r", "\n")
    )


def text_cell(text: str, reference: str, style: int, quoted_style: int) -> str:
    """A cell of type string; with the quote prefix where the text looks like a formula."""
    if text[0] in TRIGGERS:
        style = quoted_style
    if UNSAFE.search(text) or len(text) > LONGEST:
        return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'


def encoder(kind: str, variant: str = "") -> Encoder:
    """The function that writes values of one kind of column: (value, reference) → XML."""
    style, quoted = CELL_STYLE[kind, variant, False], CELL_STYLE[kind, variant, True]
    is_text = kind in TEXT_KINDS
    red = encoder(kind, "_red") if not variant else None

    def encode(value: Any, reference: str) -> str:
        if value is None or value == "":
            return f'<c r="{reference}" s="{style}"/>'
        if type(value) is str:
            return text_cell(value, reference, style, quoted)
        if type(value) is Red:
            return (red or encode)(value.value, reference)
        if is_text:
            return text_cell(plain_text(value) or " ", reference, style, quoted)
        number = as_number(value)
        if number is None:
            return text_cell(plain_text(value) or " ", reference, style, quoted)
        return f'<c r="{reference}" s="{style}"><v>{number}</v></c>'

    return encode


def as_number(value: Any) -> str | None:
    """The digits a numeric cell holds (dates as serial days); None if the value is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else None
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    if isinstance(value, Month):
        return str((value.first_day - EPOCH).days)
    if isinstance(value, datetime):
        local = value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
        return f"{(local - datetime.combine(EPOCH, datetime.min.time())) / timedelta(days=1):.8f}"
    if isinstance(value, date):
        return str((value - EPOCH).days)
    return None


def plain_text(value: Any) -> str:
    """Any value as the text a sheet or a CSV shows."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Red):
        return plain_text(value.value)
    if isinstance(value, datetime):
        local = value.astimezone(SHANGHAI) if value.tzinfo else value
        return local.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
