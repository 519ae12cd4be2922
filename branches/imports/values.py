"""Reading one cell as what its column holds: text, day, choice, yes or no, ID number, phone."""

from __future__ import annotations

from datetime import date
from typing import Any

from branches.imports.columns import Column
from core.identity import IdNumberError, parse_id_number, parse_phone
from core.xlsx.cells import (
    CellError,
    as_text,
    clean_code,
    clean_name,
    clean_text,
    parse_choice,
    parse_date,
    parse_yes_no,
)

EMPTY_MARKS = {"", "-", "--", "/", "—", "——"}
CODES = ("code", "member_no", "external_code")


class MonthOnly(date):
    """A month that was given without its day; the first stands for it."""


def read_value(raw: Any, column: Column) -> Any:
    """The value of a cell as its column holds it; None for an empty one, CellError for one that is wrong."""
    if as_text(raw).strip() in EMPTY_MARKS:
        return None
    return READERS[column.kind](raw, column)


def _text(raw: Any, column: Column) -> str | None:
    if column.key == "name":
        return clean_name(raw, max_length=column.max_length) or None
    if column.key in CODES:
        return clean_code(raw, max_length=column.max_length) or None
    return clean_text(raw, max_length=column.max_length) or None


def _day(raw: Any, _column: Column) -> date | None:
    found = parse_date(raw)
    if found is None:
        return None
    day = found.day
    return MonthOnly(day.year, day.month, 1) if found.is_month_only else day


def _choice(raw: Any, column: Column) -> Any:
    words = {word: value for value, word in column.choices} | dict(column.aliases)
    return parse_choice(raw, words)


def _flag(raw: Any, column: Column) -> bool | None:
    return True if clean_text(raw) == column.label else parse_yes_no(raw)


def _id(raw: Any, _column: Column) -> str | None:
    text = clean_code(raw)
    try:
        return parse_id_number(text).text if text else None
    except IdNumberError as error:
        raise CellError(error.message, error.remedy) from None


def _phone(raw: Any, _column: Column) -> str | None:
    text = clean_code(raw)
    try:
        return parse_phone(text) if text else None
    except ValueError as error:
        raise CellError("电话号码不对。", str(error).removeprefix("电话号码不对。")) from None


READERS = {"text": _text, "day": _day, "choice": _choice, "flag": _flag, "id": _id, "phone": _phone}
