"""What the editor shows: the tree with its sums, the part in hand, its checks, and what was changed before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessment.models import Scheme, SchemeEdit
from assessment.reporters import lint_context
from assessment.rules.compare import KIND_WORDS, differences, label_of
from assessment.rules.document import SchemeDoc, in_words, part_digest, with_part
from assessment.rules.lint import Finding, errors_of, lint, warnings_of
from assessment.selectors.wording import words_of
from branches.permissions import Viewer

HUNDRED = 100_000_000
LAST_EDITS = 20


@dataclass(frozen=True)
class Node:
    """One line of the tree: its part, what its children add up to, and how many findings are in it."""

    kind: str
    part: Any
    label: str
    points: str = ""
    total: str = ""
    is_off: bool = False
    found: int = 0
    is_here: bool = False
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class EditorPage:
    """The editor with one part in hand; with `typed` as it would be, were it saved."""

    kind: str
    kind_word: str
    part: Any
    label: str
    words: str
    total: str
    is_hundred: bool
    nodes: tuple[Node, ...]
    lists: tuple[tuple[str, str, str, tuple[Node, ...]], ...]
    own: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    inside: str
    edits: tuple[SchemeEdit, ...]
    digest: str
    is_whole: bool = True  # what was typed can be read; else the page speaks of what is saved


@dataclass(frozen=True)
class Differences:
    """What somebody else saved meanwhile beside what was typed."""

    message: str
    rows: tuple[tuple[str, str, str], ...]
    digest: str

    @classmethod
    def between(cls, mine: Any, theirs: Any, message: str, doc: SchemeDoc) -> Differences:
        return cls(message, differences(mine, theirs, doc), part_digest(theirs))


def editor_page(
    viewer: Viewer, draft: Scheme, doc: SchemeDoc, kind: str, part: Any, typed: Any = None, is_whole: bool = True
) -> EditorPage:
    """The tree and the checks of the document as it would be with the part as typed."""
    now = with_part(doc, kind, part.pk, typed) if typed is not None else doc
    here = typed if typed is not None else part
    findings = lint(now, lint_context(draft.subject))
    counts = Counter((one.place.kind, one.place.pk) for one in findings)
    mark = (kind, part.pk)
    total = sum(one.points for one in now.categories)
    return EditorPage(
        kind=kind,
        kind_word=KIND_WORDS[kind],
        part=part,
        label=label_of(here),
        words=words_of(now, draft).get(part.pk, "") if kind == "rule" else "",
        total=in_words(total),
        is_hundred=total == HUNDRED,
        nodes=tuple(_category(one, counts, mark) for one in now.categories),
        lists=tuple(_lists(now, counts, mark)),
        own=tuple(one for one in findings if (one.place.kind, one.place.pk) == mark),
        errors=errors_of(findings),
        warnings=warnings_of(findings),
        inside=_inside(now, kind, part.pk),
        edits=tuple(draft.edits.select_related("made_by")[:LAST_EDITS]),
        digest=part_digest(part),
        is_whole=is_whole,
    )


def _category(category: Any, counts: Counter, mark: tuple[str, int]) -> Node:
    items = tuple(_item(item, counts, mark) for item in category.items)
    return _sum_node("category", category, items, sum(one.points for one in category.items), counts, mark)


def _item(item: Any, counts: Counter, mark: tuple[str, int]) -> Node:
    rules = tuple(_leaf("rule", rule, counts, mark, in_words(rule.points)) for rule in item.rules)
    return _sum_node("item", item, rules, sum(one.points for one in item.rules), counts, mark)


def _sum_node(kind: str, part: Any, children: tuple[Node, ...], total: int, counts: Counter, mark: Any) -> Node:
    return Node(
        kind,
        part,
        label_of(part),
        in_words(part.points),
        in_words(total),
        total != part.points,
        counts[(kind, part.pk)],
        (kind, part.pk) == mark,
        children,
    )


def _leaf(kind: str, part: Any, counts: Counter, mark: tuple[str, int], points: str = "") -> Node:
    return Node(kind, part, label_of(part), points, found=counts[(kind, part.pk)], is_here=(kind, part.pk) == mark)


def _lists(doc: SchemeDoc, counts: Counter, mark: tuple[str, int]) -> Iterator[tuple[str, str, str, tuple[Node, ...]]]:
    for word, sort in (("附加分", "bonus"), ("附加扣分", "penalty")):
        rows = tuple(one for one in doc.extras if one.kind == sort)
        yield word, "extra", sort, tuple(_leaf("extra", one, counts, mark, in_words(one.points)) for one in rows)
    yield "一票否决", "veto", "", tuple(_leaf("veto", one, counts, mark) for one in doc.vetoes)
    yield "等次", "grade", "", tuple(_leaf("grade", one, counts, mark, in_words(one.threshold)) for one in doc.grades)


def _inside(doc: SchemeDoc, kind: str, pk: int) -> str:
    """What the points inside the part in hand add up to; empty where there is nothing inside."""
    if kind == "category":
        return next((in_words(sum(i.points for i in one.items)) for one in doc.categories if one.pk == pk), "")
    if kind == "item":
        return next((in_words(sum(rule.points for rule in one.rules)) for one in doc.items if one.pk == pk), "")
    if kind == "rule":
        item = next((one for one in doc.items if any(rule.pk == pk for rule in one.rules)), None)
        return in_words(sum(rule.points for rule in item.rules)) if item else ""
    return ""
