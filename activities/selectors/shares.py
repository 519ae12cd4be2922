"""What branches have on record in a run of months, read once for duties, sheets and sums of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from activities.models import ActivityState, ActivityTag, Participation, ParticipationState
from activities.rules.catalogue import tag_table
from activities.rules.duties import Record
from assessment.ledger import live_facts
from assessment.models import Fact
from core.periods import Month

GONE = (ActivityState.WITHDRAWN, ActivityState.FALSE)
FROM_ACTIVITY = "activity"  # source types of what records say begin with it


@dataclass(slots=True)
class Share:
    """One branch's share of one record as lists of months need it."""

    branch_id: int
    activity_id: int
    held_on: date
    state: str
    kind: str
    kind_name: str
    title: str
    group_id: int | None
    present: int
    expected: int
    is_valid: bool
    first_sent_at: datetime | None
    return_reason: str
    tags: list[str] = field(default_factory=list)

    def serves(self, kind: str, metric: str) -> bool:
        """Whether it is of this type, or was ticked as counting for this metric too."""
        return self.kind == kind or (bool(metric) and any(_metric_of(tag) == metric for tag in self.tags))


@dataclass(slots=True)
class Shares:
    """The shares of several branches, and which of them have a live fact of which metric."""

    by_branch: dict[int, list[Share]]
    facts: set[tuple[int, str, int]]

    def records(self, branch_id: int, kind: str, metric: str, *, group_id: int | None = None) -> list[Record]:
        """The records that may fill the duty of this type, with what the ledger says about their validity."""
        return [
            self._record(share, kind, metric)
            for share in self.by_branch.get(branch_id, [])
            if share.serves(kind, metric) and (group_id is None or share.group_id == group_id)
        ]

    def _record(self, share: Share, kind: str, metric: str) -> Record:
        counted = share.is_valid
        if metric and share.group_id is None and share.state in ActivityState.counting():
            counted = (share.branch_id, metric, share.activity_id) in self.facts
        return Record(
            activity_id=share.activity_id,
            held_on=share.held_on,
            state=share.state,
            is_valid=counted,
            first_sent_at=share.first_sent_at,
            present=share.present,
            group_id=share.group_id,
            kind_name=share.kind_name,
            combined=share.kind != kind,
            return_reason=share.return_reason,
        )


def shares_of(branch_ids: Iterable[int], first: Month, last: Month, metrics: Collection[str] = ()) -> Shares:
    """Everything these branches have on record from one month to another; 3 queries."""
    ids = list(branch_ids)
    shares = _read_shares(ids, first, last)
    tags: dict[int, list[str]] = defaultdict(list)
    in_range = ActivityTag.objects.filter(
        activity__participations__branch_id__in=ids,
        activity__month__gte=first.key,
        activity__month__lte=last.key,
    )
    for activity_id, tag in in_range.values_list("activity_id", "tag").distinct():
        tags[activity_id].append(tag)
    by_branch: dict[int, list[Share]] = {branch_id: [] for branch_id in ids}
    for share in shares:
        share.tags = tags.get(share.activity_id, [])
        by_branch[share.branch_id].append(share)
    return Shares(by_branch, _read_facts(ids, first, last, metrics))


def _read_shares(ids: list[int], first: Month, last: Month) -> list[Share]:
    rows = Participation.objects.filter(branch_id__in=ids, month__gte=first.key, month__lte=last.key)
    rows = rows.filter(state=ParticipationState.CONFIRMED) | rows.filter(is_organiser=True)
    rows = rows.exclude(activity__state__in=GONE).order_by("held_on", "activity_id")
    found = rows.values_list(
        "branch_id",
        "activity_id",
        "held_on",
        "activity__state",
        "activity__kind__code",
        "activity__kind__name",
        "activity__title",
        "activity__group_id",
        "present",
        "expected",
        "is_valid",
        "is_organiser",
        "activity__first_submitted_at",
        "first_confirmed_at",
        "activity__return_reason",
    )
    return [_share(*row) for row in found]


def _share(*row: object) -> Share:
    *head, is_organiser, sent_at, confirmed_at, reason = row
    first_sent = sent_at if is_organiser else (confirmed_at or sent_at)
    return Share(*head, first_sent, reason)  # type: ignore[arg-type] -- the columns stand in the order of the fields


def _read_facts(ids: list[int], first: Month, last: Month, metrics: Collection[str]) -> set[tuple[int, str, int]]:
    if not metrics:
        return set()
    facts = live_facts(Fact.objects.filter(branch_id__in=ids, month__gte=first.key, month__lte=last.key))
    facts = facts.filter(metric__code__in=list(metrics), source_type__startswith=FROM_ACTIVITY)
    return set(facts.values_list("branch_id", "metric__code", "source_id"))


def _metric_of(tag: str) -> str:
    return tag_table().get(tag, {}).get("metric", "")
