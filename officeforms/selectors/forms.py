"""Forms, versions and exports as the pages show them, from what the viewer may see."""

from __future__ import annotations

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.http import Http404

from branches.models import Organisation
from branches.permissions import Viewer, visible, visible_branches
from officeforms.models import Binding, FormExport, FormVersion, OfficialForm


def forms_list(viewer: Viewer) -> QuerySet[OfficialForm]:
    """The forms of the viewer's committee with their last version's number, bound cells and last export."""
    last = FormVersion.objects.filter(form=OuterRef("pk")).order_by("-number")
    bound = (
        Binding.objects.filter(version__form=OuterRef("pk")).values("version__form").annotate(n=Count("pk")).values("n")
    )
    return (
        visible(OfficialForm.objects.all(), viewer)
        .annotate(
            last_number=Subquery(last.values("number")[:1]),
            last_id=Subquery(last.values("pk")[:1]),
            bound=Subquery(bound),
            exported_at=Max("versions__exports__exported_at"),
            exports=Count("versions__exports", distinct=True),
        )
        .order_by("retired_at", "name", "pk")
    )


def form_of(viewer: Viewer, form_id: int) -> OfficialForm:
    """One form; 404 outside the scope."""
    found = visible(OfficialForm.objects.select_related("root", "created_by"), viewer).filter(pk=form_id).first()
    if found is None:
        raise Http404
    return found


def version_of(viewer: Viewer, version_id: int) -> FormVersion:
    """One version with its form and workbook; 404 outside the scope."""
    rows = FormVersion.objects.select_related("form", "root", "attachment", "created_by")
    found = visible(rows, viewer).filter(pk=version_id).first()
    if found is None:
        raise Http404
    return found


def versions_of(viewer: Viewer, form: OfficialForm) -> list[FormVersion]:
    """The versions of a form, newest first, with how much is bound in each."""
    rows = visible(FormVersion.objects.filter(form=form), viewer).select_related("created_by", "attachment")
    return list(
        rows.annotate(cells=Count("bindings", distinct=True), columns=Count("blocks__columns", distinct=True)).order_by(
            "-number"
        )
    )


def exports_of(viewer: Viewer, form: OfficialForm) -> QuerySet[FormExport]:
    """What was handed out of a form, newest first."""
    rows = visible(FormExport.objects.filter(version__form=form), viewer)
    return rows.select_related("version", "branch", "exported_by")


def registered(viewer: Viewer, digest: str) -> FormExport | None:
    """The export that has this digest, if the viewer may see it."""
    rows = visible(FormExport.objects.filter(digest=digest), viewer)
    return rows.select_related("version__form", "branch", "exported_by").order_by("pk").first()


def branches_to_fill(viewer: Viewer, root_id: int) -> list[Organisation]:
    """The branches a copy can be about."""
    rows = visible_branches(viewer, "score").filter(root_id=root_id, dissolved_on__isnull=True)
    return list(rows.order_by("sort_key", "code"))
