"""Words of fields compared as people mean them: 本月主题党日次数 is 主题党日, 书记姓名 is 书记."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

BRACKETS = re.compile(r"[（(〔\[【][^）)〕\]】]*[）)〕\]】]")
NOISE = re.compile(r"[\W_]+")
# What a head adds to the thing it asks: periods, units, and words that say only “how many” or “which”.
FILLERS = re.compile(
    r"本月|当月|月度|本年度|本年|年度|全年|累计|截至|目前|现有|合计|总计|总数|次数|人数|个数|数量|情况|名称|姓名|全称|"
    r"开展|召开|举办|举行|是否|本支部|支部的|所属|所在|填报|登记|统计|共计|其中|的|及|与|和"
)
LAST = re.compile(r"(数|次|人|名|个|日期|时间)$")
ALIKE = 80  # percent of common letter pairs from which two names ask the same


def plain(words: str) -> str:
    """The core of a head or field name: no brackets, marks, periods, units."""
    text = NOISE.sub("", BRACKETS.sub("", unicodedata.normalize("NFKC", words)))
    core = FILLERS.sub("", text)
    core = LAST.sub("", core) or core
    return core or text


def likeness(one: str, other: str) -> int:
    """How alike two cores are, in percent: common pairs of letters, twice, over all pairs."""
    if not one or not other:
        return 0
    if one == other:
        return 100
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return 0
    return 200 * len(pairs & others) // (len(pairs) + len(others))


def best(words: str, names: Iterable[tuple[str, str]], *, least: int = ALIKE) -> tuple[str, int] | None:
    """Of (key, name) the key whose name is most like the words and how much, in percent; None below `least`.

    Of equally like ones the shortest name, then the first.
    """
    core = plain(words)
    found = [(likeness(core, plain(name)), -len(name), -place, key) for place, (key, name) in enumerate(names)]
    top = max(found, default=(0, 0, 0, ""))
    return (top[3], top[0]) if core and top[0] >= least else None


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
