"""Keyset pages, capped counts, sorting by allowed columns, downloads."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import RequestFactory

from core.http import capped_count, download, page_of, sorted_by, whole
from core.models import JobRun

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 6, tzinfo=UTC)
KEY = ("-job", "id")


@pytest.fixture
def rows() -> list[JobRun]:
    """Seven rows whose first sort column has ties."""
    made = [JobRun(job=f"j{n // 3}", period_key=str(n), started_at=NOW, heartbeat_at=NOW) for n in range(7)]
    return JobRun.objects.bulk_create(made)


def get(**query: str):
    return RequestFactory().get("/", query)


def walk(direction: str, cursor: str = "") -> tuple[list[list[str]], str]:
    """The pages in one direction, and the cursor back from the last."""
    pages, back = [], ""
    for _ in range(10):
        page = page_of(JobRun.objects.all(), get(**({direction: cursor} if cursor else {})), size=2, key=KEY)
        pages.append([row.period_key for row in page])
        cursor = page.next_cursor if direction == "after" else page.previous_cursor
        back = page.previous_cursor if direction == "after" else page.next_cursor
        if not cursor:
            break
    return pages, back


def test_pages_forward_hold_every_row_once(rows) -> None:
    pages, _ = walk("after")

    assert pages == [["6", "3"], ["4", "5"], ["0", "1"], ["2"]]


def test_pages_backward_are_the_same(rows) -> None:
    forward, back = walk("after")
    backward, _ = walk("before", back)

    assert backward == forward[-2::-1]


def test_page_and_its_capped_count_cost_one_query(rows, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        page = page_of(JobRun.objects.all(), get(), size=3)
    assert (page.count, bool(page.previous_cursor), len(page)) == (None, False, 3)
    with django_assert_num_queries(1):
        counted = page_of(JobRun.objects.all(), get(), size=3, count=True)
    assert (counted.count, counted.more) == (7, False)


def test_count_is_the_same_past_the_end_and_for_values(rows) -> None:
    last = page_of(JobRun.objects.all(), get(), size=7, key=("id",))
    beyond = base64.urlsafe_b64encode(f"[{last.items[-1].pk}]".encode()).decode()

    assert page_of(JobRun.objects.all(), get(after=beyond), key=("id",), count=True).count == 7
    assert page_of(JobRun.objects.values("id"), get(), count=True).count == 7
    assert page_of(JobRun.objects.none(), get(), count=True).count == 0


def test_values_rows_can_be_paged_too(rows) -> None:
    page = page_of(JobRun.objects.values("id", "job"), get(), size=5)

    assert page_of(JobRun.objects.values("id"), get(after=page.next_cursor), size=5).items == [
        {"id": rows[1].pk},
        {"id": rows[0].pk},
    ]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!",
        base64.urlsafe_b64encode(b'["a"]').decode(),
        base64.urlsafe_b64encode(b'[{"a":1}]').decode(),
        "WzEsMl0",
        base64.urlsafe_b64encode(b'["\\u0000"]').decode(),
        base64.urlsafe_b64encode(b'["\\ud800"]').decode(),
        base64.urlsafe_b64encode(b"[99999999999999999999999]").decode(),
    ],
)
def test_foreign_cursor_shows_the_first_page(rows, cursor: str) -> None:
    assert len(page_of(JobRun.objects.all(), get(after=cursor))) == 7


def test_count_stops_at_its_cap(rows) -> None:
    assert capped_count(JobRun.objects.all(), cap=5) == (5, True)
    assert capped_count(JobRun.objects.all(), cap=7) == (7, False)


def test_only_allowed_columns_sort() -> None:
    allowed = {"name": "job", "no": "id"}

    assert sorted_by(get(sort="-name"), allowed, default="no") == ("-name", ("-job", "-id"))
    assert sorted_by(get(sort="password"), allowed, default="no") == ("no", ("id",))
    assert sorted_by(get(sort="--name"), allowed, default="-no") == ("-no", ("-id",))


def test_download_is_saved_never_sniffed_never_cached(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    for content in (b"abc", iter([b"a", b"bc"]), path, io.BytesIO(b"abc")):
        response = download(content, "得分 汇总.xlsx")
        body = b"".join(response.streaming_content) if response.streaming else response.content
        response.close()

        assert body == b"abc"
        assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%BE%97")
        assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "private, no-store")


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("0", 0), ("²", None), ("-1", None), ("9" * 19, None), (None, None)]
)
def test_whole_numbers_of_a_request(text, number):
    assert whole(text) == number
