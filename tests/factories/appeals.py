"""Appeals for tests: filed by the secretary about December 2025 or the year's result, answered by the second officer."""

from __future__ import annotations

from typing import Any

from appraisal import services
from appraisal.models import Appeal
from appraisal.services import AppealInput
from core.periods import Month, today
from tests.factories.appraisal import JANUARY
from tests.factories.branches import Cast

DECEMBER = Month(2025, 12)


def appeal_input(**fields: Any) -> AppealInput:
    given = {
        "month": DECEMBER,
        "subject": "item",
        "code": "D4",
        "ground": "11月主题党日按期召开并已登记，没有计入。",
        "wanted": "计入11月主题党日",
        **fields,
    }
    return AppealInput(**given)


def filed(cast: Cast, *, by: str = "secretary", now: Any = JANUARY, **fields: Any) -> Appeal:
    files, branch = fields.pop("files", ()), fields.pop("branch", cast.branch)
    return services.file_appeal(
        actor=cast.viewer(by, today(now)), branch_id=branch.pk, given=appeal_input(**fields), now=now, files=files
    )


def answered(cast: Cast, appeal: Appeal, verdict: str = "upheld", *, by: str = "second_officer", now: Any = JANUARY):
    return services.answer_appeal(
        actor=cast.viewer(by, today(now)),
        appeal_id=appeal.pk,
        verdict=verdict,
        answer="经核对签到表，11月主题党日应予计入。",
        now=now,
    )
