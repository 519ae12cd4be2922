"""Forms and their versions: uploaded, copied, retired, brought back."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit, uploads
from core.errors import Conflict, InvalidInput
from core.models import Attachment
from officeforms.models import BlockColumn, FormVersion, OfficialForm, RowBlock, Subject
from officeforms.services._version import admitted, locked_form, sheet_list


@transaction.atomic
def create_form(
    *, actor: Viewer, root: Organisation, name: str, subject: str, file: UploadedFile, now: datetime, note: str = ""
) -> FormVersion:
    """A new form with its first version, from the unit's own workbook."""
    check(actor, "form.edit", root)
    name = name.strip()
    if not name or subject not in Subject.values:
        raise InvalidInput("请填写表格名称和填报对象。")
    try:
        with transaction.atomic():
            form = OfficialForm.objects.create(
                root=root,
                name=name[:60],
                subject=subject,
                note=note.strip()[:200],
                created_by=audit.user_of(actor),
                created_at=now,
            )
    except IntegrityError as error:
        raise Conflict(
            f"已有名为“{name}”的表格。", remedy="要换新的样式，请在那张表里新建一版；否则换一个名称。"
        ) from error
    version = _new_version(actor, form, file, 1, now)
    audit.record(actor=actor, action="form.created", target=form, root_id=root.pk, summary=f"上传官方表格“{name}”")
    return version


@transaction.atomic
def add_version(*, actor: Viewer, form_id: int, now: datetime, file: UploadedFile | None = None) -> FormVersion:
    """The next version: of a new upload, or of the last one's workbook; the bindings come along as far as they fit."""
    form = locked_form(actor, form_id)
    last = form.versions.order_by("-number").first()
    if last is None:
        raise Conflict("这张表还没有上传过。")
    if file is None:
        version = FormVersion.objects.create(
            root_id=form.root_id,
            form=form,
            number=last.number + 1,
            attachment=last.attachment,
            sha256=last.sha256,
            sheets=last.sheets,
            created_by=audit.user_of(actor),
            created_at=now,
        )
    else:
        version = _new_version(actor, form, file, last.number + 1, now)
    _copy_bindings(last, version)
    audit.record(
        actor=actor,
        action="form.version_added",
        target=version,
        root_id=form.root_id,
        summary=f"“{form.name}”新建第{version.number}版",
    )
    return version


@transaction.atomic
def set_retired(*, actor: Viewer, form_id: int, retired: bool, now: datetime) -> OfficialForm:
    """Take a form out of the list of those to be filled, or bring it back."""
    form = locked_form(actor, form_id)
    before = {"retired_at": form.retired_at}
    form.retired_at = now if retired else None
    form.save(update_fields=["retired_at"])
    audit.record(
        actor=actor,
        action="form.retired" if retired else "form.restored",
        target=form,
        root_id=form.root_id,
        before=before,
        after={"retired_at": form.retired_at},
        summary=f"{'停用' if retired else '恢复'}“{form.name}”",
    )
    return form


def _new_version(actor: Viewer, form: OfficialForm, file: UploadedFile, number: int, now: datetime) -> FormVersion:
    data = file.read()
    book = admitted(data)
    sheets = sheet_list(book)
    attachment: Attachment = uploads.accept(file, actor=actor, root_id=form.root_id)
    return FormVersion.objects.create(
        root_id=form.root_id,
        form=form,
        number=number,
        attachment=attachment,
        sha256=hashlib.sha256(data).hexdigest(),
        sheets=sheets,
        created_by=audit.user_of(actor),
        created_at=now,
    )


def _copy_bindings(old: FormVersion, new: FormVersion) -> None:
    """The old version's bindings on the sheets that the new one still has."""
    names = {sheet["name"] for sheet in new.sheets}
    for binding in old.bindings.filter(sheet__in=names):
        binding.pk = None
        binding.version = new
        binding.save(force_insert=True)
    for block in old.blocks.filter(sheet__in=names).prefetch_related("columns"):
        columns = list(block.columns.all())
        copy = RowBlock.objects.create(
            root_id=new.root_id,
            version=new,
            sheet=block.sheet,
            first_row=block.first_row,
            last_row=block.last_row,
            source=block.source,
        )
        BlockColumn.objects.bulk_create(BlockColumn(block=copy, column=one.column, field=one.field) for one in columns)
