"""Sheets of what is collected: the burden of a month, the answers to a collection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import IO

from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file
from officeforms.models import Collection, CollectionField
from officeforms.selectors.burden import Meter
from officeforms.selectors.collections import AnswerRow


def burden_workbook(found: Meter, *, on: date) -> IO[bytes]:
    """Branches of the chosen month as on the page, with the declared minutes said below."""
    return workbook_file(
        Sheet(
            title=f"{found.month.label}基层填报负担表",
            name="填报负担",
            unit_line=f"统计日期：{on.year}年{on.month}月{on.day}日    单位：个、分钟",
            columns=(
                Column("branch", "党支部", 24),
                Column("fields", "录入字段", 11, "int", total=True),
                Column("files", "附件", 9, "int", total=True),
                Column("reminders", "提醒", 9, "int", total=True),
                Column("minutes", "估算分钟", 11, "int", total=True),
                Column("usual", "前11个月平均", 13, "number"),
            ),
            rows=(
                {
                    "branch": row.branch.short_name,
                    "fields": row.load.fields,
                    "files": row.load.files,
                    "reminders": row.load.reminders,
                    "minutes": row.load.minutes,
                    "usual": Decimal(row.usual_tenths) / 10,
                }
                for row in found.rows
            ),
            totals={
                "fields": found.whole.fields,
                "files": found.whole.files,
                "reminders": found.whole.reminders,
                "minutes": found.whole.minutes,
            },
            notes=["分钟为按件数乘以申明用时的估算，不记录任何人的操作时间；机关党委代录的不计。"],
        )
    )


def answers_workbook(collection: Collection, fields: Sequence[CollectionField], rows: Sequence[AnswerRow]) -> IO[bytes]:
    """The answers of all branches, one line each."""
    return workbook_file(
        Sheet(
            title=collection.name,
            name="收集表",
            unit_line=f"依据和用途：{collection.reason}",
            columns=(
                Column("branch", "党支部", 24),
                *(Column(f"field-{field.pk}", field.name, 20, wrap=True) for field in fields),
            ),
            rows=(
                {"branch": row.branch.short_name}
                | {f"field-{field.pk}": value for field, value in zip(fields, row.values, strict=True)}
                for row in rows
            ),
        )
    )
