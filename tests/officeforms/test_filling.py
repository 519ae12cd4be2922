"""Filled copies: only bound cells change, rows are put in, the 存证 sheet tells of every altered cell."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.http import Http404

from branches.permissions import Viewer
from core.audit import AuditEntry
from core.errors import Conflict, InvalidInput
from core.periods import Month
from officeforms.models import FormExport, Source
from officeforms.offline import check_form
from officeforms.services.binding import add_block, bind_cell, bind_suggested
from officeforms.services.exporting import export_form
from officeforms.services.forms import add_version
from tests.factories.branches import TODAY, BranchFactory
from tests.factories.workbooks import branch_form, parts_of, summary_form, wps_form
from tests.officeforms.conftest import NOW, OCTOBER

CELL = re.compile(r"<c (?:[^>\"]|\"[^\"]*\")*?(?:/>|>.*?</c>)", re.S)
FRAME = {"[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml"}


def cells_of(xml: bytes) -> dict[str, str]:
    text = xml.decode()
    return {re.search(r"r=[\"']([A-Z]+\d+)", cell)[1]: cell for cell in CELL.findall(text)}  # type: ignore[index]


def without_cells(xml: bytes, places: set[str]) -> str:
    """The sheet with these cells cut out, and the remembered results of formulas with them."""
    text = CELL.sub(
        lambda cell: "" if re.search(r"r=[\"']([A-Z]+\d+)", cell[0])[1] in places else cell[0], xml.decode()
    )  # type: ignore[index]
    return re.sub(r"(</f>)<v>[^<]*</v>", r"\1", text)


def bind(officer, version, sheet, **cells):
    for address, field in cells.items():
        bind_cell(actor=officer, version_id=version.pk, sheet=sheet, address=address, field=field, now=NOW)


@pytest.fixture
def bound(scored_cast, officer, upload):
    """The summary form: a day, a member total, and rows 5—8 for branches."""
    version = upload()
    bind(officer, version, "汇总表", G2="copy.day")
    add_block(actor=officer, version_id=version.pk, sheet="汇总表", first_row=5, last_row=8, source="branches", now=NOW)
    fields = {"A5": "line.number", "B5": "branch.short_name", "C5": "branch.secretary", "D5": "score.base",
              "E5": "score.bonus", "G5": "branch.members"}  # fmt: skip
    bind(officer, version, "汇总表", **fields)
    return version


def test_only_bound_cells_of_the_sheet_change(bound, officer):
    before = parts_of(summary_form())
    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    after = parts_of(found.filled.data)
    changed = {name for name in before if before[name] != after.get(name)}
    # sheet2 holds a formula over the filled sheet: its remembered result is taken out, nothing else
    assert changed == FRAME | {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
    assert set(after) - set(before) == {"xl/worksheets/sheet3.xml"}
    places = {f"{column}{row}" for column in "ABCDEG" for row in range(5, 9)} | {"G2"}
    sheet = "xl/worksheets/sheet1.xml"
    assert without_cells(after[sheet], places) == without_cells(before[sheet], places)
    assert without_cells(after["xl/worksheets/sheet2.xml"], set()) == without_cells(
        before["xl/worksheets/sheet2.xml"], set()
    )
    styles = [
        {place: re.search(r's="(\d+)"', cell) for place, cell in cells_of(parts[sheet]).items()}
        for parts in (before, after)
    ]
    assert {p: m and m[1] for p, m in styles[0].items()} == {p: m and m[1] for p, m in styles[1].items()}


def test_frame_parts_gain_one_sheet_and_recomputing_and_nothing_else(bound, officer):
    before = parts_of(summary_form())
    after = parts_of(export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW).filled.data)
    for name in FRAME:
        old, new = before[name].decode(), after[name].decode()
        new = re.sub(r'<sheet [^>]*name="存证"[^>]*/>', "", new)
        new = re.sub(r'<(Override|Relationship) [^>]*sheet3\.xml"[^>]*/>', "", new)
        new = new.replace(' fullCalcOnLoad="1"', "")
        assert new == old.replace(' fullCalcOnLoad="1"', "")


def test_figures_are_those_of_the_pages(bound, officer, scored_cast):
    from assessment.selectors import scoreboard

    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(found.filled.data))["汇总表"]
    board = scoreboard(officer, scored_cast.root.pk, OCTOBER).by_branch
    rows = [[sheet.cell(row, column).value for column in (1, 2, 5, 7)] for row in (5, 6)]
    assert [row[:2] for row in rows] == [[1, scored_cast.branch.short_name], [2, scored_cast.other_branch.short_name]]
    shown = Decimal(str(sheet["D5"].value))
    assert abs(shown - Decimal(str(float(board[scored_cast.branch.pk].confirmed.base)))) <= Decimal("0.005")
    assert sheet["G2"].value.date() == date(2026, 11, 20)
    assert sheet["F5"].value == "=SUM(D5:E5)"


def test_prepared_rows_that_nothing_fills_are_emptied(bound, officer, scored_cast):
    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(found.filled.data))["汇总表"]
    count = len({entry.row for entry in found.filled.entries}) - 1
    assert [sheet.cell(row, 1).value for row in range(5, 9)] == [*range(1, count + 1), *[None] * (4 - count)]
    assert [sheet.cell(row, 6).value for row in range(5, 9)] == [f"=SUM(D{row}:E{row})" for row in range(5, 9)]


def test_more_lines_than_rows_move_everything_below(bound, officer, scored_cast):
    for _ in range(4):
        BranchFactory(parent=scored_cast.root)
    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    book = openpyxl.load_workbook(io.BytesIO(found.filled.data))
    sheet = book["汇总表"]
    count = len({entry.row for entry in found.filled.entries}) - 1
    added = count - 4
    assert added > 0
    assert [sheet.cell(row, 1).value for row in range(5, 5 + count)] == list(range(1, count + 1))
    total = 9 + added
    assert sheet.cell(total, 1).value == "合计"
    assert sheet.cell(total, 4).value == f"=AVERAGE(D5:D{total - 1})"
    assert sheet.print_area == f"'汇总表'!$A$1:$H${11 + added}"
    assert f"A{total}:C{total}" in {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.cell(total - 1, 6)._style == sheet.cell(8, 6)._style
    assert book.defined_names["党员合计"].attr_text == f"汇总表!$G${total}"
    chart = parts_of(found.filled.data)["xl/charts/chart1.xml"].decode()
    assert re.findall(r"<c:f>(.*?)</c:f>", chart) == [f"汇总表!$B$5:$B${total - 1}", f"汇总表!$F$5:$F${total - 1}"]


def test_copy_for_a_branch_fills_labels_and_members(scored_cast, officer, upload):
    version = upload(branch_form(), "支部基本情况表", "branch")
    assert bind_suggested(actor=officer, version_id=version.pk, now=NOW) >= 8
    bound = {(one.row, one.column): one.field for one in version.bindings.all()}
    assert bound[3, 2] == "branch.short_name"
    assert bound[3, 5] == "branch.secretary"
    assert bound[4, 2] == "branch.members"
    (block,) = version.blocks.all()
    assert (block.first_row, block.last_row, block.source) == (8, 8, Source.MEMBERS)
    found = export_form(actor=officer, version_id=version.pk, month=OCTOBER, now=NOW, branch_id=scored_cast.branch.pk)
    sheet = openpyxl.load_workbook(io.BytesIO(found.filled.data))["基本情况"]
    assert sheet["B3"].value == scored_cast.branch.short_name
    names = [sheet.cell(row, 2).value for row in range(8, 8 + sheet["B4"].value)]
    assert set(names) == set(scored_cast.branch.members.values_list("name", flat=True))
    assert sheet.cell(8 + len(names), 1).value == "人数"
    assert sheet["B3"].comment.text == "填全称"


def test_form_of_wps_keeps_its_odd_parts(scored_cast, officer, upload):
    version = upload(wps_form(), "三会一课台账")
    sheet = "台账 (2026)"
    add_block(actor=officer, version_id=version.pk, sheet=sheet, first_row=4, last_row=6, source="records", now=NOW)
    bind(officer, version, sheet, B4="record.held_on", C4="record.title", D4="record.expected", E4="record.present")
    found = export_form(actor=officer, version_id=version.pk, month=OCTOBER, now=NOW)
    before, after = parts_of(wps_form()), parts_of(found.filled.data)
    assert {name for name in before if before[name] != after[name]} == FRAME | {"xl/worksheets/sheet1.xml"}
    opened = openpyxl.load_workbook(io.BytesIO(found.filled.data))[sheet]
    assert [opened["B4"].value.date(), opened["C4"].value] == [date(2026, 10, 14), "重温入党誓词"]
    places = {f"{column}{row}" for column in "BCDE" for row in (4, 5, 6)}
    name = "xl/worksheets/sheet1.xml"
    assert without_cells(after[name], places) == without_cells(before[name], places)


def test_proof_finds_nothing_in_what_was_handed_out(bound, officer):
    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    assert check_form.check(io.BytesIO(found.filled.data), found.export.digest) == []
    proof = check_form.read_proof(check_form.Workbook(io.BytesIO(found.filled.data)))
    assert len(proof.lines) == found.export.figures
    assert proof.heads["期间"] == "2026-10"


def test_proof_names_the_first_altered_cell(bound, officer):
    data = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW).filled.data
    book = openpyxl.load_workbook(io.BytesIO(data))
    book["汇总表"]["D6"].value = 99.99
    book["汇总表"]["B6"].value = "别的支部"
    altered = io.BytesIO()
    book.save(altered)
    found = check_form.check(altered)
    assert len(found) == 2
    assert "B6" in found[0] and "别的支部" in found[0]
    assert "D6" in found[1] and "99.99" in found[1]


def test_saving_again_without_a_change_still_agrees(bound, officer):
    data = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW).filled.data
    again = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(again)
    assert check_form.check(again) == []


def test_proof_altered_with_the_figure_is_known_by_the_registered_digest(bound, officer):
    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    book = openpyxl.load_workbook(io.BytesIO(found.filled.data))
    book["汇总表"]["B5"].value = "别的支部"
    proof = book["存证"]
    row = next(r for r in range(1, 60) if proof.cell(r, 3).value == "B5")
    proof.cell(row, 6).value = "s:别的支部"
    once = io.BytesIO()
    book.save(once)
    assert check_form.check(once) == ["“存证”工作表本身已改动：所列内容与存证摘要不符。"]
    read = check_form.read_proof(check_form.Workbook(once))
    for line in range(1, 20):
        if proof.cell(line, 1).value == "存证摘要":
            proof.cell(line, 2).value = check_form.digest_of(read.heads, read.lines)
    forged = io.BytesIO()
    book.save(forged)
    assert check_form.check(forged) == []
    assert len(check_form.check(forged, found.export.digest)) == 1


def test_script_runs_alone(bound, officer, tmp_path):
    import subprocess
    import sys

    file = tmp_path / "表.xlsx"
    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    file.write_bytes(found.filled.data)
    run = [sys.executable, "-I", check_form.__file__, str(file), found.export.digest]
    good = subprocess.run(run, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (good.returncode, good.stdout.strip()) == (0, "一致：所有数据格与存证相符。")
    assert subprocess.run([*run[:3], str(tmp_path / "无.xlsx")], capture_output=True, check=False).returncode == 2


def test_used_version_is_not_changed(bound, officer):
    export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    with pytest.raises(Conflict, match="已经导出过"):
        bind(officer, bound, "汇总表", H5="branch.groups")
    copy = add_version(actor=officer, form_id=bound.form_id, now=NOW)
    assert copy.number == 2
    assert copy.blocks.get().columns.count() == 6
    bind(officer, copy, "汇总表", H5="branch.groups")
    assert bound.blocks.get().columns.count() == 6


def test_export_is_logged_with_its_digest(bound, officer):
    found = export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW)
    row = FormExport.objects.get()
    assert (row.digest, row.month, row.figures) == (found.filled.digest, 202610, len(found.filled.entries))
    assert AuditEntry.objects.filter(action="form.exported", target_id=str(row.pk)).count() == 1


def test_same_figures_give_the_same_digest(bound, officer):
    one, two = (export_form(actor=officer, version_id=bound.pk, month=OCTOBER, now=NOW) for _ in range(2))
    assert one.filled.digest == two.filled.digest


def test_month_to_come_and_empty_form_are_refused(bound, officer, upload):
    with pytest.raises(InvalidInput, match="还没有到"):
        export_form(actor=officer, version_id=bound.pk, month=Month(2026, 12), now=NOW)
    empty = upload(wps_form(), "空表")
    with pytest.raises(InvalidInput, match="还没有绑定"):
        export_form(actor=officer, version_id=empty.pk, month=OCTOBER, now=NOW)


def test_foreign_branch_and_foreign_form_are_404(scored_cast, officer, upload, bound):
    version = upload(branch_form(), "支部基本情况表", "branch")
    bind_suggested(actor=officer, version_id=version.pk, now=NOW)
    with pytest.raises(Http404):
        export_form(
            actor=officer, version_id=version.pk, month=OCTOBER, now=NOW, branch_id=scored_cast.foreign_branch.pk
        )
    with pytest.raises(Http404):
        export_form(actor=Viewer.of(scored_cast.secretary, TODAY), version_id=bound.pk, month=OCTOBER, now=NOW)
