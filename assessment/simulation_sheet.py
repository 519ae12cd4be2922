"""The simulation as sheets: branches by both schemes, every cause of every move, what the items tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assessment.rules.terms import rounded
from assessment.simulate import Simulation
from core.xlsx.write import Column, Sheet


def simulation_sheets(found: Simulation) -> tuple[Sheet, ...]:
    """Three plain tables; what the page shows, all of it."""
    return (_branches(found), _causes(found), _items(found))


def _branches(found: Simulation) -> Sheet:
    return Sheet(
        title=f"{found.month.year}年回放试算",
        name="支部",
        columns=(
            Column("name", "党支部", 22),
            Column("old", f"原方案{found.old.version}", 12, "points"),
            Column("new", f"草稿{found.new.version}", 12, "points"),
            Column("change", "变动", 10, "points"),
            Column("old_rank", "原名次", 8, "int"),
            Column("new_rank", "新名次", 8, "int"),
            Column("old_grade", "原达到等次", 12),
            Column("new_grade", "新达到等次", 12),
        ),
        rows=_branch_rows(found),
        is_plain=True,
    )


def _branch_rows(found: Simulation) -> Iterator[dict[str, Any]]:
    for move in found.result.moves:
        yield {
            "name": move.name,
            "old": _two(move.old.score),
            "new": _two(move.new.score),
            "change": None if move.change is None else rounded_signed(move.change),
            "old_rank": move.old_rank,
            "new_rank": move.new_rank,
            "old_grade": move.old.grade,
            "new_grade": move.new.grade,
        }


def _causes(found: Simulation) -> Sheet:
    return Sheet(
        title="变动原因",
        name="变动原因",
        columns=(
            Column("name", "党支部", 22),
            Column("cause", "小项", 30),
            Column("old", "原得分", 12, "points"),
            Column("new", "新得分", 12, "points"),
            Column("change", "变动", 10, "points"),
        ),
        rows=(
            {
                "name": move.name,
                "cause": found.names.get(one.code, one.code),
                "old": rounded_signed(one.old),
                "new": rounded_signed(one.new),
                "change": rounded_signed(one.change),
            }
            for move in found.result.moves
            for one in move.reasons
        ),
        is_plain=True,
    )


def _items(found: Simulation) -> Sheet:
    return Sheet(
        title="项目检视",
        name="项目检视",
        columns=(Column("item", "项目", 34), Column("what", "情况", 40), Column("count", "支部数", 10, "int")),
        rows=_item_rows(found),
        is_plain=True,
    )


def _item_rows(found: Simulation) -> Iterator[dict[str, Any]]:
    result, names = found.result, found.names
    for one in (*result.dead_items, *result.dead_rules):
        words = "全部满分" if one.is_full else "全部0分"
        yield {"item": names.get(one.code, one.code), "what": words, "count": one.count}
    for first, second, count in result.twins:
        yield {"item": names.get(first, first), "what": f"与{names.get(second, second)}完全同步", "count": count}
    for lost in result.unreached:
        words = f"最好的只拿到{rounded(lost.best * 100, 1)}%"
        yield {"item": names.get(lost.code, lost.code), "what": words, "count": lost.count}
    for code in result.never_due:
        yield {"item": names.get(code, code), "what": "没有一个支部计分", "count": None}


def _two(value: Any) -> Any:
    return None if value is None else rounded(value)


def rounded_signed(value: Any) -> Any:
    """To two places, half away from zero."""
    return -rounded(-value) if value < 0 else rounded(value)
