"""A form and a version to be changed: in scope, locked, and not yet handed out."""

from __future__ import annotations

from django.http import Http404

from branches.permissions import Viewer, check, visible
from core.errors import Conflict, InvalidInput
from core.xlsx.gate import Workbook, admit
from core.xlsx.patch import Patch
from core.xlsx.patch.sheet import read_part
from core.xlsx.read import sheet_states
from officeforms.models import FormVersion, OfficialForm
from officeforms.offline.check_form import SHEET
from officeforms.selectors.filling import FORM_LIMITS

PLAIN = "请去掉这部分内容，另存为普通的 .xlsx 后重新上传。"


def locked_form(actor: Viewer, form_id: int) -> OfficialForm:
    """The form, locked; 404 outside the scope."""
    found = visible(OfficialForm.objects.select_for_update(), actor).filter(pk=form_id).first()
    if found is None:
        raise Http404
    check(actor, "form.edit", found.root)
    return found


def locked_version(actor: Viewer, version_id: int) -> FormVersion:
    """The version, locked, still open to changes; 404 outside the scope, Conflict once it was handed out."""
    rows = FormVersion.objects.select_for_update(of=("self",)).select_related("form", "root", "attachment")
    found = visible(rows, actor).filter(pk=version_id).first()
    if found is None:
        raise Http404
    check(actor, "form.edit", found.root)
    if found.is_used:
        raise Conflict(
            f"“{found.form.name}”第{found.number}版已经导出过，绑定不能再改。", remedy="请新建一版，在新的一版里修改。"
        )
    return found


def admitted(data: bytes) -> Workbook:
    """The uploaded workbook, past the gate and fit to be patched."""
    try:
        book = admit(data, limits=FORM_LIMITS)
    except InvalidInput as error:
        if "导入模板" in error.remedy or "名册" in error.message:
            raise InvalidInput(error.message.replace("名册或台账", "一张表格"), remedy=PLAIN) from error
        raise
    states = sheet_states(book)
    if SHEET in states:
        raise InvalidInput(
            "这份表里已有“存证”工作表，像是平台导出过的表。",
            remedy="请上传没有填过的空表，或删去“存证”工作表后再上传。",
        )
    if not any(not hidden for _, hidden in states.values()):
        raise InvalidInput("文件里没有可见的工作表。", remedy="请取消隐藏后再上传。")
    return book


def sheet_list(book: Workbook) -> list[dict[str, object]]:
    """Name, size and whether hidden of each sheet, in the order of the tabs; PatchError if one cannot be patched."""
    patch = Patch(book)
    found = []
    for name, (part, hidden) in sheet_states(book).items():
        read_part(patch.text(part))
        facts = book.parts[part]
        found.append({"name": name, "rows": facts.max_row, "columns": facts.max_column, "hidden": hidden})
    return found
