"""Forms uploaded by the officer of the cast, with scores and records behind their fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessment import rollup
from branches.permissions import Viewer
from core.periods import Month
from officeforms.models import FormVersion
from officeforms.services.forms import create_form
from tests.factories import activities as records
from tests.factories.branches import TODAY, TermFactory
from tests.factories.workbooks import summary_form

OCTOBER = Month(2026, 10)
NOW = records.NOW


@pytest.fixture
def scored_cast(cast: Any) -> Any:
    """The cast with an approved theme day in October and the month computed."""
    from datetime import date

    for branch in (cast.branch, cast.other_branch):
        TermFactory(branch=branch)
    records.load_scheme(cast.root)
    records.approved(cast, title="重温入党誓词", held_on=date(2026, 10, 14))
    rollup.run(root_id=cast.root.pk, month=OCTOBER, now=NOW)
    return cast


@pytest.fixture
def officer(cast: Any) -> Viewer:
    return Viewer.of(cast.officer, TODAY)


@pytest.fixture
def upload(cast: Any, officer: Viewer) -> Callable[..., FormVersion]:
    """Uploads a workbook as a new form; gives its first version."""

    def uploaded(data: bytes = b"", name: str = "得分汇总表", subject: str = "committee") -> FormVersion:
        file = SimpleUploadedFile(f"{name}.xlsx", data or summary_form())
        return create_form(actor=officer, root=cast.root, name=name, subject=subject, file=file, now=NOW)

    return uploaded
