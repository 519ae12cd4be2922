"""What is already held, under every name it goes by: a wish to collect it anew finds its place here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.urls import reverse

from activities.models import AddedKind
from activities.rules.claimable import short_name
from activities.selectors.catalogue import catalogue_for
from core.periods import Month
from officeforms.models import CollectionField
from officeforms.rules.words import best
from officeforms.selectors.fields import catalogue_of

BEYOND = Path(__file__).parent.parent / "defaults" / "held_fields.yaml"


@dataclass(frozen=True, slots=True)
class Held:
    """One thing the portal holds: its name, where it stands, and the page."""

    name: str
    place: str
    url: str = ""


def held_as(root_id: int, words: str, month: Month, *, but: int | None = None) -> Held | None:
    """Where what these words ask for is held already; None if nowhere. `but` leaves one collection out."""
    table = list(_held(root_id, month, but))
    found = best(words, [(str(place), name) for place, (name, _) in enumerate(table)])
    return table[int(found[0])][1] if found else None


def _held(root_id: int, month: Month, but: int | None) -> Iterator[tuple[str, Held]]:
    """(name, what it is) of everything held, each under all its names."""
    for field in catalogue_of(root_id, month).fields.values():
        if field.about != "line":
            held = Held(field.label, field.place)
            yield from ((name, held) for name in field.names)
    catalogue = catalogue_for(root_id, month)
    for kind in catalogue.kinds.values():
        held = Held(kind.name, f"补充申报—{kind.item}", reverse("activities:claims"))
        yield from ((name, held) for name in {kind.name, short_name(kind.name)})
    for name in AddedKind.objects.filter(root_id=root_id).values_list("name", flat=True):
        yield name, Held(name, "补充申报—增设的事项", reverse("activities:claims"))
    fields = CollectionField.objects.filter(collection__root_id=root_id).exclude(collection=but)
    for name, collection_id, title in fields.values_list("name", "collection_id", "collection__name"):
        yield name, Held(name, f"收集表“{title}”", reverse("officeforms:collection", args=[collection_id]))
    for row in _beyond():
        held = Held(row["name"], row["place"], reverse(row["url"]))
        yield from ((name, held) for name in (row["name"], *row["words"]))


@lru_cache(maxsize=1)
def _beyond() -> list[dict[str, Any]]:
    return yaml.safe_load(BEYOND.read_text(encoding="utf-8"))
