"""One branch's year on one page: result, all items with their evidence, marks, vetoes, appeals, what was corrected."""

from __future__ import annotations

from dataclasses import dataclass

from appraisal.models import Appeal, VetoCase, YearEnd, YearResult
from appraisal.selectors.appeals import appeals_of_year
from appraisal.selectors.inputs import grade_steps, year_frame
from appraisal.selectors.pages import open_vetoes
from assessment.models import BranchMonth, PeriodScore, Restatement
from assessment.statement import statement
from assessment.statement.model import FactLine, ItemPart, Statement
from branches.models import Organisation
from branches.permissions import Viewer, visible
from branches.rules import Role
from core.periods import Month

SHOWN_FACTS = 3
POINT = 1_000_000


@dataclass(frozen=True)
class ItemLine:
    """One of the items with its latest records, each once; `count` is how many there are behind the link."""

    part: ItemPart
    facts: tuple[FactLine, ...]
    count: int
    left_out: tuple[str, ...]

    @property
    def has_more(self) -> bool:
        return self.count > len(self.facts)

    @property
    def without_facts(self) -> str:
        """What stands there where no record does."""
        share = self.part.share
        if share.shown is not None and share.shown * POINT == self.part.item.points:
            return "没有扣分的事项"
        return self.left_out[0] if self.left_out else "没有记录"


@dataclass(frozen=True)
class BranchYearPage:
    """All of it."""

    branch: Organisation
    year: int
    month: Month
    statement: Statement
    items: tuple[ItemLine, ...]
    results: tuple[YearResult, ...]
    periods: tuple[PeriodScore, ...]
    vetoes: tuple[VetoCase, ...]
    appeals: tuple[Appeal, ...]
    restatements: tuple[Restatement, ...]
    grade_names: dict[str, str]


def last_month_of(branch: Organisation, year: int) -> Month:
    """The last month of the year with a score of the branch; December where there is none."""
    rows = BranchMonth.objects.filter(root_id=branch.root_id, branch_id=branch.pk, is_measured=True)
    key = rows.filter(month__range=(year * 100 + 1, year * 100 + 12)).order_by("-month").values_list("month", flat=True)
    return Month.from_key(key[0]) if key else Month(year, 12)


def branch_year_page(viewer: Viewer, branch: Organisation, year: int) -> BranchYearPage:
    """The page of a branch that the viewer may see; 404 where the year has no score of it."""
    month = last_month_of(branch, year)
    found = statement(viewer, branch.pk, month, with_raises=False)
    year_end = YearEnd.objects.filter(root_id=branch.root_id, year=year).first()
    results: list[YearResult] = []
    names: dict[str, str] = {}
    if year_end is not None:
        rows = YearResult.objects.filter(year_end=year_end, branch=branch)
        results = list(visible(rows, viewer).order_by("-revision"))
        names = {step.code: step.name for step in grade_steps(year_frame(year_end))} if results else {}
    return BranchYearPage(
        branch=branch,
        year=year,
        month=month,
        statement=found,
        items=tuple(_item(part) for category in found.categories for part in category.items),
        results=tuple(results),
        periods=_periods(viewer, branch, year),
        vetoes=_vetoes(viewer, branch, year_end),
        appeals=tuple(appeals_of_year(viewer, branch.pk, year)),
        restatements=_restatements(viewer, branch, year),
        grade_names=names,
    )


def _item(part: ItemPart) -> ItemLine:
    facts = [fact for line in part.lines for fact in line.facts if fact.counts]
    facts.sort(key=lambda one: one.fact.happened_on, reverse=True)
    records = list({(one.fact.url or one.fact.label): one for one in reversed(facts)}.values())[::-1]
    left_out = tuple(word for line in part.lines for word in line.left_out)
    return ItemLine(part, tuple(records[:SHOWN_FACTS]), len(records), left_out)


def _periods(viewer: Viewer, branch: Organisation, year: int) -> tuple[PeriodScore, ...]:
    """The latest snapshot of each period."""
    rows = visible(PeriodScore.objects.filter(branch=branch, snapshot__year=year), viewer)
    latest = {row.snapshot.period: row for row in rows.select_related("snapshot").order_by("snapshot__revision")}
    return tuple(latest[period] for period in sorted(latest, key=lambda one: (one.months[-1], len(one.months))))


def _vetoes(viewer: Viewer, branch: Organisation, year_end: YearEnd | None) -> tuple[VetoCase, ...]:
    if year_end is None:
        return ()
    if viewer.is_a(Role.OFFICER, Role.LEADER):
        return tuple(visible(VetoCase.objects.filter(year_end=year_end, branch=branch), viewer))
    return tuple(case for case in open_vetoes(viewer) if (case.year_end_id, case.branch_id) == (year_end.pk, branch.pk))


def _restatements(viewer: Viewer, branch: Organisation, year: int) -> tuple[Restatement, ...]:
    rows = Restatement.objects.filter(branch=branch, month__range=(year * 100 + 1, year * 100 + 12))
    return tuple(visible(rows, viewer).select_related("restated_by").order_by("month", "restated_at"))
