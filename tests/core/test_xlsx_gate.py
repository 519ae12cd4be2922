"""Hostile and foreign files are refused in time and memory, with a sentence and a remedy."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.xlsx.gate import admit
from core.xlsx.read import read_sheet
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_bytes
from tests.core import hostile

ROOT = Path(__file__).resolve().parents[2]
SECONDS, MEGABYTES = 5, 300


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What a process of its own told about each file of the corpus."""
    directory = tmp_path_factory.mktemp("hostile")
    paths = {}
    for number, (name, (build, _)) in enumerate(hostile.CORPUS.items()):
        paths[name] = directory / f"{number}.xlsx"
        paths[name].write_bytes(build())
    command = [sys.executable, str(ROOT / "tests/core/run_hostile.py"), *map(str, paths.values())]
    answer = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    by_path = {report["path"]: report for report in map(json.loads, answer.stdout.splitlines())}
    return {name: by_path[str(path)] for name, path in paths.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile.CORPUS)
def test_hostile_file_is_refused_with_sentence_and_remedy(reports: dict[str, dict], name: str) -> None:
    report, word = reports[name], hostile.CORPUS[name][1]

    assert report["told"] is not None, "was let in"
    message, remedy = report["told"]
    assert word in message + remedy
    assert message.endswith("。")
    assert remedy.endswith("。")
    assert report["seconds"] <= SECONDS


@pytest.mark.slow
def test_hostile_files_stay_within_memory(reports: dict[str, dict]) -> None:
    assert max(report["peak"] for report in reports.values()) <= MEGABYTES


def test_honest_workbook_passes() -> None:
    book = admit(hostile.packed(hostile.parts()))

    assert book.parts[hostile.SHEET].max_row == 1


def test_hyperlink_of_a_cell_is_harmless() -> None:
    rels = (
        f'<Relationships><Relationship Id="r1" Type="{hostile.RELATION}/hyperlink" TargetMode="External"'
        ' Target="http://x.invalid/"/></Relationships>'
    )

    book = admit(hostile.with_part("xl/worksheets/_rels/sheet1.xml.rels", rels))

    assert book.parts[hostile.SHEET].max_row == 1


def test_path_bytes_and_open_file_read_the_same(tmp_path: Path) -> None:
    data = hostile.packed(hostile.parts())
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)

    with path.open("rb") as opened:
        sheets = [read_sheet(data), read_sheet(path), read_sheet(str(path)), read_sheet(opened)]

    assert all(sheet == sheets[0] for sheet in sheets)


def test_refusals_are_new_exceptions_each_time() -> None:
    seen = []
    for _ in range(2):
        with pytest.raises(InvalidInput) as caught:
            read_sheet(b"")
        seen.append(caught.value)

    assert seen[0] is not seen[1]


SAMPLE = workbook_bytes(
    Sheet(
        "名册",
        [Column("a", "姓名", group="人"), Column("b", "日期", kind="date", group="人")],
        [("张三", date(2026, 1, 1))] * 3,
    )
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4))
def test_altered_bytes_are_read_or_refused_never_a_fault(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(SAMPLE)
    for place, new in changes:
        data[place : place + len(new)] = new

    assert fault_in_words(bytes(data)) is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_altered_parts_are_read_or_refused_never_a_fault(draw: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    name = draw.draw(st.sampled_from(sorted(members)))
    old = bytes(members[name])
    first, last = sorted(draw.draw(st.tuples(*[st.integers(0, len(old))] * 2)))
    new = draw.draw(
        st.one_of(st.binary(max_size=8), st.sampled_from([b'"', b"<", b"&x;", b"-1", b"99999999999", b"", b'r="A0"']))
    )
    members[name] = old[:first] + new + old[min(last, first + 12) :]

    assert fault_in_words(hostile.packed(members)) is None


def fault_in_words(data: bytes) -> str | None:
    """None where a workbook is read, or refused with a full sentence and a remedy; else what was said instead."""
    try:
        read_sheet(data)
    except InvalidInput as error:
        return None if error.message.endswith("。") and error.remedy else repr((error.message, error.remedy))
    return None
