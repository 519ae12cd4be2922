"""The downloadable template of an import: heads, notes, drop-downs; it is read without any matching."""

from __future__ import annotations

from branches.imports.columns import COLUMNS, Column
from branches.models import ImportKind
from core.xlsx.template import Template, TemplateColumn, template_bytes

KINDS = {"day": "date", "id": "text", "phone": "text"}


def import_template(kind: str) -> bytes:
    """The template that an import reads without any matching."""
    columns = [_template_column(column) for column in COLUMNS[kind]]
    label = "党员名册" if kind == ImportKind.MEMBERS else "党组织名册"
    guide = [
        "已登记的内容，空格不会把它清掉；要清空请在页面上修改。",
        "先按身份证号，再按党员编号，最后按支部内的姓名和出生日期认人；认不准的不导入。"
        if kind == ImportKind.MEMBERS
        else "先按组织代码，再按全称认组织。",
        "上传后先看预览，确认之前不写入任何内容；同一份表再次导入不会重复登记。",
    ]
    return template_bytes(Template(f"{label}导入模板", columns, guide))


def _template_column(column: Column) -> TemplateColumn:
    choices = [word for _, word in column.choices] or (["是", "否"] if column.kind == "flag" else [])
    return TemplateColumn(
        label=column.label,
        note=column.note,
        sample=column.example,
        is_required=column.is_required,
        choices=choices,
        kind=KINDS.get(column.kind, "text" if column.key in ("member_no", "code", "external_code") else "general"),
        width=column.width,
    )
