"""Official sheets of scores: 支部考核得分汇总表 and 支部考核评分表 (domain.md §7.2), over the pages' own selectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from assessment.models import Fact
from assessment.rules.terms import rounded
from assessment.selectors.scoreboard import Scoreboard
from assessment.selectors.table import Choice, OverviewTable, TableRow, overview_table
from assessment.statement.model import ItemPart, RuleLine, Statement
from assessment.statement.words import points_of, target_words
from branches.models import Organisation
from branches.selectors import secretary_names
from core.xlsx.write import Column, Sheet, workbook_file

SIGNATURES = "填报人：                审核人：                负责人：                联系电话："


def summary_sheet(board: Scoreboard, choice: Choice, root: Organisation, *, on: date) -> Sheet:
    """支部考核得分汇总表: category scores with their items under them, bonus, penalty, total; what the page shows."""
    table = overview_table(board, Choice(**{**choice.__dict__, "show": "score"}))
    secretaries = secretary_names([one.row.branch_id for one in table.rows], min(on, board.month.last_day))
    return Sheet(
        title=f"{root.name}{board.title}支部考核得分汇总表",
        name="得分汇总表",
        unit_line=unit_line(root.name, on),
        columns=_summary_columns(board),
        rows=_summary_rows(board, table, choice, secretaries),
        totals=_means(table),
        total_label="平均",
        notes=[
            f"{board.frame.label}；{'含待审' if choice.which == 'provisional' else '已审核'}得分；{_closing_words(board)}；"
            "“—”为不适用或未到期；大类得分＝大类分值×得分÷可得分，年内各大类之和不一定等于总分。"
        ],
        freeze_columns=3,
    )


def statement_sheet(found: Statement, *, on: date) -> Sheet:
    """支部考核评分表: every rule of one branch, its target, what was done, points, reasons and evidence."""
    return Sheet(
        title=f"{found.branch.name}{window_words(found)}支部考核评分表",
        name="评分表",
        unit_line=unit_line(found.branch.name, on),
        columns=(
            Column("category", "大类", 14, merge=True, wrap=True),
            Column("item", "小项", 20, merge=True, wrap=True),
            Column("counts", "考核内容", 30, merge=True, wrap=True),
            Column("words", "计分规则", 34, wrap=True),
            Column("points", "分值", 8, "number", total=True),
            Column("need", "目标", 10, "center"),
            Column("done", "完成", 10, "center"),
            Column("earned", "得分", 9, "number"),
            Column("available", "可得分", 9, "number"),
            Column("reasons", "扣分原因", 36, wrap=True),
            Column("evidence", "佐证", 26, wrap=True),
            Column("own", "自评分", 9, "number"),
            Column("reviewed", "审核分", 9, "number"),
        ),
        rows=_statement_rows(found),
        totals={
            "points": Decimal(100),
            "earned": found.figures.shown,
            "reviewed": found.figures.shown,
            "own": found.provisional.shown,
        },
        total_label="得分",
        notes=[*found.formula.steps, f"{found.frame.label}；{_frozen_words(found)}"],
        freeze_columns=2,
    )


def workbook(*sheets: Sheet):
    """The sheets as a file to be handed to `core.http.download`."""
    return workbook_file(*sheets)


def unit_line(name: str, on: date) -> str:
    return f"填报单位（盖章）：{name}    填报日期：{on.year}年{on.month}月{on.day}日    单位：分"


def window_words(found: Statement) -> str:
    month = found.month
    return month.label if month.number == 1 else f"{month.year}年1—{month.number}月"


def _summary_columns(board: Scoreboard) -> tuple[Column, ...]:
    items = []
    for category in board.frame.categories:
        group = f"{category.code} {category.name}"
        items += [
            Column(f"item-{item.code}", f"{item.code} {item.name}", 9, "points", group=group, wrap=True)
            for item in category.items
        ]
        items.append(Column(f"category-{category.code}", "小计", 9, "points", group=group))
    return (
        Column("number", "序号", 6, "int"),
        Column("rank", "名次", 7, "center"),
        Column("name", "党支部", 22),
        Column("secretary", "书记", 12),
        Column("members", "党员数", 8, "int", total=True),
        *items,
        Column("base", "日常得分", 10, "points"),
        Column("bonus", "加分", 8, "points"),
        Column("penalty", "扣分", 8, "points"),
        Column("score", "总分", 10, "points"),
        Column("change", board.change_word, 9, "points"),
        Column("note", "备注", 18, wrap=True),
    )


def _summary_rows(
    board: Scoreboard, table: OverviewTable, choice: Choice, secretaries: dict[int, str]
) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(table.rows, start=1):
        figures = one.row.figures(choice.which)
        yield {
            "number": number,
            "rank": rank_words(one) if board.shows_ranks else "",
            "name": one.row.name,
            "secretary": secretaries.get(one.row.branch_id, ""),
            "members": one.row.member_count,
            **{f"item-{cell.code}": cell.value for cell in one.cells},
            **{f"category-{cell.code}": cell.value for cell in one.category_cells},
            "base": None if figures.base is None else rounded(figures.base),
            "bonus": rounded(figures.bonus),
            "penalty": rounded(figures.penalty),
            "score": one.score,
            "change": one.change,
            "note": "" if one.row.is_measured else "本月不计量",
        }


def rank_words(one: TableRow) -> str:
    """机关 2/8, or 2/30 where the scheme has no groups; empty where the branch is not ranked."""
    if one.row.rank is None:
        return ""
    return f"{one.row.rank_group} {one.row.rank}/{one.row.group_size}".strip()


def _means(table: OverviewTable) -> dict[str, Any]:
    return {
        **{f"item-{cell.code}": cell.value for group in table.mean_groups for cell in group.cells},
        **{f"category-{group.sum.code}": group.sum.value for group in table.mean_groups},
        "score": table.mean_score,
        "members": sum(one.row.member_count for one in table.rows),
    }


def _statement_rows(found: Statement) -> Iterator[dict[str, Any]]:
    for category in found.categories:
        for part in category.items:
            for line in part.lines:
                yield _statement_row(f"{category.category.code} {category.category.name}", part, line)


def _statement_row(category: str, part: ItemPart, line: RuleLine) -> dict[str, Any]:
    need, done = target_words(line)
    lost = line.result.is_due and line.result.earned < line.result.available
    return {
        "category": category,
        "item": f"{part.item.code} {part.item.name}",
        "counts": part.item.counts,
        "words": f"{line.rule.code} {line.words}",
        "points": points_of(line.rule.points),
        "need": need,
        "done": done,
        "earned": rounded(points_of(line.result.earned)) if line.result.is_due else "—",
        "available": rounded(points_of(line.result.available)) if line.result.is_due else "—",
        "reasons": "；".join(
            filter(None, [line.arithmetic.words if lost or not line.result.is_due else "", *line.left_out])
        ),
        "evidence": line.summary,
        "own": rounded(points_of(line.provisional.earned)) if line.provisional.is_due else "—",
        "reviewed": rounded(points_of(line.result.earned)) if line.result.is_due else "—",
    }


def _closing_words(board: Scoreboard) -> str:
    if board.closed is None:
        return f"{board.month.number}月未封存"
    return f"{board.month.number}月已封存，摘要{board.closed.digest[:8]}"


def _frozen_words(found: Statement) -> str:
    if found.closed is None:
        return f"{found.month.number}月未封存"
    return f"{found.month.number}月已封存，摘要{found.closed.digest}"


def fact_sheet(rows: Iterable[Fact]) -> Sheet:
    """计分依据 as a plain data table: what the page lists, all pages of it."""
    return Sheet(
        title="计分依据",
        columns=(
            Column("day", "日期", 12, "date"),
            Column("branch", "党支部", 22),
            Column("code", "指标代码", 26),
            Column("metric", "指标", 34),
            Column("label", "来自", 40),
            Column("quantity", "数量", 10, "number"),
            Column("unit", "单位", 8),
            Column("state", "状态", 10),
            Column("lag", "迟报天数", 10, "int"),
            Column("entered", "首次报送", 18, "datetime"),
            Column("reason", "冲销原因", 30),
        ),
        rows=(_fact_row(fact) for fact in rows),
        is_plain=True,
    )


def _fact_row(fact: Fact) -> dict[str, Any]:
    reversed_words = "冲销" if fact.reverses_id else "已冲销" if getattr(fact, "reversal", None) else ""
    return {
        "day": fact.happened_on,
        "branch": fact.branch.short_name,
        "code": fact.metric.code,
        "metric": fact.metric.name,
        "label": fact.label,
        "quantity": Decimal(fact.quantity) / 1000,
        "unit": fact.metric.unit,
        "state": reversed_words or fact.get_state_display(),
        "lag": fact.lag_days or None,
        "entered": fact.entered_at,
        "reason": fact.reason,
    }
