"""Tags of a well-formed XML text with their places, and changes made by splicing, so that all else stays as it was."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

# The gate has parsed every part, so it is well-formed: this only finds where its tags are.
TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"|<(?P<close>/?)(?P<name>[^\s<>/=\"']+)(?P<attributes>(?:[^<>\"'/]|/(?!>)|\"[^\"]*\"|'[^']*')*)(?P<empty>/?)>",
    re.S,
)
ATTRIBUTE = re.compile(r"([^\s=\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Tag:
    """One start or end tag: where it stands, its local name and prefix, its attributes as written."""

    start: int
    end: int
    name: str
    prefix: str
    raw: str
    is_end: bool
    is_empty: bool

    @property
    def attributes(self) -> dict[str, str]:
        return {
            name: html.unescape(double if single is None or double else single)
            for name, double, single in ATTRIBUTE.findall(self.raw)
        }


def tags(text: str, start: int = 0) -> Iterator[Tag]:
    """All tags from `start` on; comments, instructions and CDATA are stepped over."""
    for match in TOKEN.finditer(text, start):
        name = match["name"]
        if name is None:
            continue
        prefix, _, local = name.rpartition(":")
        yield Tag(
            match.start(), match.end(), local, prefix, match["attributes"], bool(match["close"]), bool(match["empty"])
        )


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text with each (start, end, new) replaced; the edits do not overlap."""
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def with_attribute(tag: str, name: str, value: str) -> str:
    """A start tag with an attribute set: in its place, or as the last one."""
    quoted = html.escape(value)
    found = re.search(rf"(\s{re.escape(name)}\s*=\s*)(\"[^\"]*\"|'[^']*')", tag)
    if found:
        return f'{tag[: found.start(2)]}"{quoted}"{tag[found.end(2) :]}'
    end = -2 if tag.endswith("/>") else -1
    return f'{tag[:end].rstrip()} {name}="{quoted}"{tag[end:]}'


def without_attribute(tag: str, name: str) -> str:
    """A start tag without the attribute."""
    return re.sub(rf"\s{re.escape(name)}\s*=\s*(?:\"[^\"]*\"|'[^']*')", "", tag, count=1)


def text_edits(text: str, names: frozenset[str], change: Callable[[str, str], str]) -> Iterator[Edit]:
    """Edits of the plain text inside elements of these local names: `change(local name, text)` gives the new one."""
    opened: Tag | None = None
    for tag in tags(text):
        if tag.is_end and opened is not None and tag.name == opened.name:
            old = unescaped(text[opened.end : tag.start])
            new = change(opened.name, old)
            if new != old:
                yield opened.end, tag.start, html.escape(new, quote=False)
            opened = None
        elif not tag.is_end:
            opened = tag if tag.name in names and not tag.is_empty else None


def unescaped(text: str) -> str:
    """Element text as it reads; CDATA is taken as written."""
    if text.startswith("<![CDATA[") and text.endswith("]]>"):
        return text[9:-3]
    return html.unescape(text)
