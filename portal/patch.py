"""The page of a leader with a patch (包片领导), read before a visit: each branch's score, what is lacking, what is promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.http import Http404
from django.urls import reverse

from activities.selectors.duties import DutyCard, duty_overview
from assessment.selectors import scoreboard
from assessment.selectors.scoreboard import BranchRow
from assessment.selectors.trend import latest_month
from branches.models import Organisation, User
from branches.permissions import Viewer, visible_branches
from branches.rules import Role
from branches.selectors import secretary_names
from branches.selectors.patches import BranchVisits, patch_of, visits_of
from core.periods import Month
from worklists.models import Item
from worklists.rules import UNFINISHED
from worklists.selectors import items_of

QUIET_DAYS = 90  # a branch not visited for so long is named


@dataclass
class PatchBranch:
    """One branch of the patch as the leader meets it."""

    branch: Organisation
    secretary: str
    row: BranchRow | None
    month: Month | None
    lacking: list[tuple[Month, DutyCard]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    told: BranchVisits = field(default_factory=BranchVisits)
    today: date = date.min

    @property
    def score(self) -> Decimal | None:
        return self.row.confirmed.shown if self.row else None

    @property
    def change(self) -> Decimal | None:
        return self.row.change() if self.row else None

    @property
    def statement_url(self) -> str:
        return reverse("assessment:statement", args=[self.branch.pk, self.month]) if self.month else ""

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has visited for 90 days."""
        last = self.told.last
        return last is None or (self.today - last.visited_on).days > QUIET_DAYS

    @property
    def late_items(self) -> int:
        return sum(item.due_on < self.today for item in self.items)


@dataclass
class PatchPage:
    """A leader and the branches in their care today."""

    leader: User
    branches: list[PatchBranch]
    month: Month | None
    is_own: bool

    @property
    def lacking(self) -> int:
        return sum(len(one.lacking) for one in self.branches)

    @property
    def open_items(self) -> int:
        return sum(len(one.items) for one in self.branches)

    @property
    def quiet(self) -> int:
        return sum(one.is_quiet for one in self.branches)

    @property
    def promises(self) -> int:
        return sum(len(one.told.open_promises) for one in self.branches)


def patch_page(viewer: Viewer, leader: User) -> PatchPage:
    """The patch of a leader, as far as the viewer may see it: the leader, or an officer over it. 404 for others."""
    is_own = viewer.user_id == leader.pk and viewer.is_a(Role.LEADER)
    if not is_own and not viewer.is_a(Role.OFFICER):
        raise Http404
    today = viewer.today
    seen = visible_branches(viewer, "overview").filter(pk__in=patch_of(leader, today).values("pk"))
    branches = list(seen.select_related("root").order_by("sort_key", "code"))
    if not branches and not is_own:
        raise Http404
    month = latest_month(viewer.root_id or 0)
    ids = [branch.pk for branch in branches]
    rows = _rows(viewer, month)
    lacking = _lacking(viewer, branches)
    items = _items(viewer, ids)
    told = visits_of(viewer, ids, today)
    names = secretary_names(ids, today)
    found = [
        PatchBranch(
            branch=branch,
            secretary=names[branch.pk],
            row=rows.get(branch.pk),
            month=month,
            lacking=lacking.get(branch.pk, []),
            items=items.get(branch.pk, []),
            told=told[branch.pk],
            today=today,
        )
        for branch in branches
    ]
    return PatchPage(leader, found, month, is_own)


def _rows(viewer: Viewer, month: Month | None) -> dict[int, BranchRow]:
    """Scores by branch; none where the month has no scheme."""
    if month is None or viewer.root_id is None:
        return {}
    try:
        return scoreboard(viewer, viewer.root_id, month).by_branch
    except Http404:
        return {}


def _lacking(viewer: Viewer, branches: list[Organisation]) -> dict[int, list[tuple[Month, DutyCard]]]:
    """What last month and this month still lack."""
    if not branches:
        return {}
    today, root = viewer.today, branches[0].root
    ids = {branch.pk for branch in branches}
    found: dict[int, list[tuple[Month, DutyCard]]] = {}
    for month in (Month.of(today).previous, Month.of(today)):
        for row in duty_overview(viewer, root, month, today=today):
            if row.branch.pk in ids:
                found.setdefault(row.branch.pk, []).extend((month, card) for card in row.missing)
    return found


def _items(viewer: Viewer, ids: list[int]) -> dict[int, list[Item]]:
    """What the branches still have to put right."""
    found: dict[int, list[Item]] = {}
    for item in items_of(viewer).filter(branch_id__in=ids, state__in=UNFINISHED):
        found.setdefault(item.branch_id, []).append(item)
    return found
