"""The package of a workbook under change: its parts, how they hang together, and the file written anew."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from copy import copy
from typing import Any

from core.xlsx.gate import Workbook
from core.xlsx.patch import grow as growing
from core.xlsx.patch.markup import Tag, splice, tags, with_attribute
from core.xlsx.patch.refs import Growth, UnreadableFormula, read_areas
from core.xlsx.patch.sheet import (
    PatchError,
    SheetPart,
    cell_xml,
    looks_like_formula,
    read_part,
    simple_sheet,
    without_result,
    written,
)
from core.xlsx.read import sheet_states
from core.xlsx.scan import column_letter

WORKBOOK, TYPES, RELATIONS = "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
SHEET_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
# Formats that make a number a day: Excel's own, the East Asian ones, and any of one's own with a year or a day in it.
DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58})
AFTER_CALC = ("oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
              "fileRecoveryPr", "webPublishObjects", "extLst")  # fmt: skip


class Patch:
    """One workbook being changed. `grow` first, then `put` by the places as they are after it, then `finish`."""

    def __init__(self, book: Workbook) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(book.data))
        self._names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        self._changed: dict[str, str] = {}
        self._removed: set[str] = set()
        self._has_grown = False
        self._values: dict[str, dict[tuple[int, int], Any]] = {}
        self._styles: _Styles | None = None
        self.sheets = {name: part for name, (part, _) in sheet_states(book).items()}

    def text(self, part: str) -> str:
        """A part's XML as it stands now."""
        return self._changed[part] if part in self._changed else self._zip.read(part).decode("utf-8")

    def sheet(self, name: str) -> SheetPart:
        """A sheet's rows and cells as they stand now; PatchError if there is no such sheet."""
        if name not in self.sheets:
            raise PatchError(f"表里没有工作表“{name}”。", remedy="请核对绑定，或重新上传。")
        return read_part(self.text(self.sheets[name]))

    def grow(self, sheet: str, first: int, last: int, added: int) -> None:
        """Put `added` rows in below the block that begins at `first` and ends at `last`."""
        if added <= 0:
            return
        if any("pivot" in name.lower() for name in self._names):
            raise PatchError("表里有数据透视表，增加行时保不住它。", remedy="请删去透视表，或在表里多留出空行。")
        growth = Growth(sheet, first, last, added)
        self._has_grown = True
        own = self.sheets[sheet]
        self._set(own, growing.grown_sheet(self.text(own), growth))
        for name, part in self.sheets.items():
            if part != own:
                self._set(part, growing.moved_formulas(self.text(part), growth, sheet=name))
        for part in self._named("xl/charts/"):
            self._set(part, growing.moved_formulas(self.text(part), growth, sheet=""))
        names = frozenset({"definedName"})
        self._set(WORKBOOK, growing.moved_formulas(self.text(WORKBOOK), growth, sheet="", names=names))
        for part in self._belonging(own):
            self._grow_belonging(part, growth)
        self._forget_chain()

    def _grow_belonging(self, part: str, growth: Growth) -> None:
        text = self.text(part)
        if "/drawings/" in part and part.endswith(".xml"):
            self._set(part, growing.moved_drawing(text, growth))
        elif part.endswith(".vml"):
            self._set(part, growing.moved_notes(text, growth))
        elif "/tables/" in part:
            self._set(part, growing.moved_table(text, growth))
        elif "threadedcomment" in part.lower():
            self._set(part, growing.moved_points(text, growth, "threadedComment"))
        elif "comments" in part.lower():
            self._set(part, growing.moved_points(text, growth, "comment"))

    def put(self, sheet: str, row: int, column: int, value: Any) -> None:
        """Give a cell a value: a number, a day, a text, or None to empty it. A formula is never overwritten."""
        self._values.setdefault(sheet, {})[row, column] = value

    def add_sheet(self, name: str, rows: list[list[Any]], widths: list[int]) -> None:
        """A plain sheet behind all others."""
        number = 1
        while f"xl/worksheets/sheet{number}.xml" in self._names or f"xl/worksheets/sheet{number}.xml" in self._changed:
            number += 1
        part = f"xl/worksheets/sheet{number}.xml"
        self._changed[part] = simple_sheet(rows, widths)
        self._register(part, name)

    def finish(self) -> bytes:
        """The workbook as a file. Parts that nothing touched have the very bytes they came with."""
        dirty = {(sheet, *place) for sheet, values in self._values.items() for place in values}
        for sheet, values in self._values.items():
            self._write_cells(sheet, values)
        if self._forget_results(dirty):
            self._set(WORKBOOK, _computed_on_opening(self.text(WORKBOOK)))
        if self._styles is not None and self._styles.text != self.text("xl/styles.xml"):
            self._set("xl/styles.xml", self._styles.text)
        return self._file()

    def _write_cells(self, sheet: str, values: dict[tuple[int, int], Any]) -> None:
        part = self.sheet(sheet)
        cells = {}
        for (row, column), value in values.items():
            old = part.cell(row, column)
            if old is not None and old.formula is not None:
                raise PatchError(
                    f"“{sheet}”{column_letter(column)}{row} 是公式，不能填数。",
                    remedy="请改绑别的单元格，或在表里去掉公式。",
                )
            style = old.style if old else 0
            start = part.text[old.tag.start : old.tag.end] if old else ""
            is_date = self._style_book().is_date(style)
            style = self._style_book().quoted(style) if looks_like_formula(value) else style
            reference = f"{column_letter(column)}{row}"
            prefix = part.prefix
            cells[row, column] = cell_xml(prefix, start, reference, style, value, is_date_style=is_date)
        self._set(self.sheets[sheet], written(part, cells))

    def _forget_results(self, dirty: set[tuple[str, int, int]]) -> bool:
        """Take the remembered results from every formula that hangs on a changed cell; whether there was one."""
        parts = {name: self.sheet(name) for name in self.sheets}
        formulas = {(name, *place): text for name, part in parts.items() for place, text in part.formulas().items()}
        if not formulas:
            return False
        stale = set(formulas) if self._has_grown else _dependent(formulas, dirty)
        for name, part in parts.items():
            edits = [
                without_result(part, cell)
                for cell in part.cells()
                if cell.formula and cell.formula.kind != "dataTable" and (name, cell.row, cell.column) in stale
            ]
            if edits:
                self._set(self.sheets[name], splice(part.text, edits))
        return bool(stale)

    def _style_book(self) -> _Styles:
        if self._styles is None:
            self._styles = _Styles(self.text("xl/styles.xml") if "xl/styles.xml" in self._names else "")
        return self._styles

    def _set(self, part: str, text: str) -> None:
        if text != self.text(part):
            self._changed[part] = text

    def _named(self, prefix: str) -> list[str]:
        return [
            name for name in self._names if name.startswith(prefix) and name.endswith(".xml") and "/_rels/" not in name
        ]

    def _belonging(self, part: str) -> Iterator[str]:
        """The parts a sheet's relations lead to inside the package."""
        folder, _, file = part.rpartition("/")
        relations = f"{folder}/_rels/{file}.rels"
        if relations not in self._names:
            return
        for tag in tags(self.text(relations)):
            marks = tag.attributes
            if tag.name == "Relationship" and marks.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, marks.get("Target", ""))).lstrip("/")
                if target in self._names and target.endswith((".xml", ".vml")):
                    yield target

    def _forget_chain(self) -> None:
        """The order of computation names cells that have moved; a spreadsheet makes it anew where it is missing."""
        chain = next((name for name in self._names if name.lower() == "xl/calcchain.xml"), None)
        if chain is None:
            return
        self._removed.add(chain)
        for part in (TYPES, RELATIONS):
            text = self.text(part)
            gone = [(tag.start, tag.end, "") for tag in tags(text) if tag.is_empty and "calcchain" in tag.raw.lower()]
            self._set(part, splice(text, gone))

    def _register(self, part: str, name: str) -> None:
        types, relations, workbook = self.text(TYPES), self.text(RELATIONS), self.text(WORKBOOK)
        used = set(re.findall(r"\bId\s*=\s*[\"']([^\"']+)", relations))
        identity = next(f"rId{n}" for n in range(1, len(used) + 2) if f"rId{n}" not in used)
        prefix = _prefix_of(types, "Types")
        self._set(
            TYPES, _before_end(types, "Types", f'<{prefix}Override PartName="/{part}" ContentType="{SHEET_TYPE}"/>')
        )
        prefix, target = _prefix_of(relations, "Relationships"), part.removeprefix("xl/")
        line = f'<{prefix}Relationship Id="{identity}" Type="{SHEET_RELATION}" Target="{target}"/>'
        self._set(RELATIONS, _before_end(relations, "Relationships", line))
        sheets = [tag for tag in tags(workbook) if tag.name == "sheet" and not tag.is_end]
        number = max(int(tag.attributes.get("sheetId", "0")) for tag in sheets) + 1
        relation = next(key for key in sheets[-1].attributes if key.endswith(":id"))
        prefix = f"{sheets[-1].prefix}:" if sheets[-1].prefix else ""
        place = re.search(
            rf"xmlns:{relation[:-3]}\s*=\s*[\"']([^\"']+)", workbook
        )  # may be declared on each sheet alone
        declared = f' xmlns:{relation[:-3]}="{place[1]}"' if place else ""
        line = f'<{prefix}sheet{declared} name="{name}" sheetId="{number}" {relation}="{identity}"/>'
        self._set(WORKBOOK, _before_end(workbook, "sheets", line))

    def _file(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for info in self._zip.infolist():
                if info.filename in self._removed:
                    continue
                text = self._changed.get(info.filename)
                content = self._zip.read(info) if text is None else text.encode("utf-8")
                entry = copy(info)
                entry.flag_bits, entry.extra, entry.header_offset = info.flag_bits & 0x800, b"", 0
                file.writestr(entry, content, compress_type=info.compress_type)
            for name in self._changed.keys() - set(self._names):
                file.writestr(zipfile.ZipInfo(name), self._changed[name].encode("utf-8"), zipfile.ZIP_DEFLATED)
        return out.getvalue()


class _Styles:
    """Which cell formats show days, and the copies of formats that mark a text as text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._quoted: dict[int, int] = {}
        self._formats = {
            int(tag.attributes["numFmtId"]): tag.attributes.get("formatCode", "")
            for tag in tags(text)
            if tag.name == "numFmt" and tag.attributes.get("numFmtId", "").isdigit()
        }

    def is_date(self, style: int) -> bool:
        found = self._cell_formats()
        number = int(found[style].attributes.get("numFmtId", "0")) if style < len(found) else 0
        if number in DATE_FORMATS:
            return True
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", self._formats.get(number, "")).lower()
        return "yy" in code or "d" in code

    def quoted(self, style: int) -> int:
        """The number of this format's copy with the quote prefix, made when first asked for."""
        found = self._cell_formats()
        if style not in self._quoted and style < len(found):
            holder = next(tag for tag in tags(self.text) if tag.name == "cellXfs" and not tag.is_end)
            model = found[style]
            end = next(tag.start for tag in tags(self.text, holder.end) if tag.is_end and tag.name == "cellXfs")
            stop = model.end
            if not model.is_empty:
                stop = next(tag.end for tag in tags(self.text, model.end) if tag.is_end and tag.name == "xf")
            start = with_attribute(self.text[model.start : model.end], "quotePrefix", "1")
            xml = start + self.text[model.end : stop]
            counted = with_attribute(self.text[holder.start : holder.end], "count", str(len(found) + 1))
            self._quoted[style] = len(found)
            self.text = splice(self.text, [(end, end, xml), (holder.start, holder.end, counted)])
        return self._quoted.get(style, style)

    def _cell_formats(self) -> list[Tag]:
        found, is_inside = [], False
        for tag in tags(self.text):
            if tag.name == "cellXfs":
                is_inside = not tag.is_end
            elif is_inside and tag.name == "xf" and not tag.is_end:
                found.append(tag)
        return found


def _dependent(
    formulas: dict[tuple[str, int, int], str], dirty: set[tuple[str, int, int]]
) -> set[tuple[str, int, int]]:
    """The formulas that hang on changed cells, directly or through others; those that cannot be read hang on all."""
    waiting = {}
    stale: set[tuple[str, int, int]] = set()
    for place, text in formulas.items():
        try:
            waiting[place] = [(area[0].casefold(), *area[1:]) for area in read_areas(text, sheet=place[0])]
        except UnreadableFormula:
            stale.add(place)
    fresh = {(sheet.casefold(), row, column) for sheet, row, column in dirty | stale}
    while fresh:
        hit = {place for place, areas in waiting.items() if any(_touches(area, fresh) for area in areas)}
        for place in hit:
            del waiting[place]
        stale |= hit
        fresh = {(sheet.casefold(), row, column) for sheet, row, column in hit}
    return stale


def _touches(area: tuple[str, int, int, int, int], places: set[tuple[str, int, int]]) -> bool:
    sheet, first_row, first_column, last_row, last_column = area
    if first_row == last_row and first_column == last_column:
        return (sheet, first_row, first_column) in places
    return any(
        one == sheet and first_row <= row <= last_row and first_column <= column <= last_column
        for one, row, column in places
    )


def _computed_on_opening(workbook: str) -> str:
    """The workbook part told to compute all formulas when it is opened."""
    depth, at = 0, 0
    for tag in tags(workbook):
        depth -= tag.is_end
        if tag.name == "calcPr" and not tag.is_end:
            new = with_attribute(workbook[tag.start : tag.end], "fullCalcOnLoad", "1")
            return splice(workbook, [(tag.start, tag.end, new)])
        is_behind = depth == 1 and tag.name in AFTER_CALC and not tag.is_end
        if not at and (is_behind or (tag.is_end and depth == 0)):
            at = tag.start
        depth += not tag.is_end and not tag.is_empty
    return f'{workbook[:at]}<{_prefix_of(workbook, "workbook")}calcPr fullCalcOnLoad="1"/>{workbook[at:]}'


def _prefix_of(text: str, name: str) -> str:
    tag = next(tag for tag in tags(text) if tag.name == name)
    return f"{tag.prefix}:" if tag.prefix else ""


def _before_end(text: str, name: str, line: str) -> str:
    end = next(tag.start for tag in tags(text) if tag.is_end and tag.name == name)
    return f"{text[:end]}{line}{text[end:]}"


__all__ = ["Patch"]
