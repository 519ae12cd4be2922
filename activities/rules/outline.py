"""A work method written as an outline: a line is a group, a line with a dash an item of it, with its owner after a bar.

四个项目
- 东西快速路党建联建 | 周启明
- 甬江大桥攻坚 | 韩立群
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

DASHES = "-－—–·•"
BARS = ("|", "｜")
MOST_NODES = 200
MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One item: its group, its name, who is responsible."""

    group: str
    name: str
    owner: str = ""


def parse_outline(text: str) -> tuple[list[OutlineItem], list[str]]:
    """The items in order, and what is wrong with the text in words (with the number of the line)."""
    items: list[OutlineItem] = []
    faults: list[str] = []
    group, seen = "", set()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        if line[0] not in DASHES:
            group = line
            faults += [f"第{number}行太长，最多{MOST_LETTERS}字。"] if len(line) > MOST_LETTERS else []
            continue
        item = _item(group, line.lstrip(DASHES).strip())
        fault = _fault(item, seen, number)
        faults += [fault] if fault else []
        seen.add((item.group, item.name))
        items.append(item)
    if not items:
        faults.append("没有一个事项；事项前加“-”。")
    if len(items) > MOST_NODES:
        faults.append(f"事项太多，最多{MOST_NODES}个。")
    return items, faults


def written(items: Iterable[OutlineItem]) -> str:
    """The outline of these items: what `parse_outline` reads back."""
    lines: list[str] = []
    group = None
    for item in items:
        if item.group != group:
            group = item.group
            lines.append(group)
        lines.append(f"- {item.name}" + (f" | {item.owner}" if item.owner else ""))
    return "\n".join(lines)


def _item(group: str, text: str) -> OutlineItem:
    for bar in BARS:
        text = text.replace(bar, "|")
    name, _, owner = text.partition("|")
    return OutlineItem(group, name.strip(), owner.strip())


def _fault(item: OutlineItem, seen: set[tuple[str, str]], number: int) -> str:
    if not item.group:
        return f"第{number}行前面没有分组名。"
    if not item.name:
        return f"第{number}行没有事项名称。"
    if len(item.name) > MOST_LETTERS or len(item.owner) > MOST_LETTERS:
        return f"第{number}行太长，最多{MOST_LETTERS}字。"
    return f"第{number}行与前面重复。" if (item.group, item.name) in seen else ""
