"""All that the year plans of some branches are made of, read in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from activities.models import Duty, PlanEntry
from activities.rules.catalogue import read_defaults
from activities.rules.duties import Period
from activities.selectors.catalogue import Catalogue, catalogue_for
from activities.selectors.duties import TALKS, _duties, _talks
from activities.selectors.shares import Shares, shares_of
from assessment.ledger import live_facts
from assessment.models import Fact, ReviewMark, Rule
from assessment.models.closing import OpeningImport
from assessment.schemes import scheme_for
from branches.models import Appointment, BranchTerm, Organisation, Post, Tier
from branches.selectors import secretary_names
from branches.selectors.organisations import on_day
from core.periods import Month
from core.periods import today as day_of


@dataclass(frozen=True, slots=True)
class Proof:
    """That something wanted once was done: the day, what says so, where."""

    happened_on: date
    label: str
    url: str
    is_confirmed: bool = True


@dataclass(slots=True)
class Ground:
    """What was read; ids are of branches."""

    year: int
    today: date
    duties: list[Duty]
    shares: Shares
    terms: dict[int, list[BranchTerm]]
    groups: dict[int, list[Organisation]]
    talks: dict[int, tuple[int, int]]
    catalogue: Catalogue
    facts: dict[tuple[int, str], Proof]
    marks: dict[tuple[int, str], Proof]
    entries: dict[tuple[int, str], PlanEntry]
    secretaries: dict[int, str]
    group_leaders: dict[int, str]
    go_live_month: int | None
    opening_from: int | None

    def day_in(self, period: Period) -> date:
        """The day of the period on which it is judged whether it applies: today, or its nearest end."""
        return min(period.last_day, max(self.today, period.first.first_day))

    def has_committee(self, branch_id: int, on: date) -> bool:
        begun = [term for term in self.terms.get(branch_id, []) if term.from_on <= on]
        return bool(begun) and begun[-1].has_committee

    def groups_on(self, branch_id: int, on: date) -> list[Organisation]:
        return [
            group
            for group in self.groups.get(branch_id, [])
            if group.founded_on <= on and (group.dissolved_on is None or group.dissolved_on >= on)
        ]


def four_ones() -> list[dict]:
    """The 四个一 as data: code, name, and what meets each."""
    return read_defaults("year_plan.yaml")["four_ones"]


def read_ground(root: Organisation, branches: Sequence[Organisation], year: int, today: date) -> Ground:
    """Everything for these branches of one committee."""
    ids = [branch.pk for branch in branches]
    duties = _duties()
    first, last = Month(year, 1), Month(year, 12)
    catalogue = catalogue_for(root.pk, last)
    on = min(max(first.first_day, today), last.last_day)
    groups = _groups(ids)
    opening = OpeningImport.objects.filter(root_id=root.pk).order_by("from_month").values_list("from_month", flat=True)
    return Ground(
        year=year,
        today=today,
        duties=duties,
        shares=shares_of(ids, first, last, {duty.metric for duty in duties if duty.metric}),
        terms=_terms(ids),
        groups=groups,
        talks=_talks(ids, year, on) if any(duty.code == TALKS for duty in duties) else {},
        catalogue=catalogue,
        facts=_facts(root.pk, ids, year, _wanted_metrics(catalogue)),
        marks=_marks(root.pk, ids, year),
        entries=read_entries(root.pk, ids, year),
        secretaries=secretary_names(ids, on),
        group_leaders=_group_leaders([group.pk for found in groups.values() for group in found], on),
        go_live_month=root.go_live_month,
        opening_from=opening.first(),
    )


def read_entries(root_id: int, ids: Sequence[int], year: int) -> dict[tuple[int, str], PlanEntry]:
    """What was planned, by organisation and line."""
    rows = PlanEntry.objects.filter(root_id=root_id, organisation_id__in=ids, year=year)
    return {(row.organisation_id, row.key): row for row in rows}


def _wanted_metrics(catalogue: Catalogue) -> set[str]:
    wanted = {metric for item in catalogue.items for metric, _ in item.deadlines}
    return wanted | {one["metric"] for one in four_ones() if "metric" in one}


def _terms(ids: Sequence[int]) -> dict[int, list[BranchTerm]]:
    found: dict[int, list[BranchTerm]] = defaultdict(list)
    for term in BranchTerm.objects.filter(branch_id__in=ids).order_by("from_on", "term_no"):
        found[term.branch_id].append(term)
    return found


def _groups(ids: Sequence[int]) -> dict[int, list[Organisation]]:
    found: dict[int, list[Organisation]] = defaultdict(list)
    for group in Organisation.objects.filter(parent_id__in=ids, tier=Tier.GROUP).order_by("sort_key", "code"):
        found[group.parent_id].append(group)
    return found


def _group_leaders(group_ids: Sequence[int], on: date) -> dict[int, str]:
    rows = Appointment.objects.filter(on_day(on), organisation_id__in=group_ids, post=Post.GROUP_LEADER)
    return dict(rows.order_by("-from_on", "-pk").values_list("organisation_id", "member__name"))


def _facts(root_id: int, ids: Sequence[int], year: int, metrics: set[str]) -> dict[tuple[int, str], Proof]:
    """The first live fact of each wanted metric in the year."""
    rows = Fact.objects.filter(
        root_id=root_id,
        branch_id__in=ids,
        month__gte=year * 100 + 1,
        month__lte=year * 100 + 12,
        metric__code__in=sorted(metrics),
    )
    found: dict[tuple[int, str], Proof] = {}
    columns = ("branch_id", "metric__code", "happened_on", "label", "url", "state")
    for branch_id, metric, day, label, url, state in (
        live_facts(rows).order_by("happened_on", "pk").values_list(*columns)
    ):
        found.setdefault((branch_id, metric), Proof(day, label, url, state == "confirmed"))
    return found


def _marks(root_id: int, ids: Sequence[int], year: int) -> dict[tuple[int, str], Proof]:
    """Marks of reviewers by branch and the subject of their rule."""
    subjects = {one["mark"] for one in four_ones() if "mark" in one}
    scheme = scheme_for(root_id, Month(year, 12))
    if scheme is None:
        return {}
    codes = dict(Rule.objects.filter(scheme=scheme, review_subject__in=subjects).values_list("code", "review_subject"))
    rows = ReviewMark.objects.filter(root_id=root_id, year=year, branch_id__in=ids, rule_code__in=list(codes))
    return {
        (mark.branch_id, codes[mark.rule_code]): Proof(day_of(mark.marked_at), f"{codes[mark.rule_code]}已评定", "")
        for mark in rows.filter(withdrawn_at=None).order_by("marked_at")
    }
