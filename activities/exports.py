"""The workbooks of organisational life: 三会一课台账 and 年度三会一课统计, columns as in domain.md §7.2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from activities.models import ActivityState, Claim, ClaimState, Participation
from activities.selectors.ledger import StatisticsRow, absences_of
from core.periods import Month
from core.xlsx.sheet import Column, Red, Sheet
from core.xlsx.write import workbook_file

CHUNK = 500
LEDGER_COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("branch", "党支部", 16),
    Column("held_on", "日期", 12, "date"),
    Column("kind", "类型", 16),
    Column("title", "主题", 28, wrap=True),
    Column("host", "主持人", 10),
    Column("recorder", "记录人", 10),
    Column("expected", "应到", 7, "int", total=True),
    Column("present", "实到", 7, "int", total=True),
    Column("rate", "到会率", 9, "percent"),
    Column("absent", "缺席及原因", 24, wrap=True),
    Column("agenda", "议题/内容", 32, wrap=True),
    Column("resolution", "决议", 28, wrap=True),
    Column("files", "附件", 6, "int"),
    Column("review", "审核", 10),
)


CLAIM_COLUMNS = (
    Column("happened_on", "日期", 12, "date"),
    Column("branch", "党支部", 16),
    Column("words", "事项", 34, wrap=True),
    Column("occurrence", "事项名称或文号", 22, wrap=True),
    Column("quantity", "数量", 9, "number"),
    Column("base", "应办数", 9, "number"),
    Column("unit", "单位", 8, "center"),
    Column("note", "说明", 34, wrap=True),
    Column("files", "佐证", 7, "int"),
    Column("state", "状态", 14),
)


def claims_workbook(claims: Iterable[Claim], *, unit_line: str) -> IO[bytes]:
    """补充申报 of exactly these claims; each carries `words` and `unit`."""
    rows = [claim_line(claim) for claim in claims]
    return workbook_file(Sheet(title="补充申报", columns=CLAIM_COLUMNS, rows=rows, unit_line=unit_line))


def claim_line(claim: Claim) -> dict[str, Any]:
    """One claim as the page shows it."""
    late = "（补报）" if claim.is_late else ""
    return {
        "happened_on": claim.happened_on,
        "branch": claim.branch.short_name,
        "words": claim.words,  # type: ignore[attr-defined] -- given by add_words
        "occurrence": claim.occurrence,
        "quantity": Decimal(claim.quantity_milli) / 1000,
        "base": Decimal(claim.base_milli) / 1000 if claim.base_metric else None,
        "unit": claim.unit,  # type: ignore[attr-defined] -- given by add_words
        "note": claim.note,
        "files": claim.file_count,  # type: ignore[attr-defined] -- annotated by the selector
        "state": ClaimState(claim.state).label + late,
    }


def office_unit_line(day: date) -> str:
    """填报单位 and 填报日期, above an office table."""
    return f"填报单位（盖章）：                填报日期：{day.year}年{day.month}月{day.day}日"


def ledger_workbook(rows: Iterable[Participation], *, title: str, unit_line: str) -> IO[bytes]:
    """三会一课台账 of exactly these rows, streamed."""
    sheet = Sheet(
        title=title,
        columns=LEDGER_COLUMNS,
        rows=ledger_lines(rows),
        name="三会一课台账",
        unit_line=unit_line,
        freeze_columns=3,
    )
    return workbook_file(sheet)


def ledger_lines(rows: Iterable[Participation]) -> Iterator[dict[str, Any]]:
    """The rows as page and sheet show them, absences read 500 rows at a time."""
    number = 0
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        away = absences_of(chunk)
        for share in chunk:
            number += 1
            yield ledger_line(share, away.get(share.pk, ""), number)


def ledger_line(share: Participation, absent: str, number: int) -> dict[str, Any]:
    """One gathering of one branch."""
    activity = share.activity
    text = getattr(activity, "text", None)
    group = f"（{activity.group.short_name}）" if activity.group else ""
    return {
        "number": number,
        "branch": share.branch.short_name,
        "held_on": activity.held_on,
        "kind": f"{activity.kind.name}{group}",
        "title": activity.title,
        "host": activity.host,
        "recorder": activity.recorder,
        "expected": share.expected,
        "present": share.present,
        "rate": Decimal(share.present) / share.expected if share.expected else None,
        "absent": absent,
        "agenda": text.agenda if text else "",
        "resolution": text.resolution if text else "",
        "files": share.file_count,  # type: ignore[attr-defined] -- annotated by the selector
        "review": ActivityState(activity.state).label + ("（补报）" if activity.is_late else ""),
    }


def statistics_workbook(rows: Sequence[StatisticsRow], *, year: int, unit_line: str) -> IO[bytes]:
    """年度三会一课统计 as the page shows it; what is missing is a red ✗."""
    columns = [
        Column("branch", "党支部", 18, merge=True),
        Column("name", "类型", 16),
        *(Column(f"m{n}", f"{n}月", 7, "center", group="各月召开次数") for n in range(1, 13)),
        Column("total", "完成/应有", 11, "center"),
    ]
    sheet = Sheet(
        title=f"{year}年度三会一课统计",
        columns=columns,
        rows=[statistics_line(row) for row in rows],
        name=f"{year}年统计",
        unit_line=unit_line,
        notes=("✗为该期已过而次数不足；—为不适用；季度任务的✗标在季末月。",),
        freeze_columns=2,
    )
    return workbook_file(sheet)


def statistics_line(row: StatisticsRow) -> dict[str, Any]:
    """One duty of one branch, cell texts as on the page."""
    cells = {
        f"m{n}": Red(cell.text) if cell.state == "missing" else cell.text for n, cell in enumerate(row.cells, start=1)
    }
    total = Red(row.total) if row.is_short else row.total
    return {"branch": row.branch.short_name, "name": row.name, **cells, "total": total}


def period_words(first: Month, last: Month) -> str:
    """2026年1月至11月, for a title."""
    if first == last:
        return first.label
    end = f"{last.number}月" if first.year == last.year else last.label
    return f"{first.label}至{end}"
