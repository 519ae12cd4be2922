"""An official form of the cast's committee with a row block and a bound cell, an added claim kind, a collection."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core.periods import Month
from officeforms.services import asking
from officeforms.services.binding import add_block, bind_cell
from officeforms.services.forms import create_form
from tests.factories import activities as records
from tests.factories.branches import Cast
from tests.factories.workbooks import summary_form


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    """The form, its version and its block; the kind; the collection and its field."""
    officer = cast.viewer("officer")
    version = create_form(
        actor=officer,
        root=cast.root,
        name="得分汇总表",
        subject="committee",
        file=SimpleUploadedFile("汇总表.xlsx", summary_form()),
        now=records.NOW,
    )
    place: dict[str, Any] = {"actor": officer, "version_id": version.pk, "sheet": "汇总表", "now": records.NOW}
    block = add_block(**place, first_row=5, last_row=8, source="branches")
    bind_cell(**place, address="B5", field="branch.short_name")
    asked: dict[str, Any] = {"actor": officer, "now": records.NOW}
    kind = asking.add_claim_kind(
        **asked, root=cast.root, name="志愿服务时长", unit="小时", reason="文明单位创建", from_month=Month(2026, 11)
    )
    collection = asking.begin_collection(
        **asked, root=cast.root, name="防汛值守安排", reason="汛期要求", due_on=date(2026, 11, 30)
    )
    field = asking.add_field(**asked, collection_id=collection.pk, name="值守电话", kind="text")
    asking.send_collection(**asked, collection_id=collection.pk)
    return {
        "form": version.form_id,
        "form_version": version.pk,
        "form_block": block.pk,
        "added_kind": kind.pk,
        "collection": collection.pk,
        "collection_field": field.pk,
    }
