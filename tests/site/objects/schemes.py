"""A draft of the committee's scheme with one removal in it."""

from __future__ import annotations

from typing import Any

from assessment.drafts.copying import copy_scheme
from assessment.drafts.removing import delete_part
from assessment.models import Item, Rule, Scheme
from assessment.rules.document import part_digest
from assessment.selectors.documents import document_of
from tests.factories import activities as records
from tests.factories.branches import Cast


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    source = Scheme.objects.filter(subject="branch").earliest("pk")
    actor = cast.viewer("officer")
    draft = copy_scheme(actor=actor, source_id=source.pk, root=cast.root, year=2026, now=records.NOW)
    rule = Rule.objects.get(scheme=draft, code="D4.2")
    part = next(one for one in document_of(draft).rules if one.pk == rule.pk)
    edit = delete_part(
        actor=actor, scheme_id=draft.pk, kind="rule", pk=rule.pk, digest=part_digest(part), now=records.NOW
    )
    return {
        "scheme_draft": draft.pk,
        "scheme_kind": "item",
        "scheme_new": "category",
        "scheme_row": Item.objects.get(scheme=draft, code="D4").pk,
        "scheme_edit": edit.pk,
    }
