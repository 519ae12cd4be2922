"""An item of the cast's branch, reported done with a proof."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import worklists
from tests.factories.branches import Cast
from worklists.models import ItemFile

MARK = "标记甲乙"


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    item = worklists.opened(cast, by="second_officer", title=f"{MARK}整改", source="task:world")
    proof = SimpleUploadedFile(f"{MARK}.txt", "已改".encode())
    worklists.done(cast, item, attachments=[proof])
    return {"work_item": item.pk, "item_file": ItemFile.objects.get(item=item).pk}
