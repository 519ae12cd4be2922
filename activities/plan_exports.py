"""The workbook of year plans: the matrix as shown, and every line of it with its owner and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

from activities.rules.yearplan import LACKING, PlanLine
from activities.selectors.yearplan import MatrixCell, Plan, PlanMatrix
from core.xlsx.sheet import Column, Red, Sheet
from core.xlsx.write import workbook_file

LINE_COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("organisation", "党组织", 18, merge=True),
    Column("month", "月份", 7, "center"),
    Column("title", "事项", 26, wrap=True),
    Column("due_on", "应办期限", 12, "date"),
    Column("planned_on", "计划日期", 12, "date"),
    Column("happened_on", "完成日期", 12, "date"),
    Column("status", "状态", 9, "center"),
    Column("owner", "责任人", 12),
    Column("evidence", "佐证", 24, wrap=True),
    Column("note", "说明", 24, wrap=True),
)


def matrix_workbook(matrix: PlanMatrix, *, title: str, unit_line: str) -> IO[bytes]:
    """The branches by months with the sums of the page, and all lines behind them."""
    plans = [row.plan for row in matrix.rows]
    lines = [(plan, line) for plan in plans for line in matrix.lines_of(plan)]
    return workbook_file(_matrix_sheet(matrix, title, unit_line), _line_sheet(lines, f"{title}明细", unit_line))


def plan_workbook(plan: Plan, *, title: str, unit_line: str) -> IO[bytes]:
    """One organisation's lines in the order of the calendar."""
    lines = [(plan, line) for box in plan.months for line in box.lines]
    return workbook_file(_line_sheet(lines, title, unit_line))


def _matrix_sheet(matrix: PlanMatrix, title: str, unit_line: str) -> Sheet:
    months = tuple(Column(f"m{n}", f"{n}月", 8, "center") for n in range(1, 13))
    return Sheet(
        title=title,
        name="各支部年度计划",
        unit_line=unit_line,
        columns=(
            Column("number", "序号", 6, "int"),
            Column("branch", "党支部", 20),
            *months,
            Column("filled", "已办", 8, "int"),
            Column("lacking", "缺", 8, "int"),
            Column("total", "全年应办", 10, "int"),
            Column("four", "四个一已办", 11, "int"),
            Column("four_total", "四个一应办", 11, "int"),
        ),
        rows=_matrix_rows(matrix),
        totals={
            **{f"m{cell.number}": cell.text for cell in matrix.columns},
            "filled": matrix.total.filled,
            "lacking": matrix.total[LACKING],
            "total": matrix.total.total,
            "four": matrix.four.filled,
            "four_total": matrix.four.total,
        },
        notes=["各月为已办/应办；办了的列在办理的月份，没有办的列在计划或应办期限的月份。红字为有缺项。"],
        freeze_columns=2,
    )


def _matrix_rows(matrix: PlanMatrix) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(matrix.rows, start=1):
        yield {
            "number": number,
            "branch": row.plan.organisation.short_name,
            **{f"m{cell.number}": _cell(cell) for cell in row.cells},
            "filled": row.total.filled,
            "lacking": row.total[LACKING],
            "total": row.total.total,
            "four": row.four.filled,
            "four_total": row.four.total,
        }


def _cell(cell: MatrixCell) -> Any:
    return Red(cell.text) if cell.status == LACKING else cell.text


def _line_sheet(lines: Iterable[tuple[Plan, PlanLine]], title: str, unit_line: str) -> Sheet:
    return Sheet(title=title, name="明细", unit_line=unit_line, columns=LINE_COLUMNS, rows=_line_rows(lines))


def _line_rows(lines: Iterable[tuple[Plan, PlanLine]]) -> Iterator[dict[str, Any]]:
    for number, (plan, line) in enumerate(lines, start=1):
        yield {
            "number": number,
            "organisation": plan.organisation.short_name,
            "month": f"{line.month}月",
            "title": line.title,
            "due_on": line.due_on,
            "planned_on": line.planned_on,
            "happened_on": line.happened_on,
            "status": Red(line.word) if line.status == LACKING else line.word,
            "owner": line.owner,
            "evidence": line.evidence,
            "note": line.note,
        }
