"""Year plans as people may read them: one branch, the committee's own, all branches as a matrix."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.http import Http404

from activities.rules.catalogue import read_defaults
from activities.rules.yearplan import KEY_JOIN, PlanLine, dated_status, due_day, words_of
from activities.selectors.yearplan.ground import read_entries
from activities.selectors.yearplan.lines import plans_of
from activities.selectors.yearplan.plan import Plan, PlanMatrix
from branches.models import Organisation
from branches.permissions import Viewer, can, sees, visible_branches
from branches.rules import Role

COMMITTEE_OWNER = "机关党委"


def branch_plan(viewer: Viewer, branch: Organisation, year: int, *, today: date) -> Plan:
    """The year of one branch; 404 outside the scope."""
    if not visible_branches(viewer, "year_plan").filter(pk=branch.pk).exists():
        raise Http404
    (plan,) = plans_of(branch.root, [branch], year, today=today, can_log=can(viewer, "activity.log", branch))
    return replace(plan, tips=month_tips())


def read_plans(viewer: Viewer, root: Organisation, year: int, *, today: date) -> list[Plan]:
    """The plans of every branch the viewer may see that lives in the year, in the order of the register."""
    branches = visible_branches(viewer, "year_plan").filter(root=root, founded_on__lte=date(year, 12, 31))
    branches = branches.exclude(dissolved_on__lt=date(year, 1, 1)).order_by("sort_key", "code")
    return plans_of(root, list(branches), year, today=today)


def plan_matrix(viewer: Viewer, root: Organisation, year: int, *, today: date, code: str = "") -> PlanMatrix:
    """Branches × months of all duties, or of one."""
    return PlanMatrix.of(year, read_plans(viewer, root, year, today=today), code)


def committee_plan(viewer: Viewer, root: Organisation, year: int, *, today: date) -> Plan:
    """What the committee itself must do; for its officers, 404 for everybody else."""
    if not (viewer.is_system or (viewer.is_a(Role.OFFICER) and sees(viewer, root))):
        raise Http404
    entries = read_entries(root.pk, [root.pk], year)
    lines = tuple(
        _committee_line(row, year, entries.get((root.pk, f"{row['code']}{KEY_JOIN}{year}")), today)
        for row in read_defaults("year_plan.yaml")["committee"]
    )
    return Plan(root, year, lines, tips=month_tips())


def plan_line(viewer: Viewer, organisation: Organisation, year: int, key: str, *, today: date) -> tuple[Plan, PlanLine]:
    """One line of a branch's plan or of the committee's; 404 where there is none."""
    is_branch = organisation.tier == "branch"
    plan = (branch_plan if is_branch else committee_plan)(viewer, organisation, year, today=today)
    line = plan.line(key)
    if line is None:
        raise Http404
    return plan, line


def plan_years(today: date) -> list[int]:
    """The years whose plans the pages offer: the coming one from November on, and the two before."""
    newest = today.year + (today.month >= 11)
    return list(range(newest, newest - 4, -1))


def month_tips() -> dict[int, tuple[str, ...]]:
    """月度工作提示 by month."""
    rows = read_defaults("organisational_life_calendar.yaml")["year_calendar"]
    return {int(number): tuple(texts) for number, texts in rows.items()}


def _committee_line(row: dict, year: int, entry, today: date) -> PlanLine:
    due_on = due_day(year, row["due"])
    happened_on, planned_on = (entry.done_on, entry.planned_on) if entry else (None, None)
    status = dated_status(due_on, happened_on, today)
    return PlanLine(
        key=f"{row['code']}{KEY_JOIN}{year}",
        code=row["code"],
        name=row["name"],
        year=year,
        due_on=due_on,
        status=status,
        words=words_of(status, due_on, happened_on, planned_on, today),
        owner=(entry.owner_name if entry else "") or COMMITTEE_OWNER,
        planned_on=planned_on,
        happened_on=happened_on,
        evidence=entry.evidence if entry else "",
        note=entry.note if entry else "",
    )
