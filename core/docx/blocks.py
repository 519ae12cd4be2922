"""What a paper consists of, declared by who writes it: headings by level, paragraphs, tables, signatures. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

NUMERAL = "[一二三四五六七八九十百]+"
LEVELS = (
    (1, re.compile(rf"^{NUMERAL}、")),
    (2, re.compile(rf"^（{NUMERAL}）")),
    (3, re.compile(r"^[0-9]{1,3}[.．](?![0-9])")),
    (4, re.compile(r"^（[0-9]{1,3}）")),
)
FIRST_SENTENCE = re.compile(r"^(.*?[。：])(.+)$", re.DOTALL)
SHORTEST_PART = 4  # in a table the narrowest column is at least a quarter of the mean


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of one of the four levels 一、（一）1.（1）; levels 3 and 4 look like the body."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the body; `align` is justify, left, center or right."""

    text: str
    indent: bool = True
    align: str = "justify"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of heads; `widths` are shares of the page (made from the texts where not given)."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] = ()

    def shares(self) -> list[float]:
        """The width of each column as a share of 1."""
        given = list(self.widths) or column_weights([self.head, *self.rows])
        total = sum(given)
        return [one / total for one in given]


@dataclass(frozen=True, slots=True)
class SignLines:
    """Lines to sign on paper, two in a row; each is (what stands before the line, what was signed already)."""

    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a new page."""


Block = Heading | Paragraph | Table | SignLines | PageBreak


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: title and blocks, and around them what an official document has, where it has it.

    letterhead: the red head (发文机关标志); number: 发文字号; to: 主送机关; issuer and issued_on: 署名、成文日期;
    attachments: 附件说明; notes: small lines at the very end; is_landscape: for wide tables.
    """

    title: str
    blocks: Sequence[Block]
    letterhead: str = ""
    number: str = ""
    to: str = ""
    issuer: str = ""
    issued_on: date | None = None
    attachments: Sequence[str] = field(default_factory=tuple)
    notes: Sequence[str] = field(default_factory=tuple)
    is_landscape: bool = False


def blocks_of(text: str) -> list[Block]:
    """Plain text as blocks: lines are paragraphs or, by their number, headings; lines with tabs make tables."""
    blocks: list[Block] = []
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if "\t" in line:
            rows.append([cell.strip() for cell in line.split("\t")])
            continue
        if rows:
            blocks.append(_table(rows))
            rows = []
        if line.strip():
            blocks.append(_line(line.strip()))
    return blocks


def heading_and_rest(block: Heading) -> tuple[str, str]:
    """What of the line looks like a heading, and what goes on as body: of level 2 the first sentence, else the whole."""
    parts = FIRST_SENTENCE.match(block.text) if block.level == 2 else None
    return (parts[1], parts[2]) if parts else (block.text, "")


def text_of(blocks: Iterable[Block]) -> str:
    """The canonical plain text of headings, paragraphs and tables; `blocks_of` reads it back."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            lines += ["\t".join(_cell(cell) for cell in row) for row in (block.head, *block.rows)]
            lines.append("")
        elif isinstance(block, Heading | Paragraph):
            lines.append(_one_line(block.text))
    return "\n".join(lines).strip("\n") + "\n"


def column_weights(rows: Sequence[Sequence[str]]) -> list[float]:
    """How wide each column wants to be, by its texts: long ones are damped, short ones kept readable."""
    count = max((len(row) for row in rows), default=0)
    longest = [max((_width(row[n]) for row in rows if n < len(row)), default=1.0) for n in range(count)]
    damped = [min(one, 24.0) for one in longest]
    floor = sum(damped) / max(1, count) / SHORTEST_PART
    return [max(one, floor, 1.0) for one in damped]


def official_date(day: date) -> str:
    """A date as a paper writes it: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _line(text: str) -> Block:
    for level, pattern in LEVELS:
        if pattern.match(text):
            return Heading(level, text)
    return Paragraph(text)


def _table(rows: list[list[str]]) -> Table:
    count = max(len(row) for row in rows)
    head, *body = [row + [""] * (count - len(row)) for row in rows]
    return Table(head, body)


def _cell(text: str) -> str:
    return _one_line(text.replace("\t", " "))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _width(text: str) -> float:
    """The width in full-width characters."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)
