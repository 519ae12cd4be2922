"""What the year around the score adds to a statement: the branch's appeals, beside the items and below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from appraisal.models import Appeal, AppealSubject
from appraisal.rules.appeal import file_until
from appraisal.selectors.appeals import appeals_of_year, is_year_settled, last_day_to_file
from assessment.panels import Note, Panel
from assessment.statement.model import Statement
from branches.permissions import Viewer, can
from core.periods import today as today_of
from core.workdays import add_workdays

BADGES = {"open": "pending", "upheld": "approved", "rejected": "declined", "withdrawn": "withdrawn"}


def appeals_panel(viewer: Viewer, statement: Statement) -> Panel:
    """Every appeal of the year that concerns this month, and for the secretary a way to object beside each item."""
    rows = [
        row for row in appeals_of_year(viewer, statement.branch.pk, statement.month.year) if _is_shown(row, statement)
    ]
    notes: dict[str, list[Note]] = {}
    for row in rows:
        words = f"申诉{row.get_state_display()}"
        notes.setdefault(row.code, []).append(
            Note(words, reverse("appraisal:appeal", args=[row.pk]), BADGES[row.state])
        )
    may_file, until = _may_file(viewer, statement)
    if may_file:
        standing = {row.code for row in rows if row.standing_key and row.month == statement.month.key}
        for code, url in _ways(statement):
            if code not in standing:
                notes.setdefault(code, []).append(Note("申诉", url))
    context = {"appeals": rows, "may_file": may_file, "until": until, "badges": BADGES}
    return Panel("appraisal/_statement_appeals.html", context, notes, [_line(row) for row in rows])


def _is_shown(row: Appeal, statement: Statement) -> bool:
    """An appeal stands in the statement of its month; that of the year's result in December's."""
    if row.subject == AppealSubject.RESULT:
        return statement.month.number == 12
    return row.month == statement.month.key


def _may_file(viewer: Viewer, statement: Statement) -> tuple[bool, date | None]:
    """Whether the secretary may still object to this month, and until when."""
    if not can(viewer, "appeal.file", statement.branch) or not statement.is_measured:
        return False, None
    root_id = statement.branch.root_id
    until = None
    if statement.closed:
        until = file_until(today_of(statement.closed.closed_at), None, add_workdays)
    if until is not None and viewer.today > until:  # the year's notice may have opened it again
        until = last_day_to_file(root_id, statement.month, AppealSubject.ITEM)[1]
    in_time = until is None or viewer.today <= until
    return in_time and not is_year_settled(root_id, statement.month.year), until


def _ways(statement: Statement) -> Iterator[tuple[str, str]]:
    """The way to object for every item; its rules are offered on the form."""
    base = f"{reverse('appraisal:appeal_new')}?branch={statement.branch.pk}&month={statement.month}"
    for category in statement.categories:
        for part in category.items:
            yield part.item.code, f"{base}&subject=item&code={part.item.code}"


def _line(row: Appeal) -> str:
    """One appeal in one line of the sheet."""
    answer = f"，{row.answered_by.display_name if row.answered_by else '系统'}答复：{row.answer}" if row.answer else ""
    return f"申诉 {row.label}（{today_of(row.filed_at).isoformat()}）：{row.ground}；{row.get_state_display()}{answer}"
