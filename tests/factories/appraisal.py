"""The steps of a year end for tests: marks entered, settled, on notice, decided, proposed, published; a veto raised."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from appraisal import services
from appraisal.models import CommitteeDecision, Publication, PublicNotice, VetoCase, YearResult
from appraisal.selectors import standing_decision
from appraisal.services import MarkEntry
from core.periods import today

JANUARY = datetime(2026, 1, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 1, 20)
DECIDED = JANUARY.replace(day=28)  # the notice of the 20th runs through the 27th
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


def announce(officer, year_end, audience="all", now=JANUARY) -> PublicNotice:
    return services.post_notice(actor=officer, year_end_id=year_end.pk, audience=audience, now=now)


def decide(officer, year_end, now=DECIDED) -> CommitteeDecision:
    return services.record_decision(
        actor=officer,
        year_end_id=year_end.pk,
        held_on=today(now),
        document_no="机党〔2026〕3号",
        text="同意",
        now=now,
    )


def propose(officer, year_end, audience="own") -> Publication:
    """Proposed for publication; put on notice and decided first where it was not."""
    year_end.refresh_from_db()
    if year_end.state == "settling":
        announce(officer, year_end)
    if standing_decision(year_end) is None:
        decide(officer, year_end)
    return services.propose_publication(actor=officer, year_end_id=year_end.pk, audience=audience, now=DECIDED)


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
