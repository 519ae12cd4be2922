"""A poll, a report and an appraisal of the cast's branch for the tests of every URL."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.factories.polls import new_poll
from tests.factories.reviews import appraisal_of, report_of, review_of


def objects_of(cast: Any, values: dict[str, Any]) -> dict[str, Any]:
    """`poll`: a ballot of the branch with nothing handed out; `report`: the secretary's, not yet written."""
    review = review_of(cast, year=values["year"], due_on=date(values["year"], 12, 25))
    appraisal = appraisal_of(cast, year=values["year"])
    return {
        "democratic": appraisal.pk,
        "appraised": appraisal.people.get(member=cast.member.member).pk,
        "poll": new_poll(cast, "member_appraisal", by="secretary", branch=cast.branch).pk,
        "report": report_of(cast, review).pk,
    }
