"""The catalogue of one committee and month: fixed fields, and those that its scheme, record types and metrics bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from activities.models import ActivityType
from assessment.models import Metric
from assessment.selectors import best_scheme, frame_of, scheme_rows
from core.periods import Month
from officeforms.rules.words import best, likeness, plain
from officeforms.selectors.fields import counted, people, scored
from officeforms.selectors.fields.base import LINE_NUMBER, Field


@dataclass(frozen=True)
class Catalogue:
    """All fields by code, in the order in which they are offered."""

    fields: dict[str, Field]

    def about(self, *kinds: str) -> list[Field]:
        """The fields about these things, in the order in which the things are named."""
        found = [field for field in self.fields.values() if field.about in kinds]
        return sorted(found, key=lambda field: kinds.index(field.about))

    def search(self, words: str, *kinds: str, most: int = 40) -> list[Field]:
        """The fields that fit what was typed, the likest first; all of them for nothing typed."""
        found = self.about(*kinds)
        core = plain(words) if words.strip() else ""
        if not core:
            return found[:most]
        ranked = [(self._fit(field, words, core), -place, field) for place, field in enumerate(found)]
        return [field for fit, _, field in sorted(ranked, key=lambda row: row[:2], reverse=True) if fit][:most]

    def suggest(self, words: str, *kinds: str) -> Field | None:
        """The one field a head most likely asks for; None where none is near enough."""
        found = best(words, [(field.code, name) for field in self.about(*kinds) for name in field.names])
        return self.fields[found[0]] if found else None

    def _fit(self, field: Field, words: str, core: str) -> int:
        if any(core == plain(name) for name in field.names):
            return 102
        if any(words in name or core in plain(name) for name in field.names):
            return 101
        fit = max(likeness(core, plain(name)) for name in field.names)
        return fit if fit >= 40 else 0

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """(code, name) of every name a field goes by."""
        return [(field.code, name) for field in self.fields.values() for name in field.names]


def catalogue_of(root_id: int, month: Month) -> Catalogue:
    """The fields a form of this committee can be bound to in this month; 3 queries."""
    scheme = best_scheme(scheme_rows(root_id, month.key))
    frame = frame_of(scheme) if scheme else None
    parts: Iterable[Iterator[Field] | list[Field]] = (
        people.COPY_FIELDS,
        people.BRANCH_FIELDS,
        scored.fields(frame),
        counted.record_fields(ActivityType.objects.filter(is_active=True)),
        counted.metric_fields(Metric.objects.all()),
        [people.LINE],
        people.MEMBER_FIELDS,
        counted.RECORD_FIELDS,
        scored.ITEM_FIELDS,
    )
    return Catalogue({field.code: field for part in parts for field in part})


__all__ = ["LINE_NUMBER", "Catalogue", "catalogue_of"]
