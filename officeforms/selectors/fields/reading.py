"""One reading of the portal for one filled copy: each selector is asked once, for all cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, Sum
from django.http import Http404

from activities.models import ActivityState, Participation, ParticipationState
from activities.selectors.ledger import LedgerFilter, absences_of, ledger_rows
from activities.selectors.records import records
from appraisal.models import YearEnd, YearResult
from appraisal.selectors import grade_steps, results_of, year_end_of, year_frame
from assessment.models import Fact, MetricKind
from assessment.selectors import Scoreboard, scoreboard
from assessment.selectors.facts import fact_rows
from branches.models import MemberStatus, Organisation
from branches.permissions import Viewer, visible_branches
from branches.selectors import (
    MemberRow,
    OrganisationRow,
    groups_on,
    member_list,
    member_rows,
    members_on,
    organisation_list,
    organisation_rows,
)
from core.periods import Month

MOST_LINES = 2_000  # of one row block: an official form, not a data dump


@dataclass
class Reading:
    """What one copy reads: by whom, for which month, about which branch (None: about the committee)."""

    viewer: Viewer
    root: Organisation
    month: Month
    today: date
    branch: Organisation | None = None

    @property
    def on(self) -> date:
        """The day the register is read on: the month's last, or today while it runs."""
        return min(self.month.last_day, self.today)

    @cached_property
    def branches(self) -> list[Organisation]:
        """The branches the viewer sees, in the order of the lists: of the copy's branch that one alone."""
        rows = organisation_list(self.viewer, {}, self.on).filter(root_id=self.root.pk)
        seen = visible_branches(self.viewer, "score").values("pk")
        rows = rows.filter(pk__in=seen)
        if self.branch is not None:
            rows = rows.filter(pk=self.branch.pk)
        return list(rows.order_by("sort_key", "code"))

    @cached_property
    def branch_ids(self) -> list[int]:
        return [branch.pk for branch in self.branches]

    @cached_property
    def rows(self) -> dict[int, OrganisationRow]:
        """Secretary, leaders and term of each branch, as the list of branches shows them."""
        return {row.organisation.pk: row for row in organisation_rows(self.branches, self.on)}

    @cached_property
    def people(self) -> dict[int, dict[str, int]]:
        """How many members of each standing each branch had on the day."""
        found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for branch_id, status in members_on(self.branch_ids, self.on).values_list("branch_id", "status"):
            found[branch_id][status] += 1
        return found

    def head_count(self, branch_id: int, status: str = "") -> int:
        counts = self.people.get(branch_id, {})
        return counts.get(status, 0) if status else sum(counts.values())

    @cached_property
    def groups(self) -> dict[int, int]:
        return {pk: len(rows) for pk, rows in groups_on(self.branch_ids, self.on).items()}

    @cached_property
    def board(self) -> Scoreboard | None:
        """The overview of the month; None where no scheme is valid."""
        try:
            return scoreboard(self.viewer, self.root.pk, self.month)
        except Http404:
            return None

    @cached_property
    def record_counts(self) -> dict[tuple[int, str, int], int]:
        """(branch, kind, month key) → gatherings on record, sent or approved, in the year up to the month."""
        rows = records(self.viewer).filter(
            branch_id__in=self.branch_ids,
            month__range=(self.month.year * 100 + 1, self.month.key),
            state=ParticipationState.CONFIRMED,
            activity__state__in=ActivityState.counting(),
        )
        counted = rows.order_by().values_list("branch_id", "activity__kind__code", "month").annotate(n=Count("pk"))
        return {(branch_id, kind, month): n for branch_id, kind, month, n in counted}

    def record_count(self, branch_ids: Sequence[int], kind: str, *, of_year: bool) -> int:
        return sum(
            n
            for (branch_id, one, month), n in self.record_counts.items()
            if one == kind and branch_id in branch_ids and (of_year or month == self.month.key)
        )

    def quantity(self, branch_ids: Sequence[int], code: str, kind: str, *, of_year: bool) -> int:
        """Confirmed quantity of a metric in thousandths: the sum of the window, or of a level its latest."""
        table = self._facts(code, kind)
        first = self.month.year * 100 + 1 if of_year or kind == MetricKind.LEVEL else self.month.key
        total = 0
        for branch_id in branch_ids:
            found = [(month, n) for month, n in table.get(branch_id, []) if first <= month <= self.month.key]
            total += sum(n for _, n in found) if kind == MetricKind.FLOW else (found[-1][1] if found else 0)
        return total

    def _facts(self, code: str, kind: str) -> dict[int, list[tuple[int, int]]]:
        cache: dict[str, dict[int, list[tuple[int, int]]]] = self.__dict__.setdefault("_facts_read", {})
        if code not in cache:
            asked = {
                "metric": code,
                "year": str(self.month.year),
                "until": str(self.month.number),
                "state": "confirmed",
            }
            rows: Any = fact_rows(self.viewer, asked).filter(branch_id__in=self.branch_ids).select_related(None)
            cache[code] = _by_branch(rows, kind)
        return cache[code]

    @cached_property
    def year_end(self) -> YearEnd | None:
        return year_end_of(self.viewer, self.root, self.month.year)

    @cached_property
    def results(self) -> dict[int, YearResult]:
        """The year's results by branch; none before it was settled."""
        return {row.branch_id: row for row in results_of(self.viewer, self.year_end)} if self.year_end else {}

    @cached_property
    def grades(self) -> dict[str, str]:
        return {step.code: step.name for step in grade_steps(year_frame(self.year_end))} if self.year_end else {}

    @cached_property
    def members(self) -> list[MemberRow]:
        """The roster as the list of members shows it, personal numbers masked."""
        rows = member_list(self.viewer, {}).filter(branch_id__in=self.branch_ids)
        return member_rows(rows.order_by("branch__sort_key", "branch__code", "member_no")[:MOST_LINES], self.on)

    @cached_property
    def records_of_month(self) -> list[Participation]:
        return self._records(self.month)

    @cached_property
    def records_of_year(self) -> list[Participation]:
        return self._records(Month(self.month.year, 1))

    def _records(self, first: Month) -> list[Participation]:
        wanted = LedgerFilter(
            branch_id=self.branch.pk if self.branch else None, first=first.first_day, last=self.month.last_day
        )
        rows = ledger_rows(self.viewer, wanted).filter(branch_id__in=self.branch_ids)
        return list(rows.order_by("branch__sort_key", "branch__code", "held_on", "pk")[:MOST_LINES])

    @cached_property
    def absences(self) -> dict[int, str]:
        """Who was away from each gathering read, in words."""
        read = [row for name in ("records_of_month", "records_of_year") for row in self.__dict__.get(name, [])]
        return absences_of(read)

    @cached_property
    def probationary(self) -> str:
        return MemberStatus.PROBATIONARY


def _by_branch(rows: Any, kind: str) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    if kind == MetricKind.FLOW:
        summed = rows.order_by().values_list("branch_id", "month").annotate(n=Sum("quantity"))
        for branch_id, month, n in summed:
            found[branch_id].append((month, n))
    else:
        facts = Fact.objects.filter(pk__in=rows.order_by().values("pk")).order_by("happened_on", "pk")
        for branch_id, month, n in facts.values_list("branch_id", "month", "quantity"):
            found[branch_id].append((month, n))
    return found
