"""Scores brought up to date after a page changed what counts: the touched branches and their people only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from activities.collect import collect
from activities.models import Activity, Claim, MonthSheet, Participation
from activities.rules.duties import Period
from activities.services.review import Selection
from assessment.members.rollup import refresh_marked
from assessment.touched import refresh_branch
from branches.models import Organisation, Tier
from core.periods import Month, today


def recount_branches(branch_ids: Iterable[int], *, since: date, now: datetime) -> None:
    """Collect what is due and refresh the scores of these branches, from the quarter of `since` on."""
    branches = Organisation.objects.filter(pk__in=set(branch_ids), tier=Tier.BRANCH)
    by_root: dict[int, list[int]] = defaultdict(list)
    for branch_id, root_id in branches.values_list("pk", "root_id"):
        by_root[root_id].append(branch_id)
    first = Period.of("quarter", Month.of(since)).first
    for root_id, ids in by_root.items():
        collect(root_id=root_id, today=today(now), now=now, since=first, branch_ids=ids)
        for branch_id in ids:
            refresh_branch(branch_id, now=now)
        refresh_marked(root_id, ids, now=now)


def recount_selection(shown: Selection, *, now: datetime) -> None:
    """After approving: the branches of the records and claims that were ticked."""
    shares = Participation.objects.filter(activity_id__in=list(shown.records))
    rows = list(shares.values_list("branch_id", "held_on"))
    rows += list(Claim.objects.filter(pk__in=list(shown.claims)).values_list("branch_id", "happened_on"))
    if rows:
        recount_branches({row[0] for row in rows}, since=min(row[1] for row in rows), now=now)


def recount_part(part: Activity | Claim | MonthSheet, *, now: datetime) -> None:
    """After one step of one part: its branch; of a record, every branch that took part."""
    if isinstance(part, Activity):
        recount_selection(Selection(records={part.pk: part.version}), now=now)
    elif isinstance(part, Claim):
        recount_selection(Selection(claims={part.pk: part.version}), now=now)
