"""Handing a filled copy out: from then on its version stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import Http404

from branches.models import Organisation
from branches.permissions import Viewer, check, visible, visible_branches
from core import audit
from core.errors import InvalidInput
from core.periods import Month, today
from core.uploads import safe_name
from officeforms.models import FormExport, FormVersion, Subject
from officeforms.selectors.fields import Reading
from officeforms.selectors.filling import Filled, fill


@dataclass(frozen=True)
class HandedOut:
    """A filled copy with its name and the row that remembers it."""

    filled: Filled
    name: str
    export: FormExport


@transaction.atomic
def export_form(
    *, actor: Viewer, version_id: int, month: Month, now: datetime, branch_id: int | None = None, base_url: str = ""
) -> HandedOut:
    """A copy of the version filled for the month (and branch); logged with its digest."""
    rows = FormVersion.objects.select_for_update(of=("self",)).select_related("form", "root", "attachment")
    version = visible(rows, actor).filter(pk=version_id).first()
    if version is None:
        raise Http404
    check(actor, "form.export", version.root)
    reading = reading_of(actor, version, month, branch_id, now=now)
    filled = fill(version, reading, base_url=base_url)
    if not version.is_used:
        version.used_at = now
        version.save(update_fields=["used_at"])
    export = FormExport.objects.create(
        root_id=version.root_id,
        version=version,
        branch=reading.branch,
        month=month.key,
        figures=len(filled.entries),
        digest=filled.digest,
        exported_by=audit.user_of(actor),
        exported_at=now,
    )
    whom = reading.branch.short_name if reading.branch else reading.root.short_name
    audit.record(
        actor=actor,
        action="form.exported",
        target=export,
        root_id=version.root_id,
        branch_id=reading.branch.pk if reading.branch else None,
        after={"month": month.key, "figures": len(filled.entries), "proof": filled.digest},
        summary=f"导出“{version.form.name}”第{version.number}版：{whom}{month.label}",
    )
    return HandedOut(filled, safe_name(f"{version.form.name}-{whom}-{month}.xlsx"), export)


def reading_of(viewer: Viewer, version: FormVersion, month: Month, branch_id: int | None, *, now: datetime) -> Reading:
    """What a copy of this version reads; 404 for a branch outside the scope, InvalidInput where one must be chosen."""
    day = today(now)
    if month > Month.of(day):
        raise InvalidInput(f"{month.label}还没有到。", remedy="请选本月或以前的月份。")
    branch: Organisation | None = None
    if version.form.subject == Subject.BRANCH:
        if branch_id is None:
            raise InvalidInput("请选择支部。", remedy="这张表每个支部一份。", fields={"branch": ["请选择支部"]})
        branch = visible_branches(viewer).filter(pk=branch_id, root_id=version.root_id).first()
        if branch is None:
            raise Http404
    return Reading(viewer, version.root, month, day, branch)
