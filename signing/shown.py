"""The body of a paper as its pages show it: the blocks of the text, cells with their heads, headings with what follows."""

from __future__ import annotations

from typing import Any

from core.docx.blocks import Heading, Table, blocks_of, heading_and_rest


def shown(body: str) -> list[dict[str, Any]]:
    """One mapping for each block: its kind, and what a template needs of it."""
    return [_block(block) for block in blocks_of(body)]


def _block(block: Any) -> dict[str, Any]:
    if isinstance(block, Table):
        rows = [list(zip(block.head, row, strict=True)) for row in block.rows]
        return {"kind": "table", "head": block.head, "rows": rows}
    if isinstance(block, Heading):
        heading, rest = heading_and_rest(block)
        return {"kind": "heading", "level": block.level, "text": heading, "rest": rest}
    return {"kind": "paragraph", "text": block.text}
