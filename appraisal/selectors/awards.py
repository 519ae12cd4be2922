"""Who meets the conditions of an award, from the results that were published last of each year."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.shortcuts import get_object_or_404

from appraisal.models import AwardRule, Publication, PublicationState, VetoCase, VetoState, YearEnd, YearResult
from appraisal.rules.award import Condition, Terms, YearFact, conditions
from appraisal.selectors.inputs import grade_steps, year_frame
from branches.models import Organisation
from branches.permissions import Viewer, visible
from worklists.models import Item
from worklists.rules import UNFINISHED


@dataclass(frozen=True)
class AwardLine:
    """One branch: its published total and grade, and each condition with its reason."""

    branch: Organisation
    hundredths: int | None
    grade: str
    open_items: int
    conditions: tuple[Condition, ...]

    @property
    def is_eligible(self) -> bool:
        return all(one.is_met for one in self.conditions)


@dataclass(frozen=True)
class AwardList:
    """An award's list for one year; empty with `why` where the year was not published."""

    rule: AwardRule
    year: int
    lines: tuple[AwardLine, ...]
    grade_names: dict[str, str]
    why: str = ""

    @property
    def eligible(self) -> int:
        return sum(line.is_eligible for line in self.lines)


def award_rules(root: Organisation) -> list[AwardRule]:
    """The awards of a committee in their order."""
    return list(AwardRule.objects.filter(root=root).select_related("edited_by").order_by("code"))


def award_rule(root: Organisation, rule_id: int) -> AwardRule:
    """One award of the committee, else 404."""
    return get_object_or_404(AwardRule, root=root, pk=rule_id)


def published_years(root: Organisation) -> list[int]:
    """The years with a published result, newest first."""
    rows = Publication.objects.filter(root=root, state=PublicationState.PUBLISHED)
    return sorted(set(rows.values_list("year_end__year", flat=True)), reverse=True)


def award_list(viewer: Viewer, rule: AwardRule, year: int) -> AwardList:
    """Every branch of the year with each condition; those that meet all first."""
    asked = [year - n for n in range(rule.years_in_row)]
    facts, names = _facts(viewer, rule.root_id, asked)
    if year not in facts:
        return AwardList(rule, year, (), names, f"{year}年度结果还没有公布，公布后按结果列出。")
    open_items = _open_items(viewer, rule.root_id)
    branches = Organisation.objects.in_bulk(facts[year])
    terms = Terms(rule.min_grade, rule.years_in_row, rule.min_hundredths, rule.without_veto, rule.without_open_items)
    lines = [
        AwardLine(
            branches[pk],
            fact.hundredths,
            fact.grade,
            open_items.get(pk, 0),
            tuple(
                conditions(
                    terms,
                    year,
                    {one: by_branch[pk] for one, by_branch in facts.items() if pk in by_branch},
                    open_items.get(pk, 0),
                    names,
                )
            ),
        )
        for pk, fact in facts[year].items()
    ]
    lines.sort(key=lambda line: (not line.is_eligible, line.branch.sort_key, line.branch.code))
    return AwardList(rule, year, tuple(lines), names)


def _facts(viewer: Viewer, root_id: int, years: list[int]) -> tuple[dict[int, dict[int, YearFact]], dict[str, str]]:
    """Year → branch → what was published last."""
    facts: dict[int, dict[int, YearFact]] = {}
    names: dict[str, str] = {}
    for year_end in YearEnd.objects.filter(root_id=root_id, year__in=years).order_by("year"):
        rows = Publication.objects.filter(year_end=year_end, state=PublicationState.PUBLISHED)
        last = rows.order_by("-revision").values_list("revision", flat=True).first()
        if last is None:
            continue
        steps = grade_steps(year_frame(year_end))
        names |= {step.code: step.name for step in steps}
        vetoes: dict[int, list[str]] = {}
        for case in VetoCase.objects.filter(year_end=year_end, state=VetoState.DECIDED):
            vetoes.setdefault(case.branch_id, []).append(case.item_code)
        results = visible(YearResult.objects.filter(year_end=year_end, revision=last, is_published=True), viewer)
        order = tuple(step.code for step in steps)
        facts[year_end.year] = {
            row.branch_id: YearFact(order, row.grade, row.shown_hundredths, tuple(vetoes.get(row.branch_id, ())))
            for row in results
        }
    return facts, names


def _open_items(viewer: Viewer, root_id: int) -> dict[int, int]:
    """Branch → rectifications that are not closed now."""
    rows = visible(Item.objects.filter(root_id=root_id, state__in=UNFINISHED), viewer)
    return dict(rows.order_by().values_list("branch_id").annotate(n=Count("pk")))
