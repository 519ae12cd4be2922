"""Next year's scheme as the demo's committee prepares it: one draft waits for the second officer, one is half done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from assessment.drafts.copying import copy_scheme
from assessment.drafts.editing import save_part
from assessment.drafts.publishing import Decision, submit_draft
from assessment.models import Scheme
from assessment.rules.document import TierPart, part_digest
from assessment.selectors.documents import document_of
from branches.permissions import Viewer
from core.periods import today as today_of

from .register import Register

POINT = 1_000_000
TAGS = {
    "E1": ("党风廉政",),
    "E2": ("党风廉政",),
    "E3": ("党风廉政", "工程质量"),
    "F1": ("安全生产", "目标考核"),
    "B1": ("目标考核",),
}


def prepare_schemes(register: Register, *, now: datetime) -> None:
    """From this year's: one draft with items tagged and attendance weighing more, one with faults still in it."""
    year = today_of(now).year
    source = Scheme.objects.get(root=register.root, year=year, subject="branch")
    first, second = (Viewer.of(officer, today_of(now)) for officer in register.officers[:2])
    ready = _Draft(first, source, register, year + 1, now - timedelta(days=3))
    for code, tags in TAGS.items():
        ready.change("item", code, tags=tags)
    ready.change("rule", "D4.1", points=5 * POINT)
    ready.change("rule", "D4.2", points=3 * POINT, tiers=_tiers((0.9, 3), (0.8, 2), (0.7, 1), (0, 0)))
    decision = Decision(1, f"交机党〔{year}〕18号", today_of(now) - timedelta(days=4), "主题党日加大到会率的分量")
    submit_draft(actor=first, scheme_id=ready.row.pk, decision=decision, now=now - timedelta(days=2))
    begun = _Draft(second, source, register, year + 1, now - timedelta(days=1))
    begun.change("rule", "D1.2", tiers=_tiers((0.95, 1.5), (0.8, 1), (0, 0)))
    begun.change("rule", "B1.2", deadline=(3, 31))
    begun.change("rule", "C3.1", points=3 * POINT)


class _Draft:
    """A draft being edited by one officer."""

    def __init__(self, actor: Viewer, source: Scheme, register: Register, year: int, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.row = copy_scheme(actor=actor, source_id=source.pk, root=register.root, year=year, now=now)

    def change(self, kind: str, code: str, **changes: Any) -> None:
        """Save one item or rule with these values."""
        doc = document_of(self.row)
        part: Any = next(one for one in (doc.items if kind == "item" else doc.rules) if one.code == code)
        save_part(
            actor=self.actor,
            scheme_id=self.row.pk,
            kind=kind,
            pk=part.pk,
            part=replace(part, **changes),
            digest=part_digest(part),
            now=self.now,
        )


def _tiers(*pairs: tuple[float, float]) -> tuple[TierPart, ...]:
    return tuple(TierPart(round(rate * POINT), round(score * POINT)) for rate, score in pairs)
