"""Numbers of a text and where they come from: a mark 〔n〕 behind a number names the figure it was taken from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MARKED = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<between>[^\d〔〕\n]{0,8})〔(?P<mark>\d{1,3})〕")
MARK = re.compile(r"〔(\d{1,3})〕")
# Numbers that count nothing: years, days, ordinals of paragraphs and of rules.
UNCOUNTED = re.compile(
    r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月(?:\d{1,2}日)?|(?m:^\s*\d{1,2}[.．、])|第\d+|〔\d{1,3}〕|[A-Z]\d+"
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number from the records: what it is of, its value as text, and the page that lists what is behind it."""

    number: int
    code: str
    label: str
    value: str
    unit: str
    url: str

    def as_row(self) -> dict[str, str | int]:
        """As it is kept with the text."""
        return {name: getattr(self, name) for name in ("number", "code", "label", "value", "unit", "url")}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line: plain words, or a mark with its figure (None for a mark that names none)."""

    text: str
    figure: Figure | None = None
    is_mark: bool = False


def read_figures(rows: Sequence[Mapping]) -> dict[int, Figure]:
    """The kept figures by number."""
    return {row["number"]: Figure(**row) for row in rows}


def marked(figure: Figure) -> str:
    """A number with its unit and mark, as a draft writes it: 12次〔3〕."""
    return f"{figure.value}{figure.unit}〔{figure.number}〕"


def pieces_of(line: str, figures: Mapping[int, Figure]) -> Iterator[Piece]:
    """A line cut at its marks."""
    start = 0
    for found in MARK.finditer(line):
        if found.start() > start:
            yield Piece(line[start : found.start()])
        yield Piece(found[0], figures.get(int(found[1])), is_mark=True)
        start = found.end()
    if start < len(line):
        yield Piece(line[start:])


def text_faults(text: str, figures: Mapping[int, Figure]) -> list[str]:
    """Numbers that do not agree with the figure whose mark they bear, in words."""
    faults = []
    followed = {found.start("mark") for found in MARKED.finditer(text)}
    for found in MARKED.finditer(text):
        figure = figures.get(int(found["mark"]))
        if figure is None:
            faults.append(f"〔{found['mark']}〕没有对应的数据。")
        elif found["number"] != figure.value:
            faults.append(f"{figure.label}写的是{found['number']}，记录为{figure.value}〔{figure.number}〕。")
    faults += [f"〔{one[1]}〕前面没有数字。" for one in MARK.finditer(text) if one.start(1) not in followed]
    return faults


def unsourced(text: str) -> list[str]:
    """Numbers without a mark, in their order; years, days and ordinals are none."""
    bare = UNCOUNTED.sub("", MARKED.sub(lambda found: found["between"], text))
    return NUMBER.findall(bare)


def refreshed(text: str, old: Mapping[int, Figure], new: Mapping[int, Figure]) -> str:
    """The text with the numbers of today: only those that still were what the records said when it was drafted."""

    def now(found: re.Match[str]) -> str:
        before, after = old.get(int(found["mark"])), new.get(int(found["mark"]))
        if before is None or after is None or before.code != after.code or found["number"] != before.value:
            return found[0]
        return f"{after.value}{found['between']}〔{after.number}〕"

    return MARKED.sub(now, text)


def without_marks(text: str) -> str:
    """The text as it is read aloud."""
    return MARK.sub("", text)
