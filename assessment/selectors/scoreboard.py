"""The scoreboard: every visible branch at one month, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import F, IntegerField, Subquery, Value
from django.http import Http404

from assessment.models import BranchMonth, ExtraScore, MonthClosing, RuleScore, Scheme
from assessment.selectors.figures import Figures, Triple
from assessment.selectors.frame import SchemeFrame, best_scheme, frame_of, published_frame, scheme_rows
from branches.models import Organisation
from branches.permissions import Viewer, visible_branches
from branches.rules import Role
from core.periods import MONTHS_PER, Month

VIEWS = {"month": "月度", "quarter": "季度", "half": "半年", "year": "年度"}
CHANGE_WORDS = {"month": "较上月", "quarter": "较上季", "half": "较上半年", "year": "较年初"}


@dataclass(frozen=True)
class Closed:
    """That a month is frozen, since when, and the digest that proves it."""

    revision: int
    closed_at: datetime
    digest: str


@dataclass(frozen=True)
class BranchRow:
    """One branch at one month: both figures, the earlier ones to compare with, and its place (committee only)."""

    branch_id: int
    name: str
    code: str
    rank_group: str
    member_count: int
    first_month: int
    is_measured: bool
    confirmed: Figures
    provisional: Figures
    earlier: tuple[tuple[Month, Figures], ...] = ()
    earlier_provisional: tuple[tuple[Month, Figures], ...] = ()
    rank: int | None = None
    group_size: int = 0

    def figures(self, which: str = "confirmed") -> Figures:
        return self.provisional if which == "provisional" else self.confirmed

    def change(self, which: str = "confirmed") -> Decimal | None:
        """The difference of the two scores as shown; None where there is no earlier one in this year."""
        before = self.earlier_provisional if which == "provisional" else self.earlier
        now, earlier = self.figures(which).shown, before[-1][1].shown if before else None
        return None if now is None or earlier is None else now - earlier

    @property
    def months(self) -> int:
        """How many months the branch has been measured this year."""
        return max(0, self.confirmed_month - self.first_month + 1) if self.is_measured else 0

    confirmed_month: int = 12
    leaders: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scoreboard:
    """Branches × items at one month under one scheme version."""

    root_id: int
    month: Month
    view: str
    frame: SchemeFrame
    closed: Closed | None
    rows: tuple[BranchRow, ...]
    shows_ranks: bool
    periods: tuple[Month, ...] = field(default=())

    @property
    def title(self) -> str:
        return window_label(self.month)

    @property
    def change_word(self) -> str:
        return CHANGE_WORDS[self.view]

    @property
    def leaders(self) -> dict[int, str]:
        """The leaders who have any of these branches in their care."""
        return {pk: name for row in self.rows for pk, name in row.leaders.items()}

    @property
    def without_leader(self) -> tuple[BranchRow, ...]:
        """The branches that no leader has in care today; only the committee is told."""
        return tuple(row for row in self.rows if not row.leaders) if self.shows_ranks else ()

    @cached_property
    def by_branch(self) -> dict[int, BranchRow]:
        return {row.branch_id: row for row in self.rows}

    def mean_categories(self, which: str = "confirmed") -> dict[str, Fraction | None]:
        return {
            one.code: mean(row.figures(which).categories[one.code].score for row in self.rows)
            for one in self.frame.categories
        }


def window_label(month: Month) -> str:
    """2026年1—10月; January alone is 2026年1月."""
    return month.label if month.number == 1 else f"{month.year}年1—{month.number}月"


def mean(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def scoreboard(viewer: Viewer, root_id: int, month: Month, *, view: str = "month") -> Scoreboard:
    """What the viewer's overview shows (2 queries once its scheme is in memory). 404 where no scheme is valid.

    `view` decides what the change is taken against: the month before, or the last month of the quarter,
    half or year before; and, but for the month, which period ends stand beside it.
    """
    branches, frame, closed = branch_months(viewer, root_id, month)
    if frame is None:
        raise Http404("没有适用的考核方案")
    earlier = earlier_months(month, view)
    ids = [row["branch_id"] for row in branches]
    scores = rule_scores(root_id, [month, *earlier], ids)
    rows = [_row(frame, data, scores, month, earlier) for data in branches]
    shows_ranks = viewer.is_system or viewer.is_a(Role.OFFICER)
    return Scoreboard(
        root_id,
        month,
        view,
        frame,
        closed,
        tuple(_ranked(rows, frame) if shows_ranks else rows),
        shows_ranks,
        tuple(earlier),
    )


def scheme_and_closing(root_id: int, month: Month) -> tuple[Scheme | None, Closed | None]:
    """The scheme valid on the last day of the month and whether the month is closed; one query."""
    best = best_scheme(scheme_rows(root_id, month.key).annotate(**_closing_columns(root_id, month)))
    return best, _closed(best.closing_revision, best.closing_at, best.closing_digest) if best else None


def _closing_columns(root_id: int, month: Month) -> dict[str, Subquery]:
    closing = MonthClosing.objects.filter(root_id=root_id, month=month.key, reopened_at__isnull=True).order_by(
        "-revision"
    )
    names = {"closing_revision": "revision", "closing_at": "closed_at", "closing_digest": "digest"}
    return {name: Subquery(closing.values(column)[:1]) for name, column in names.items()}


def _closed(revision: int | None, at: datetime | None, digest: str | None) -> Closed | None:
    return None if revision is None or at is None else Closed(revision, at, digest or "")


def branch_months(viewer: Viewer, root_id: int, month: Month) -> tuple[list[dict], SchemeFrame | None, Closed | None]:
    """The branches of a committee in one month that the viewer may see, in their order; scheme and closing with them.

    `leaders` are the (id, name) of those who have the branch in their care today. All in one query: the
    scheme and the closing stand beside every row (a second one only where there is no row).
    """
    seen = visible_branches(viewer, "overview")
    scheme = scheme_rows(root_id, month.key).order_by(F("root_id").desc(nulls_last=True), "-valid_from", "-pk")
    rows = BranchMonth.objects.filter(root_id=root_id, month=month.key, branch__in=seen.values("pk")).annotate(
        scheme_pk=Subquery(scheme.values("pk")[:1]),
        scheme_published_at=Subquery(scheme.values("published_at")[:1]),
        **_closing_columns(root_id, month),
    )
    found: dict[int, dict] = {}
    row: list = []
    for row in rows.order_by("branch__sort_key", "branch__code").values_list(*BRANCH_COLUMNS.values(), *BESIDE_COLUMNS):
        values, (leader_id, leader_name, from_on, to_on) = row[: len(BRANCH_COLUMNS)], row[len(BRANCH_COLUMNS) :][:4]
        data = found.setdefault(values[0], {**dict(zip(BRANCH_COLUMNS, values, strict=True)), "leaders": {}})
        if leader_id and from_on <= viewer.today and (to_on is None or viewer.today <= to_on):
            data["leaders"][leader_id] = leader_name
    if not row:
        best, closed = scheme_and_closing(root_id, month)
        return [], frame_of(best) if best else None, closed
    scheme_pk, published_at, *closing = row[-5:]
    return list(found.values()), published_frame(scheme_pk, published_at) if scheme_pk else None, _closed(*closing)


def earlier_months(month: Month, view: str) -> list[Month]:
    """Period ends of the same year before `month`, oldest first; for a month view the month before alone."""
    size = MONTHS_PER[view]
    ends = [Month(month.year, number) for number in range(size, month.number, size)]
    return ends[-1:] if view == "month" else ends


BRANCH_COLUMNS = {
    "branch_id": "branch_id",
    "name": "branch__short_name",
    "code": "branch__code",
    "rank_group": "branch__rank_group",
    "member_count": "member_count",
    "first_month": "first_month",
    "is_measured": "is_measured",
}
BESIDE_COLUMNS = (
    "branch__leaders__leader_id",
    "branch__leaders__leader__display_name",
    "branch__leaders__from_on",
    "branch__leaders__to_on",
    "scheme_pk",
    "scheme_published_at",
    "closing_revision",
    "closing_at",
    "closing_digest",
)
RULE_COLUMNS = ("earned", "available", "ceiling")


def rule_scores(root_id: int, months: list[Month], branch_ids: Iterable[int]) -> Scores:
    """Rule and extra scores of these months and branches; one query."""
    return stored_scores(RuleScore, ExtraScore, "branch_id", root_id, months, branch_ids)


def stored_scores(
    rule_model: Any, extra_model: Any, subject: str, root_id: int, months: list[Month], subject_ids: Iterable[int]
) -> Scores:
    """The same of whatever subject: the two tables, and the column that names it."""
    where = {"root_id": root_id, "month__in": [month.key for month in months], f"{subject}__in": list(subject_ids)}
    rules = rule_model.objects.filter(**where).values_list(
        Value(0, IntegerField()),
        "month",
        subject,
        "rule_id",
        *(f"{name}_confirmed" for name in RULE_COLUMNS),
        *(f"{name}_provisional" for name in RULE_COLUMNS),
    )
    zero = Value(0, IntegerField())
    extras = extra_model.objects.filter(**where).values_list(
        Value(1, IntegerField()),
        "month",
        subject,
        "extra_id",
        "points_confirmed",
        zero,
        zero,
        "points_provisional",
        zero,
        zero,
    )
    scores = Scores()
    for extra, key, branch_id, part, e, a, top, e2, a2, top2 in rules.union(extras, all=True):
        if extra:
            scores.extras[key, branch_id][part] = (e, e2)
        else:
            scores.rules[key, branch_id][part] = ((e, a, top), (e2, a2, top2))
    return scores


@dataclass
class Scores:
    """Stored figures by (month key, branch): rule id → both triples, extra id → both points."""

    rules: dict[tuple[int, int], dict[int, tuple[Triple, Triple]]] = field(default_factory=lambda: defaultdict(dict))
    extras: dict[tuple[int, int], dict[int, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))

    def figures(self, frame: SchemeFrame, month: Month, branch_id: int) -> tuple[Figures, Figures]:
        """Confirmed and provisional figures of one branch at one month."""
        key = (month.key, branch_id)
        rules, extras = self.rules.get(key, {}), self.extras.get(key, {})
        return tuple(  # type: ignore[return-value] -- confirmed and provisional, a pair
            Figures(frame, {pk: both[n] for pk, both in rules.items()}, {pk: both[n] for pk, both in extras.items()})
            for n in (0, 1)
        )


def _row(frame: SchemeFrame, data: dict, scores: Scores, month: Month, earlier: list[Month]) -> BranchRow:
    confirmed, provisional = scores.figures(frame, month, data["branch_id"])
    before = [(one, scores.figures(frame, one, data["branch_id"])) for one in earlier]
    return BranchRow(
        **data,
        confirmed=confirmed,
        provisional=provisional,
        earlier=tuple((one, both[0]) for one, both in before),
        earlier_provisional=tuple((one, both[1]) for one, both in before),
        confirmed_month=month.number,
    )


def _ranked(rows: list[BranchRow], frame: SchemeFrame) -> list[BranchRow]:
    """Rank in the rank group by the unrounded confirmed score; equal scores share a place; short ones have none."""
    groups: dict[str, list[BranchRow]] = defaultdict(list)
    for row in rows:
        if row.confirmed.score is not None and row.months >= frame.row.rank_min_months:
            groups[row.rank_group].append(row)
    ranks: dict[int, tuple[int, int]] = {}
    for group in groups.values():
        totals = sorted((row.confirmed.score or 0 for row in group), reverse=True)
        ranks.update((row.branch_id, (totals.index(row.confirmed.score or 0) + 1, len(group))) for row in group)
    return [
        replace(row, rank=ranks[row.branch_id][0], group_size=ranks[row.branch_id][1])
        if row.branch_id in ranks
        else row
        for row in rows
    ]


def root_of(viewer: Viewer) -> Organisation:
    """The committee the viewer works under; 404 without one."""
    root = Organisation.objects.filter(pk=viewer.root_id).first() if viewer.root_id else None
    if root is None:
        raise Http404
    return root
