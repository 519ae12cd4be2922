"""The statement of a member's score: the same lines as a branch's, with the credits behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.http import Http404

from assessment.canonical import current_closing
from assessment.members import schemes
from assessment.models import MemberClass, MemberMonth
from assessment.rules import Window
from assessment.rules.study import alert_on, alerts_of
from assessment.selectors.figures import Figures
from assessment.selectors.frame import SchemeFrame, frame_of
from assessment.selectors.members import HALF_YEAR, member_scores, members_seen, year_total
from assessment.selectors.scoreboard import Closed
from assessment.statement.book import terms_of
from assessment.statement.build import categories_of, is_behind, line_of, outlook_of
from assessment.statement.formula import extra_lines, formula_of
from assessment.statement.member_book import KindLine, MemberBook, load_member_book
from assessment.statement.model import RuleLine, Statement
from assessment.statement.raises import Raise, raises_of
from assessment.statement.words import plain, qty, two
from branches.models import Member
from branches.permissions import Viewer
from core.periods import Month

THEME_DAY = "theme_day.attended_or_made_up"
MAKE_UP_DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Credits:
    """A member's credits of a year up to a month, in thousandths."""

    lines: tuple[KindLine, ...]
    total: int
    provisional: int
    hours: int
    minimum: int
    minimum_to_date: int
    hours_minimum: int
    hours_to_date: int
    alert: str = ""

    @property
    def required(self) -> int:
        return sum(line.credits for line in self.lines if line.kind.is_required)

    @property
    def elective(self) -> int:
        return sum(line.credits for line in self.lines if not line.kind.is_required)

    @property
    def missing(self) -> int:
        """What the year still asks."""
        return max(0, self.minimum - self.total)


@dataclass(frozen=True)
class MemberStatement(Statement):
    """The score of one member at one month, explained."""

    member: Member | None = None
    standing: MemberMonth | None = None
    member_class: MemberClass | None = None
    credits: Credits | None = None
    year_steps: tuple[str, ...] = ()


def member_statement(viewer: Viewer, member_id: int, month: Month, *, with_raises: bool = True) -> MemberStatement:
    """The statement of a member for a month; 404 for whom the viewer may not see, or where nothing was computed."""
    member = members_seen(viewer).select_related("branch").filter(pk=member_id).first()
    if member is None:
        raise Http404
    rows = MemberMonth.objects.filter(root_id=member.root_id, member_id=member.pk)
    months = {row.month: row for row in rows.select_related("branch")}
    scheme = schemes.scheme_for(member.root_id, month)
    if scheme is None or month.key not in months:
        raise Http404("没有这个月的得分")
    return _built(viewer, member, month, frame_of(scheme), months, with_raises)


def _built(
    viewer: Viewer, member: Member, month: Month, frame: SchemeFrame, months: dict[int, MemberMonth], with_raises: bool
) -> MemberStatement:
    here, study = months[month.key], schemes.study_plan(frame.row)
    closing = current_closing(member.root_id, month)
    closed = Closed(closing.revision, closing.closed_at, closing.digest) if closing else None
    previous = [month.previous] if month.number > 1 else []
    half = [Month(month.year, HALF_YEAR)] if month.number == 12 else []
    scores = member_scores(member.root_id, [month, *previous, *half], [member.pk])
    book = load_member_book(months.values(), here, study, as_of=closed.closed_at if closed else None)
    window = Window.at(month, viewer.today, here.first_month)
    figures, provisional = scores.figures(frame, month, member.pk)
    before = scores.figures(frame, month.previous, member.pk)[0] if previous and month.previous.key in months else None
    raises = _raises(frame, book, months, viewer) if with_raises and closed is None else []
    lines = {}
    for rule in frame.rules:
        line = line_of(rule, frame, book, window, figures, provisional, raises)
        lines[rule.pk] = _with_credits(line, frame, book, window)
    return MemberStatement(
        branch=here.branch,
        month=month,
        frame=frame,
        closed=closed,
        figures=figures,
        provisional=provisional,
        before=before,
        categories=categories_of(frame, figures, provisional, before, lines),
        extras=extra_lines(frame, book, window),
        formula=formula_of(figures),
        restatements=(),
        months=tuple(Month.from_key(key) for key in sorted(months, reverse=True)),
        is_measured=here.is_measured,
        is_stale=here.is_measured and closed is None and is_behind(frame, book, window, figures),
        raises=tuple(raises),
        today=viewer.today,
        member=member,
        standing=here,
        member_class=study.classes.get(here.class_code),
        credits=credits_in(frame, book, window, viewer),
        year_steps=_year_steps(scores.figures(frame, half[0], member.pk)[0], figures) if half else (),
    )


def credits_in(frame: SchemeFrame, book: MemberBook, window: Window, viewer: Viewer) -> Credits:
    """The credits of the book's year up to the end of the window."""
    assert book.study is not None and book.standing is not None
    lines = book.kind_lines(frame, window.end, confirmed=True)
    total = sum(line.credits for line in lines)
    values = {
        code: book.value(book.study.metric_ids[code], frame, window.end, confirmed=True)
        for code in (schemes.HOURS, schemes.CREDITS_NEED, schemes.HOURS_NEED)
    }
    minimum = book.standing.credits_minimum
    is_now = Month.of(viewer.today) == window.month
    alert = alert_on(window.end, alerts_of(book.study.alerts), total, minimum) if is_now else None
    return Credits(
        lines=tuple(lines),
        total=total,
        provisional=sum(line.credits for line in book.kind_lines(frame, window.end, confirmed=False)),
        hours=values[schemes.HOURS],
        minimum=minimum,
        minimum_to_date=values[schemes.CREDITS_NEED],
        hours_minimum=book.standing.hours_minimum,
        hours_to_date=values[schemes.HOURS_NEED],
        alert=alert.level if alert else "",
    )


def _with_credits(line: RuleLine, frame: SchemeFrame, book: MemberBook, window: Window) -> RuleLine:
    """The line of the credits, with the equation of each kind before its own."""
    assert book.study is not None
    if line.rule.row.metric_id != book.study.metric_ids[schemes.CREDITS] or not line.result.is_due:
        return line
    kinds = [one for one in book.kind_lines(frame, window.end, confirmed=True) if one.units]
    steps = [kind_step(one) for one in kinds]
    if len(kinds) > 1:
        steps.append(f"{' + '.join(qty(one.credits) for one in kinds)} = {qty(sum(one.credits for one in kinds))}")
    return replace(line, arithmetic=replace(line.arithmetic, steps=(*steps, *line.arithmetic.steps)))


def kind_step(line: KindLine) -> str:
    """K05 学习超市选修课：30 × 0.5 = 15，全年最多12，取 12."""
    name = f"{line.kind.code} {line.kind.metric.name.split('（')[0]}"
    cap = f"，全年最多{qty(line.kind.cap_year)}，取 {qty(line.credits)}" if line.is_capped else ""
    return f"{name}：{qty(line.units)} × {qty(line.kind.rate)} = {qty(line.worth)}{cap}"


def _raises(frame: SchemeFrame, book: MemberBook, months: dict[int, MemberMonth], viewer: Viewer) -> list[Raise]:
    """The deeds still open today, the greatest gain first; none for a year that is over or a class not scored."""
    running = Month.of(viewer.today)
    here = months.get(running.key)
    if running.year != book.year or here is None or not here.is_measured or viewer.is_system:
        return []
    now = replace(book, standing=here)
    outlook = outlook_of(frame, now, Window.at(running, viewer.today, here.first_month))
    found = [one for rule in frame.rules for one in raises_of(rule, terms_of(rule), outlook)]
    if not _has_recent_gap(now, viewer):
        found = [one for one in found if one.metric != THEME_DAY]
    return sorted(found, key=lambda one: (-one.score, -one.points, one.until, one.rule_code))


def _has_recent_gap(book: MemberBook, viewer: Viewer) -> bool:
    """Whether a theme day of the last 30 days was missed and not made up for."""
    assert book.study is not None
    ids = book.study.metric_ids
    there = {fact.source_id for fact in book.by_metric[ids[THEME_DAY]]}
    due = book.by_metric[ids["theme_day.member_expected"]]
    return any(fact.happened_on >= viewer.today - MAKE_UP_DAYS and fact.source_id not in there for fact in due)


def _year_steps(half: Figures, year: Figures) -> tuple[str, ...]:
    """December: how half-year and year make the year's total."""
    total = year_total(half, year)
    if total is None or year.base is None:
        return ()
    weights = year.frame.row.composition
    tail = f" + {plain(year.bonus)} = {two(total)}"
    if half.base is None:
        return (f"没有半年得分，按全年计：{plain(year.base)}{tail}",)
    return (
        f"{weights['half_year_weight']} × {plain(half.base)} + {weights['year_weight']} × {plain(year.base)}{tail}",
    )
