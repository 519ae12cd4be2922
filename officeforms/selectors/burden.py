"""The burden meter: what was asked of each branch in each of twelve months, from what lies in the portal anyway."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth

from activities.models import Activity, ActivityFile, Claim, ClaimFile, MonthSheet
from branches.models import Organisation
from branches.permissions import Viewer, visible_branches
from core.periods import SHANGHAI, Month
from notices.models import Notice
from officeforms.models import Answer, Collection, FormExport
from officeforms.rules.burden import FILE, REMINDER, Ask, Load, load_of, tenths_of_mean, total

DECLARED = Path(__file__).parent.parent / "defaults" / "burden.yaml"
MONTHS = 12
REMINDERS = ("reminder", "overdue")


@lru_cache(maxsize=1)
def declared() -> dict[str, Ask]:
    """What each kind of work costs, as declared; the same for every branch."""
    found = yaml.safe_load(DECLARED.read_text(encoding="utf-8"))
    rows = {f"record.{shape}": row for shape, row in found.pop("records").items()} | found
    return {code: Ask(code, row["label"], row["fields"], row["minutes"]) for code, row in rows.items()}


@dataclass(frozen=True, slots=True)
class BranchLoad:
    """One branch in the chosen month, with its usual minutes of the year before beside it."""

    branch: Organisation
    load: Load
    usual_tenths: int

    @property
    def change_tenths(self) -> int:
        return self.load.minutes * 10 - self.usual_tenths


@dataclass(frozen=True)
class Meter:
    """The meter of the branches a viewer may see: twelve months up to the chosen one."""

    month: Month
    months: tuple[Month, ...]
    branches: tuple[Organisation, ...]
    loads: dict[tuple[int, Month], Load]

    def load(self, branch_id: int, month: Month) -> Load:
        return self.loads.get((branch_id, month), Load())

    @cached_property
    def rows(self) -> list[BranchLoad]:
        """The branches in the chosen month, the most burdened first."""
        found = []
        for branch in self.branches:
            before = [self.load(branch.pk, month).minutes for month in self.months[:-1]]
            usual = tenths_of_mean(sum(before), len(before))
            found.append(BranchLoad(branch, self.load(branch.pk, self.month), usual))
        return sorted(found, key=lambda row: (-row.load.minutes, row.branch.sort_key, row.branch.code))

    @cached_property
    def whole(self) -> Load:
        return total(row.load for row in self.rows)

    @cached_property
    def trend(self) -> list[tuple[Month, Load, int]]:
        """Each month: the load of all branches together, and the mean minutes of one in tenths."""
        found = []
        for month in self.months:
            load = total(self.load(branch.pk, month) for branch in self.branches)
            found.append((month, load, tenths_of_mean(load.minutes, len(self.branches))))
        return found

    @cached_property
    def sources(self) -> list[tuple[Ask, int, int, int]]:
        """(kind, pieces, fields, minutes) of the chosen month, what takes most first."""
        asks = declared()
        found = [
            (asks[code], n, asks[code].fields * n, asks[code].minutes * n) for code, n in self.whole.pieces.items()
        ]
        return sorted(found, key=lambda row: (-row[3], row[0].code))


def meter(viewer: Viewer, month: Month) -> Meter:
    """The burden of the viewer's branches; 8 queries however many they are."""
    branches = visible_branches(viewer, "burden").filter(dissolved_on__isnull=True)
    months = tuple(month.plus(1 - MONTHS).until(month))
    found = tuple(branches.order_by("sort_key", "code"))
    counted: dict[tuple[int, Month], list[tuple[str, int]]] = defaultdict(list)
    window = _Window(branches, months)
    for code, rows in window.counts():
        for branch_id, at, n in rows:
            counted[branch_id, Month.of(at)].append((code, n))
    for branch_id, at, shape, n in window.records():
        counted[branch_id, Month.of(at)].append((f"record.{shape}", n))
    asks = declared()
    return Meter(month, months, found, {key: load_of(asks, pieces) for key, pieces in counted.items()})


class _Window:
    """The counts of some branches in a run of months; what the committee entered itself is nobody's burden."""

    def __init__(self, branches: QuerySet[Organisation], months: tuple[Month, ...]) -> None:
        self.ids = branches.order_by().values("pk")
        self.first = datetime.combine(months[0].first_day, time(0), SHANGHAI)
        self.after = datetime.combine(months[-1].next.first_day, time(0), SHANGHAI)

    def counts(self) -> Iterator[tuple[str, Any]]:
        claims = Claim.objects.filter(on_behalf=False)
        sheets = MonthSheet.objects.filter(on_behalf=False)
        files = ActivityFile.objects.filter(activity__on_behalf=False)
        proofs = ClaimFile.objects.filter(claim__on_behalf=False)
        notices = Notice.objects.filter(kind__in=REMINDERS)
        yield "claim", self._by_month(claims, "branch", "first_submitted_at")
        yield "sheet", self._by_month(sheets, "branch", "first_sent_at")
        yield "answer", self._by_month(Answer.objects.all(), "branch", "answered_at")
        yield FILE, self._by_month(files, "activity__branch", "added_at")
        yield FILE, self._by_month(proofs, "claim__branch", "added_at")
        yield REMINDER, self._by_month(notices, "recipient__member__branch", "created_at")

    def records(self) -> Any:
        rows = self._in_window(Activity.objects.filter(on_behalf=False), "branch", "first_submitted_at")
        return rows.values_list("branch_id", "at", "kind__shape").annotate(n=Count("pk"))

    def _by_month(self, rows: QuerySet[Any], branch: str, moment: str) -> Any:
        return self._in_window(rows, branch, moment).values_list(branch, "at").annotate(n=Count("pk"))

    def _in_window(self, rows: QuerySet[Any], branch: str, moment: str) -> QuerySet[Any]:
        within = {f"{moment}__gte": self.first, f"{moment}__lt": self.after, f"{branch}__in": self.ids}
        return rows.filter(**within).order_by().annotate(at=TruncMonth(moment, tzinfo=SHANGHAI))


@dataclass(frozen=True, slots=True)
class CollectionLoad:
    """What one collection asks: fields of each branch, and of all together."""

    collection: Collection
    fields: int
    answers: int


def collection_loads(viewer: Viewer, month: Month) -> list[CollectionLoad]:
    """The collections that were open in the month, with what they ask."""
    after = datetime.combine(month.next.first_day, time(0), SHANGHAI)
    first = datetime.combine(month.first_day, time(0), SHANGHAI)
    rows = Collection.objects.filter(root_id=viewer.root_id, sent_at__lt=after).exclude(ended_at__lt=first)
    counted = rows.annotate(asked=Count("fields", distinct=True), answered=Count("fields__answers", distinct=True))
    return [CollectionLoad(row, row.asked, row.answered) for row in counted.order_by("name")]


def figures_filled(viewer: Viewer, month: Month) -> tuple[int, int]:
    """(copies, figures) of official forms that the portal filled in the month, so that nobody typed them."""
    after = datetime.combine(month.next.first_day, time(0), SHANGHAI)
    first = datetime.combine(month.first_day, time(0), SHANGHAI)
    rows = FormExport.objects.filter(root_id=viewer.root_id, exported_at__gte=first, exported_at__lt=after)
    found = rows.aggregate(copies=Count("pk"), figures=Sum("figures"))
    return found["copies"], found["figures"] or 0
