"""The side index of names, kept in step with every name that is written."""

from __future__ import annotations

from collections.abc import Iterable

from branches.models import Member, NameGram, grams_of


def index_names(members: Iterable[Member], *, is_new: bool = False) -> None:
    """Make the index say the present names of these members; two statements, however many they are."""
    members = list(members)
    if not is_new:
        NameGram.objects.filter(member__in=members).delete()
    NameGram.objects.bulk_create(
        (
            NameGram(root_id=item.root_id, gram=gram, member=item)
            for item in members
            for gram in sorted(grams_of(item.name))
        ),
        batch_size=1000,
    )
