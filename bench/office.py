"""Daily work of an office beside its floor: lists, search, API, sheets out and in, and what a worker holds in memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import people
from data import MONTH, NOW, sql
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from branches import exports
from branches.imports import flow
from branches.imports.columns import columns_of
from branches.models import ImportBatch, Organisation
from branches.permissions import Viewer
from branches.selectors import member_list
from core.xlsx import sheet, write

SEARCHED = "建国"
ROSTER_ROWS = 413
WIDE = [sheet.Column(f"c{n}", f"第{n}列") for n in range(20)]


def office_rows(sizes: Iterable[int]) -> list[str]:
    """One line for each piece of work: the product, its floor in the same run, how many queries it asks."""
    return [_export_of_plain_rows(100_000), *(line for members in sizes for line in _committee_rows(members))]


def _committee_rows(members: int) -> Iterator[str]:
    root, user, viewer = people.committee(members)
    client, where = _signed_in(user), f"{members} members"
    yield _line(f"list of 50, {where}", lambda: client.get("/members/"), _rows_of(root, 51))
    yield _line(f"search, {where}", lambda: list(_searched(viewer)[:51]), _found_by_gram(root))
    yield _line(f"API 100 rows, {where}", lambda: client.get("/api/v1/members/"), _rows_of(root, 101))
    if members <= 10_000:
        yield _line(f"export of {where}", lambda: _exported(viewer), _rows_of(root, members))
    if members == ROSTER_ROWS:
        yield _import_of_roster(viewer, root)


def score_pages(root_id: int) -> list[str]:
    """The overview and the officer's home over the branches whose months were computed."""
    user = people.officer_of(Organisation.objects.get(pk=root_id))
    client = _signed_in(user)
    return [
        _line("overview page", lambda: client.get(f"/overview/{MONTH}/")),
        _line("home of the officer", lambda: client.get("/")),
        _line("API of scores", lambda: client.get(f"/api/v1/scores/?month={MONTH}")),
        _worker_memory(user.username),
    ]


def _line(name: str, work: Callable[[], Any], floor: Callable[[], Any] | None = None, times: int = 7) -> str:
    """Median milliseconds of work and floor, taken in turn."""
    _drain(work())  # warm: the scheme and the templates are read once per process
    with CaptureQueriesContext(connection) as asked:
        _drain(work())
    queries = len(asked)
    product, least = [], []
    for _ in range(times):
        product.append(_milliseconds(work))
        if floor:
            least.append(_milliseconds(floor))
    text = f"{name:<28} {statistics.median(product):9.1f} ms  {queries:>3} queries"
    return text + (f"  floor {statistics.median(least):8.1f} ms" if floor else "")


def _milliseconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    _drain(work())
    return (time.perf_counter() - begin) * 1000


def _drain(answer: Any) -> None:
    if getattr(answer, "streaming", False):
        b"".join(answer.streaming_content)
    if getattr(answer, "status_code", 200) >= 400:
        raise SystemExit(f"{answer.status_code} instead of a page")


def _signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _searched(viewer: Viewer) -> Any:
    return member_list(viewer, {"q": SEARCHED}).order_by("member_no")


def _exported(viewer: Viewer) -> Any:
    return exports.members_sheet(viewer, member_list(viewer, {}).order_by("member_no"), words="基准")


def _rows_of(root: Organisation, limit: int) -> Callable[[], Any]:
    statement = "SELECT * FROM branches_member WHERE root_id = %(root)s ORDER BY member_no LIMIT %(limit)s"
    return lambda: sql(statement, {"root": root.pk, "limit": limit})


def _found_by_gram(root: Organisation) -> Callable[[], Any]:
    statement = "SELECT member_id FROM branches_namegram WHERE root_id = %(root)s AND gram = %(gram)s"
    return lambda: sql(statement, {"root": root.pk, "gram": SEARCHED})


def _import_of_roster(viewer: Viewer, root: Organisation) -> str:
    """From the bytes of the upload to the stored preview; the floor only reads the cells."""
    data = _roster(root)

    def upload() -> ImportBatch:
        batch = flow.upload(actor=viewer, kind="members", data=data, file_name="基准.xlsx", now=NOW)
        if batch.state != "preview":
            raise SystemExit(f"the import stopped at {batch.state}")
        return batch

    cells = lambda: CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()  # noqa: E731 -- one of two things timed
    return _line(f"import of {ROSTER_ROWS} to preview", upload, cells)


def _roster(root: Organisation) -> bytes:
    branch = Organisation.objects.filter(root=root, tier="branch").first()
    row = {
        "branch": branch.short_name,
        "sex": "男",
        "joined_on": "2015-07-01",
        "ethnicity": "汉族",
        "status": "正式党员",
    }
    columns = [sheet.Column(column.key, column.label) for column in columns_of("members").values()]
    rows = [{**row, "name": f"新党员{n}"} for n in range(ROSTER_ROWS)]
    known = [{column.key: line.get(column.key, "") for column in columns} for line in rows]
    return write.workbook_bytes(sheet.Sheet(title="名册", columns=columns, rows=known, is_plain=True))


def _export_of_plain_rows(rows: int) -> str:
    """The writer alone on rows × 20 cells, beside the same text only zipped."""
    cells = [f"第{n}个单元格" for n in range(len(WIDE))]
    table = lambda: write.workbook_file(sheet.Sheet("基准", WIDE, (cells for _ in range(rows)), is_plain=True))  # noqa: E731 -- one of two things timed
    return _line(f"write {rows} x {len(WIDE)}", table, lambda: _only_zipped(cells, rows), times=1)


def _only_zipped(cells: list[str], rows: int) -> bytes:
    target = BytesIO()
    line = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=write.FAST)
    with archive, archive.open("sheet.xml", "w") as part:
        for n in range(rows):
            part.write(f'<row r="{n}">{line}</row>'.encode())
    return target.getvalue()


def _worker_memory(username: str) -> str:
    """A process of its own that asks for every page the officer can reach."""
    settings = connection.settings_dict
    place = f"{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"
    account = settings["USER"] + (f":{settings['PASSWORD']}" if settings["PASSWORD"] else "")
    environment = os.environ | {"TEST_DATABASE_URL": f"postgres://{account}@{place}"}
    command = [sys.executable, str(Path(__file__).with_name("pages.py")), "--users", username, "--times", "1"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return said.splitlines()[-1]
