"""The steps of a year end for tests: marks entered, settled, proposed, published; a veto raised."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from appraisal import services
from appraisal.models import Publication, VetoCase, YearResult
from appraisal.services import MarkEntry

JANUARY = datetime(2026, 1, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 1, 20)
LATER = JANUARY + timedelta(days=14)


def entries(cast, **values) -> list[MarkEntry]:
    found = []
    for branch in (cast.branch, cast.other_branch, cast.far_branch):
        found.append(MarkEntry(branch.pk, "committee", values.get("committee", "88")))
        found.append(MarkEntry(branch.pk, "members", "90", "10", values.get("returned", "9")))
        found.append(MarkEntry(branch.pk, "peers", "较好", "3", "3"))
    return found


def settle(cast, officer, year_end, **values) -> dict[int, YearResult]:
    services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=entries(cast, **values), now=JANUARY)
    services.settle(actor=officer, year_end_id=year_end.pk, now=JANUARY)
    year_end.refresh_from_db()
    return {row.branch_id: row for row in YearResult.objects.filter(year_end=year_end, revision=year_end.revision)}


def propose(officer, year_end, audience="own") -> Publication:
    return services.propose_publication(
        actor=officer,
        year_end_id=year_end.pk,
        audience=audience,
        decision_text="同意",
        document_no="机党〔2026〕3号",
        now=JANUARY,
    )


def publish(cast, officer, second, year_end, audience="own") -> Publication:
    settle(cast, officer, year_end)
    found = services.confirm_publication(
        actor=second, publication_id=propose(officer, year_end, audience).pk, now=JANUARY
    )
    year_end.refresh_from_db()
    return found


def veto(cast, officer, year_end, code="V01") -> VetoCase:
    return services.propose_veto(
        actor=officer, year_end_id=year_end.pk, branch_id=cast.branch.pk, item_code=code, ground="立案", now=JANUARY
    )
