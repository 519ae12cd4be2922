"""What is collected besides: added claim kinds, collections, and a branch's answers."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.http import Http404

from activities.models import AddedKind
from branches.models import Organisation
from branches.permissions import Viewer, visible, visible_branches
from branches.rules import Role
from officeforms.models import Answer, Collection, CollectionField


def added_kinds(viewer: Viewer) -> QuerySet[AddedKind]:
    """The claim kinds the viewer's committee added."""
    return visible(AddedKind.objects.select_related("added_by"), viewer)


def collections_of(viewer: Viewer) -> QuerySet[Collection]:
    """The collections: all of them for the officer, those sent for who answers them."""
    rows = Collection.objects.filter(root_id=viewer.root_id)
    if viewer.is_a(Role.OFFICER):
        rows = visible(Collection.objects.all(), viewer)
    elif viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE):
        rows = rows.filter(sent_at__isnull=False)
    else:
        rows = rows.none()
    return rows.annotate(
        asked=Count("fields", distinct=True), answered=Count("fields__answers__branch", distinct=True)
    ).order_by("-pk")


def collection_of(viewer: Viewer, collection_id: int) -> Collection:
    """One collection the viewer may see; else 404."""
    found = collections_of(viewer).filter(pk=collection_id).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One branch's answers in the order of the fields; empty where it has not answered."""

    branch: Organisation
    values: list[str]
    is_done: bool


def answer_rows(viewer: Viewer, collection: Collection) -> tuple[list[CollectionField], list[AnswerRow]]:
    """The fields, and the answers of the branches the viewer may see; 3 queries."""
    fields = list(collection.fields.all())
    branches = visible_branches(viewer, "collection").filter(root_id=collection.root_id, dissolved_on__isnull=True)
    given = {
        (branch_id, field_id): value
        for branch_id, field_id, value in visible(
            Answer.objects.filter(field__collection=collection), viewer
        ).values_list("branch_id", "field_id", "value")
    }
    rows = [
        AnswerRow(
            branch,
            [given.get((branch.pk, field.pk), "") for field in fields],
            bool(fields) and all((branch.pk, field.pk) in given for field in fields),
        )
        for branch in branches.order_by("sort_key", "code")
    ]
    return fields, rows
