"""A year published to everybody, for the pages that need no account."""

from __future__ import annotations

from typing import Any

from appraisal.models import AwardRule, Publication, YearEnd, YearResult
from assessment.models import PeriodSnapshot
from tests.factories import activities as records
from tests.factories.branches import Cast


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    year_end = YearEnd.objects.get(root=cast.root, year=values["year"])
    YearResult.objects.create(
        root=cast.root,
        year_end=year_end,
        revision=1,
        branch=cast.branch,
        shown_hundredths=9000,
        composition={"parts": [], "lines": [], "notes": [], "bonus": "0", "penalty": "0", "categories": {}},
        is_published=True,
        computed_at=records.NOW,
    )
    publication = Publication.objects.create(
        root=cast.root,
        year_end=year_end,
        revision=1,
        audience="public",
        state="published",
        decision_text="同意",
        document_no="机党〔2026〕3号",
        proposed_by=cast.officer,
        proposed_at=records.NOW,
        settled_by=cast.second_officer,
        settled_at=records.NOW,
        digest="0" * 64,
    )
    PeriodSnapshot.objects.create(
        root=cast.root,
        year=values["year"],
        kind="quarter",
        number=3,
        branch_count=0,
        digest="0" * 64,
        taken_at=records.NOW,
    )
    award = AwardRule.objects.create(
        root=cast.root, code="A1", name="先进基层党组织", min_grade="good", edited_at=records.NOW
    )
    return {"award": award.pk, "publication": publication.pk, "period": f"{values['year']}-Q3"}
