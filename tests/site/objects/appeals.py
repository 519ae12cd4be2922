"""An appeal of the cast's branch about October, with a piece of evidence."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core.periods import Month
from tests.factories import appeals
from tests.factories.activities import NOW
from tests.factories.branches import Cast

MARK = "标记甲乙"


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    paper = SimpleUploadedFile(f"{MARK}.txt", "签到".encode())
    made = appeals.filed(cast, month=Month(2026, 10), ground=f"{MARK}没有计入", now=NOW, files=[paper])
    return {"appeal": made.pk, "appeal_file": made.files.get().pk}
