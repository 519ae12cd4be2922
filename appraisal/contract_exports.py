"""Sheets about contracts and decisions: the list of a year with its signatures, the register of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from appraisal.models import Decision
from appraisal.selectors.contracts import ContractList
from assessment.exports import unit_line
from branches.models import Organisation
from core.periods import today
from core.xlsx.write import Column, Sheet


def contract_sheet(found: ContractList, root: Organisation, on: date) -> Sheet:
    """责任书签订情况: one row for each branch on the page."""
    rows = [
        {
            "number": number,
            "branch": row.branch.short_name,
            "secretary": row.secretary,
            "stage": row.stage_name,
            "revision": row.contract.revision if row.contract else None,
            "secretary_at": _signed(row, "secretary"),
            "officer_at": _signed(row, "officer"),
            "waits_for": row.waits_for,
            "changed": row.changed,
            "score": row.score,
            "earned": row.earned,
        }
        for number, row in enumerate(found.rows, start=1)
    ]
    return Sheet(
        title=f"{root.name}{found.year}年度责任书签订情况",
        name=f"{found.year}年度责任书",
        unit_line=unit_line(root.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("branch", "党支部", 22),
            Column("secretary", "书记", 12),
            Column("stage", "状态", 10, "center"),
            Column("revision", "版次", 6, "int"),
            Column("secretary_at", "书记签署", 18, "center"),
            Column("officer_at", "机关党委签署", 18, "center"),
            Column("waits_for", "未签", 20, wrap=True),
            Column("changed", "与方案不同的目标", 10, "int"),
            Column("score", "当前得分", 10, "points"),
            Column("earned", "已得比应得", 10, "percent"),
        ),
        rows=rows,
        notes=[f"得分截至{found.month.label}。" if found.month else "本年还没有得分。"],
        freeze_columns=2,
    )


def decision_sheet(rows: Iterable[Decision], root: Organisation, on: date) -> Sheet:
    """前置程序登记表."""
    return Sheet(
        title=f"{root.name}前置程序登记表",
        name="前置程序",
        unit_line=unit_line(root.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("branch", "党组织", 18),
            Column("matter", "事项", 36, wrap=True),
            Column("discussed_on", "党组织研究讨论", 14, "date"),
            Column("opinion", "讨论意见", 30, wrap=True),
            Column("decided_on", "决策", 14, "date"),
            Column("decided_by", "决策会议", 18, wrap=True),
            Column("document_no", "文号或纪要编号", 20),
            Column("note", "备注", 20, wrap=True),
        ),
        rows=[
            {
                "number": number,
                "branch": row.branch.short_name,
                "matter": row.matter,
                "discussed_on": row.discussed_on,
                "opinion": row.opinion,
                "decided_on": row.decided_on,
                "decided_by": row.decided_by,
                "document_no": row.document_no,
                "note": f"已作废：{row.withdrawal_reason}" if row.withdrawn_at else "",
            }
            for number, row in enumerate(rows, start=1)
        ],
    )


def _signed(row, role: str) -> str:
    """When somebody in that role signed the paper in force."""
    paper = row.contract.paper if row.contract and row.contract.paper_id else None
    if paper is None or paper.is_void:
        return ""
    for one in paper.signers.all():
        if one.role == role and getattr(one, "signature", None):
            return f"{one.signature.name} {today(one.signature.at):%Y-%m-%d}"
    return ""
