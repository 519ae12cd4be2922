"""An official form of the cast's committee, with a row block and a bound cell."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from officeforms.services.binding import add_block, bind_cell
from officeforms.services.forms import create_form
from tests.factories import activities as records
from tests.factories.branches import Cast
from tests.factories.workbooks import summary_form


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    """The form, its version and its block."""
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
    return {"form": version.form_id, "form_version": version.pk, "form_block": block.pk}
