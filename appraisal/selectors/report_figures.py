"""The figures of a secretary's report, each with the page that lists the records behind it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse

from appraisal.rules.provenance import Figure
from appraisal.rules.report_draft import SOURCES, Weak
from assessment import ledger
from assessment.models import Fact
from assessment.selectors import BranchRow, best_scheme, scheme_rows, scoreboard
from branches.models import Organisation
from branches.permissions import SYSTEM
from branches.selectors import members_on
from core.periods import Month
from worklists.models import ItemState
from worklists.selectors import items_of


def report_figures(branch: Organisation, year: int, *, on: date) -> list[Figure]:
    """What the records say of a branch's year up to today (or its end), in the order of the marks; 6 queries."""
    last = min(on, date(year, 12, 31))
    sums = _sums(branch, year)
    values = {source.code: sums.get(source.metric, "0") for source in SOURCES if source.metric}
    urls = {source.code: _facts_url(branch, source.metric, year) for source in SOURCES if source.metric}
    values["members"] = str(members_on([branch.pk], last).count())
    urls["members"] = f"{reverse('branches:members')}?{urlencode({'branch': branch.pk})}"
    for code, closed in (("rectified", True), ("rectifying", False)):
        values[code] = str(_items(branch, year, closed=closed))
        urls[code] = f"{reverse('worklists:list')}?{urlencode({'branch': branch.pk, 'year': year})}"
    month, row = _scored(branch, Month.of(last))
    if row:
        values["score"] = str(row.confirmed.shown or "0")
        urls["score"] = reverse("assessment:statement", args=[branch.pk, month])
    return [
        Figure(number, source.code, source.label, values[source.code], source.unit, urls[source.code])
        for number, source in enumerate(SOURCES, start=1)
        if source.code in values
    ]


def weak_items(branch: Organisation, year: int, *, on: date, count: int = 3) -> list[Weak]:
    """The items of the branch's scheme that lost most of their points so far, worst first."""
    _, row = _scored(branch, Month.of(min(on, date(year, 12, 31))))
    if row is None:
        return []
    lost = []
    for item in row.confirmed.frame.items:
        share = row.confirmed.items[item.code]
        if share.is_due and share.earned < share.available:
            lost.append((share.available - share.earned, item.name))
    return [Weak(name, str(Decimal(points).scaleb(-6))) for points, name in sorted(lost, reverse=True)[:count]]


def _sums(branch: Organisation, year: int) -> dict[str, str]:
    """Metric → quantity of the year as the list of facts shows it; of a level the latest."""
    span = (year * 100 + 1, year * 100 + 12)
    wanted = [source.metric for source in SOURCES if source.metric]
    facts = ledger.live_facts(
        Fact.objects.filter(root_id=branch.root_id, branch=branch, month__range=span, metric__code__in=wanted)
    )
    flows = facts.filter(metric__kind="flow").order_by().values_list("metric__code").annotate(total=Sum("quantity"))
    found = {code: _plain(total) for code, total in flows}
    levels = facts.filter(metric__kind="level").order_by("happened_on", "pk").values_list("metric__code", "quantity")
    return found | {code: _plain(quantity) for code, quantity in levels}


def _plain(thousandths: int) -> str:
    return f"{(Decimal(thousandths) / 1000).normalize():f}"


def _facts_url(branch: Organisation, metric: str, year: int) -> str:
    asked = {"branch": branch.pk, "metric": metric, "year": year, "state": "live"}
    return f"{reverse('assessment:facts')}?{urlencode(asked)}"


def _items(branch: Organisation, year: int, *, closed: bool) -> int:
    items = items_of(SYSTEM, branch_id=branch.pk).filter(due_on__year=year).exclude(state=ItemState.CANCELLED)
    return items.filter(state=ItemState.CLOSED).count() if closed else items.exclude(state=ItemState.CLOSED).count()


def _scored(branch: Organisation, month: Month) -> tuple[Month, BranchRow | None]:
    """The latest scores of the year: of this month, or of the one before where this one is not computed yet."""
    row = _row(branch, month)
    if row is None and month.number > 1:
        month = month.previous
        row = _row(branch, month)
    return month, row


def _row(branch: Organisation, month: Month) -> BranchRow | None:
    """The branch's scores at a month; None where no scheme is published or it is not measured."""
    if best_scheme(scheme_rows(branch.root_id, month.key)) is None:
        return None
    row = scoreboard(SYSTEM, branch.root_id, month).by_branch.get(branch.pk)
    return row if row and row.is_measured else None
