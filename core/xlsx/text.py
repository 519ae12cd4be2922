"""Sheets as CSV: for other programs, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core.xlsx.encode import TRIGGERS, plain_text
from core.xlsx.sheet import Red, Sheet, row_values

BOM = "\ufeff"
ROWS_AT_ONCE = 500
CSV_TYPE = "text/csv; charset=utf-8"


def csv_chunks(sheet: Sheet) -> Iterator[bytes]:
    """The heads and rows as RFC 4180 in UTF-8 with BOM; text that looks like a formula gets a leading '."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([safe_field(f"{c.group} {c.label}" if c.group else c.label) for c in sheet.columns])
    for number, values in enumerate(row_values(sheet), start=1):
        writer.writerow([safe_field(value) for value in values])
        if number % ROWS_AT_ONCE == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def safe_field(value: Any) -> str:
    """One field; numbers stay numbers, also negative ones."""
    if isinstance(value, Red):
        value = value.value
    text = plain_text(value)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return f"'{text}" if text and not is_number and text[0] in TRIGGERS else text


def _drain(buffer: io.StringIO) -> bytes:
    chunk = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return chunk
