"""Requests and responses: keyset pages, capped counts, sorting by allowed columns, fragments, downloads."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from os import PathLike
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from core.counting import CappedCount

PAGE_SIZE = 50
COUNT_CAP = 10_000
WHOLE_DIGITS = 18  # fits every integer column that ids, versions and months are looked up in
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(slots=True)
class Page:
    """One page of a keyset list; `count` is None where nobody asked, `more` says it was capped."""

    items: list[Any]
    next_cursor: str = ""
    previous_cursor: str = ""
    count: int | None = None
    more: bool = False
    ordering: tuple[str, ...] = field(default_factory=tuple)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)


def page_of(
    queryset: QuerySet,
    request: HttpRequest,
    *,
    size: int = PAGE_SIZE,
    key: Sequence[str] = ("-id",),
    count: bool = False,
) -> Page:
    """One page by `?after=` or `?before=`: one query, as fast on the last page as on the first.

    `key` is the ordering, its last column unique, none of its columns null. With `count` the same query
    counts all rows up to 10 000. A cursor that does not fit shows the first page.
    """
    ordering = tuple(key)
    after, before = (_decode(request.GET.get(name, ""), ordering) for name in ("after", "before"))
    is_back = before is not None and after is None
    counted = queryset.annotate(rows_found=CappedCount(queryset, COUNT_CAP + 1)) if count else queryset
    rows = _slice(counted, ordering, before if is_back else after, size + 1, is_back=is_back)
    has_more = len(rows) > size
    rows = rows[:size]
    if is_back:
        rows.reverse()
    page = Page(rows, ordering=ordering)
    if count and rows:
        found = _value(rows[0], "rows_found")
        page.count, page.more = min(found, COUNT_CAP), found > COUNT_CAP
    if count and not rows:  # a cursor past the end; there may be rows before it
        page.count, page.more = capped_count(queryset)
    if rows and (has_more or is_back):
        page.next_cursor = _encode(rows[-1], ordering)
    if rows and (after is not None or (is_back and has_more)):
        page.previous_cursor = _encode(rows[0], ordering)
    return page


def capped_count(queryset: QuerySet, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """How many rows, counted up to `cap`, and whether there are more."""
    counted = queryset.order_by()[: cap + 1].count()
    return min(counted, cap), counted > cap


def sorted_by(
    request: HttpRequest, allowed: Mapping[str, str], *, default: str, last: str = "id"
) -> tuple[str, tuple[str, ...]]:
    """The sort asked for by `?sort=name` or `?sort=-name`, and the key for `page_of`.

    `allowed` maps the public name to a column; anything else is the default. `last` makes the key unique.
    """
    asked = request.GET.get("sort", "")
    if asked.lstrip("-") not in allowed or asked.startswith("--"):
        asked = default
    sign = "-" if asked.startswith("-") else ""
    column = allowed[asked.lstrip("-")]
    return asked, (sign + column,) if column == last else (sign + column, sign + last)


def whole(text: object) -> int | None:
    """A whole number of a request (an id, a version, a year), at most 18 digits; None for anything else.

    `str.isdigit` takes “²”, which `int` does not, and a number of 5 000 digits is refused by `int` as well.
    """
    found = str(text)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= WHOLE_DIGITS else None


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page only."""
    return (
        bool(getattr(request, "htmx", False)) and not request.htmx.boosted and not request.htmx.history_restore_request
    )


def download(
    content: bytes | Iterable[bytes] | PathLike[str] | Any, filename: str, content_type: str = XLSX
) -> HttpResponseBase:
    """A file to be saved: from bytes, chunks, a path or an open file; never sniffed, never cached."""
    if isinstance(content, PathLike):
        content = open(content, "rb")  # noqa: SIM115 -- FileResponse closes it
    if isinstance(content, bytes):
        response: HttpResponseBase = HttpResponse(content, content_type=content_type)
    elif hasattr(content, "read"):
        response = FileResponse(content, content_type=content_type)
    else:
        response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _slice(
    queryset: QuerySet, ordering: tuple[str, ...], cursor: list[Any] | None, size: int, *, is_back: bool
) -> list[Any]:
    if is_back:
        ordering = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in ordering)
    if cursor is not None:
        # A cursor of another list does not fit: the first page is shown.
        with contextlib.suppress(ValueError, TypeError, ValidationError):
            queryset = queryset.filter(_beyond(ordering, cursor))
    return list(queryset.order_by(*ordering)[:size])


def _beyond(ordering: tuple[str, ...], cursor: list[Any]) -> Q:
    """(a > x) or (a = x and b > y) …, with < for descending columns."""
    condition, equal = Q(), Q()
    for name, value in zip(ordering, cursor, strict=True):
        column = name.lstrip("-")
        condition |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    return condition


def _encode(row: Any, ordering: tuple[str, ...]) -> str:
    values = [_plain(_value(row, name.lstrip("-"))) for name in ordering]
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str, ordering: tuple[str, ...]) -> list[Any] | None:
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(values, list) or len(values) != len(ordering):
        return None
    return values if all(isinstance(value, int) or _is_storable(value) for value in values) else None


def _is_storable(value: Any) -> bool:
    """Text without NUL and half surrogates, which PostgreSQL refuses."""
    return isinstance(value, str) and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)


def _value(row: Any, column: str) -> Any:
    if isinstance(row, dict):
        return row[column]
    for name in column.split("__"):
        row = getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
