"""Adding links to a committee's chain, one writer at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from signing.models import ChainHead, ChainLink, Paper
from signing.rules import BEGINNING, Link, canonical, moment, next_link

Deed = ChainLink.Deed


def hold_chain(root_id: int) -> ChainHead:
    """The end of the chain, held to the end of the transaction. Whoever holds papers too takes it before them."""
    ChainHead.objects.get_or_create(root_id=root_id, defaults={"digest": BEGINNING})
    return ChainHead.objects.select_for_update().get(root_id=root_id)


def add_links(deeds: Sequence[tuple[Paper, str, dict[str, Any]]], *, root_id: int, now: datetime) -> list[ChainLink]:
    """One link for each (paper, deed, what is to be said of it), in this order; call it inside a transaction."""
    head = hold_chain(root_id)
    last = Link(head.number, "", "", head.digest) if head.number else None
    rows: list[ChainLink] = []
    for paper, deed, said in deeds:
        last = next_link(last, link_text(paper, deed, now, said))
        rows.append(
            ChainLink(
                root_id=root_id,
                number=last.number,
                paper=paper,
                deed=deed,
                text=last.text,
                previous=last.previous,
                digest=last.digest,
                at=now,
            )
        )
    rows = ChainLink.objects.bulk_create(rows)
    if last is not None:
        head.number, head.digest = last.number, last.digest
        head.save(update_fields=["number", "digest"])
    return rows


def link_text(paper: Paper, deed: str, at: datetime, said: dict[str, Any]) -> str:
    """What a link says: which paper in which version, what was done, when, and what belongs to the deed."""
    content = {"paper": paper.pk, "source": paper.source, "revision": paper.revision, "text": paper.digest}
    return canonical(content | {"deed": str(deed), "at": moment(at)} | said)
