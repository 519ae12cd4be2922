"""Building a statement: read the branch's year once, run the pure rules, put every figure beside its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from django.http import Http404
from django.shortcuts import get_object_or_404

from assessment.models import BranchMonth, Restatement
from assessment.rules import RuleResult, Window, rule_score
from assessment.selectors.figures import Figures
from assessment.selectors.frame import RuleFrame, SchemeFrame, frame_of
from assessment.selectors.scoreboard import rule_scores, scheme_and_closing
from assessment.statement.arithmetic import explain
from assessment.statement.book import FactBook, extra_counts, inputs_of, read_year, terms_of
from assessment.statement.counted import fact_lines, left_out
from assessment.statement.formula import extra_lines, formula_of
from assessment.statement.model import CategoryPart, ItemPart, RuleLine, Statement
from assessment.statement.raises import Outlook, Raise, raises_of
from assessment.statement.words import rule_words
from branches.models import Organisation
from branches.permissions import Viewer, visible_branches
from core.periods import Month


def statement(viewer: Viewer, branch_id: int, month: Month, *, with_raises: bool = True) -> Statement:
    """The statement of a branch for a month; 404 outside the viewer's scope or where there is no scheme or score."""
    branch = visible_branch(viewer, branch_id)
    scheme, closed = scheme_and_closing(branch.root_id, month)
    months = {row.month: row for row in BranchMonth.objects.filter(root_id=branch.root_id, branch_id=branch.pk)}
    if scheme is None or month.key not in months:
        raise Http404("没有这个月的得分")
    frame, here = frame_of(scheme), months[month.key]
    previous = [month.previous] if month.number > 1 else []
    scores = rule_scores(branch.root_id, [month, *previous], [branch.pk])
    conditions = conditions_of(months.values(), month.year)
    rows = read_year(branch.root_id, branch.pk, month.year, conditions)
    book = rows.book(closed.closed_at if closed else None)
    window = Window.at(month, viewer.today, here.first_month)
    figures, provisional = scores.figures(frame, month, branch.pk)
    before = scores.figures(frame, month.previous, branch.pk)[0] if previous and month.previous.key in months else None
    raises = raises_for(frame, rows.book(), months, viewer) if with_raises else []
    lines = {rule.pk: line_of(rule, frame, book, window, figures, provisional, raises) for rule in frame.rules}
    return Statement(
        branch=branch,
        month=month,
        frame=frame,
        closed=closed,
        figures=figures,
        provisional=provisional,
        before=before,
        categories=categories_of(frame, figures, provisional, before, lines),
        extras=extra_lines(frame, book, window),
        formula=formula_of(figures),
        restatements=tuple(
            Restatement.objects.filter(root_id=branch.root_id, branch_id=branch.pk, month=month.key)
            .select_related("restated_by")
            .order_by("restated_at")
        ),
        months=tuple(Month.from_key(key) for key in sorted(months, reverse=True) if months[key].is_measured),
        is_measured=here.is_measured,
        is_stale=closed is None and is_behind(frame, book, window, figures),
        raises=tuple(raises),
        today=viewer.today,
    )


def what_would_raise(viewer: Viewer, branch_id: int, month: Month) -> list[Raise]:
    """What can still be done for the score of this year, the greatest gain first."""
    branch = visible_branch(viewer, branch_id)
    scheme, _ = scheme_and_closing(branch.root_id, month)
    months = {row.month: row for row in BranchMonth.objects.filter(root_id=branch.root_id, branch_id=branch.pk)}
    if scheme is None or not months:
        return []
    return raises_in(viewer, branch, month.year, frame_of(scheme), months)


def raises_in(
    viewer: Viewer, branch: Organisation, year: int, frame: SchemeFrame, months: dict[int, BranchMonth]
) -> list[Raise]:
    """The same for who has read the branch (in scope), its scheme and its months by key already; 2 queries."""
    rows = read_year(branch.root_id, branch.pk, year, conditions_of(months.values(), year))
    return raises_for(frame, rows.book(), months, viewer)


def raises_for(frame: SchemeFrame, book: FactBook, months: dict, viewer: Viewer) -> list[Raise]:
    """The deeds still open today, the greatest gain first; none for a year that is over.

    They are measured against the year up to today, pending facts included, whatever month is looked at.
    """
    running = Month.of(viewer.today)
    if running.year != book.year or viewer.is_system:
        return []
    here = months.get(running.key) or max(
        (row for row in months.values() if row.month // 100 == running.year), key=lambda row: row.month, default=None
    )
    if here is None or not here.is_measured:
        return []
    outlook = outlook_of(frame, book, Window.at(running, viewer.today, here.first_month))
    found = [one for rule in frame.rules for one in raises_of(rule, terms_of(rule), outlook)]
    return sorted(found, key=lambda one: (-one.score, -one.points, one.until, one.rule_code))


def outlook_of(frame: SchemeFrame, book: FactBook, window: Window) -> Outlook:
    """The year up to today by the pure rules, confirmed and pending together."""
    inputs = {rule.pk: inputs_of(rule, frame, book, window, confirmed=False) for rule in frame.rules}
    results = {rule.pk: rule_score(terms_of(rule), inputs[rule.pk], window) for rule in frame.rules}
    extras = extra_points_of(frame, book, window)

    def score_with(changed: dict[int, RuleResult]) -> Fraction | None:
        return Figures(frame, triples(changed), extras).score

    return Outlook(frame, window, inputs, results, score_with)


def extra_points_of(frame: SchemeFrame, book: FactBook, window: Window, *, confirmed: bool = False) -> dict[int, int]:
    """Points of every bonus and penalty item after its own cap, by id."""
    counts = extra_counts(frame, book, window.end, confirmed=confirmed)
    found = {}
    for extra in frame.extras:
        worth = counts[extra.code] * (extra.points // 1000)
        found[extra.pk] = worth if extra.most < 0 else min(extra.most, worth)
    return found


def triples(results: dict[int, RuleResult]) -> dict[int, tuple[int, int, int]]:
    return {pk: (one.earned, one.available, one.ceiling) for pk, one in results.items()}


def visible_branch(viewer: Viewer, branch_id: int) -> Organisation:
    """The branch, if the viewer may read its scores; else 404."""
    return get_object_or_404(visible_branches(viewer, "score"), pk=branch_id)


def conditions_of(rows: Iterable[BranchMonth], year: int) -> dict[int, dict[str, bool]]:
    """Month number → the flags that na_if asks for."""
    return {
        row.month % 100: {"has_committee": row.has_committee, "has_groups": row.has_groups}
        for row in rows
        if row.month // 100 == year
    }


def line_of(
    rule: RuleFrame,
    frame: SchemeFrame,
    book: FactBook,
    window: Window,
    figures: Figures,
    provisional: Figures,
    raises: list[Raise],
) -> RuleLine:
    """The stored figure of a rule with the arithmetic that leads to it."""
    terms = terms_of(rule)
    both = [inputs_of(rule, frame, book, window, confirmed=confirmed) for confirmed in (True, False)]
    counted = [rule_score(terms, inputs, window) for inputs in both]
    results = [_stored(rule, one, result) for one, result in zip((figures, provisional), counted, strict=True)]
    facts = fact_lines(rule, frame, book, window)
    return RuleLine(
        rule=rule,
        words=rule_words(rule, frame),
        result=results[0],
        provisional=results[1],
        arithmetic=explain(rule, frame, both[0], counted[0], window),
        facts=facts,
        left_out=left_out(rule, frame, both[0], results[0], results[1], window, facts),
        raises=tuple(one for one in raises if one.rule_code == rule.code),
    )


def _stored(rule: RuleFrame, figures: Figures, counted: RuleResult) -> RuleResult:
    """The rule's stored points with the two numbers its arithmetic starts from."""
    earned, available, ceiling = figures.rules.get(rule.pk, (0, 0, 0))
    return RuleResult(earned, available, ceiling, counted.done, counted.need)


def is_behind(frame: SchemeFrame, book: FactBook, window: Window, figures: Figures) -> bool:
    """Whether records came since the last rollup: the pure rules give other points than are stored."""
    for rule in frame.rules:
        now = rule_score(terms_of(rule), inputs_of(rule, frame, book, window, confirmed=True), window)
        if (now.earned, now.available, now.ceiling) != figures.rules.get(rule.pk, (0, 0, 0)):
            return True
    return False


def categories_of(
    frame: SchemeFrame, figures: Figures, provisional: Figures, before: Figures | None, lines: dict[int, RuleLine]
):
    return tuple(
        CategoryPart(
            category,
            figures.categories[category.code],
            tuple(
                ItemPart(
                    item,
                    figures.items[item.code],
                    provisional.items[item.code],
                    before.items[item.code] if before else None,
                    tuple(lines[rule.pk] for rule in item.rules),
                )
                for item in category.items
            ),
        )
        for category in frame.categories
    )
