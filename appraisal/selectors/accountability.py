"""The accountability review as pages and papers read it: the table of a year, one report, its ballots' result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from appraisal.models import AccountabilityReport, AccountabilityReview, ReviewState
from appraisal.rules.ballots import MARKS
from appraisal.rules.provenance import Piece, pieces_of, read_figures, text_faults, unsourced
from appraisal.selectors.polls import SubjectResult, poll_results
from assessment.models import Rule
from assessment.rules import RuleKind
from assessment.schemes import scheme_for
from branches.permissions import SYSTEM, Viewer, visible
from branches.rules import Role
from core.docx.blocks import Heading, blocks_of
from core.periods import Month
from worklists.models import Item
from worklists.selectors import items_of

GRADE_NAMES = {choice.code: choice.name for choice in MARKS}
SUBJECT = "述职评议"


@dataclass(frozen=True)
class ReportLine:
    """One secretary in the table of a year; grade and ballots only for those who may see them by now."""

    report: AccountabilityReport
    result: SubjectResult | None
    shows_outcome: bool
    today: date

    @property
    def state(self) -> str:
        """A state code for the badge: on time, late, overdue, not yet due."""
        report, due_on = self.report, self.report.review.due_on
        if report.is_editable:
            return "returned" if report.state == "returned" else "overdue" if self.today > due_on else "not_due"
        return "late" if report.is_late else "on_time"

    @property
    def grade_name(self) -> str:
        return GRADE_NAMES.get(self.report.grade, "") if self.shows_outcome else ""


@dataclass(frozen=True)
class TextLine:
    """One line of a report as a page shows it."""

    is_heading: bool
    pieces: tuple[Piece, ...]


def reviews_seen(viewer: Viewer) -> list[AccountabilityReview]:
    """The reviews in which the viewer may read a report (officers: all of their committee), newest first."""
    rows = AccountabilityReview.objects.filter(root_id=viewer.root_id)
    if not viewer.is_a(Role.OFFICER):
        rows = rows.filter(pk__in=visible(AccountabilityReport.objects.all(), viewer).values("review"))
    return list(rows.select_related("root", "poll").order_by("-year"))


def report_lines(viewer: Viewer, review: AccountabilityReview) -> list[ReportLine]:
    """The reports the viewer may see with their outcome, in the order of the branches; 6 queries."""
    rows = visible(AccountabilityReport.objects.filter(review=review), viewer)
    rows = rows.select_related("branch", "member", "review", "review__poll")
    shows = shows_outcome(viewer, review)
    results = poll_results_of(SYSTEM, review) if shows else {}
    return [
        ReportLine(report, results.get(report.branch_id), shows, viewer.today)
        for report in rows.order_by("branch__sort_key", "branch__code")
    ]


def shows_outcome(viewer: Viewer, review: AccountabilityReview) -> bool:
    """The committee sees comments and results as they come, the branches after the circular."""
    return viewer.is_system or viewer.is_a(Role.OFFICER) or review.state == ReviewState.CLOSED


def poll_results_of(viewer: Viewer, review: AccountabilityReview) -> dict[int, SubjectResult]:
    """The counted ballots of a review by branch; empty before the count. Under 5 votes they stay hidden."""
    if review.poll is None:
        return {}
    return {row.subject.branch_id: row for row in poll_results(viewer, review.poll)}


def text_lines(report: AccountabilityReport) -> list[TextLine]:
    """The report's text with every mark bound to its figure."""
    figures = read_figures(report.figures)
    return [
        TextLine(isinstance(block, Heading) and block.level == 1, tuple(pieces_of(block.text, figures)))
        for block in blocks_of(report.text)
        if hasattr(block, "text")
    ]


def text_notes(report: AccountabilityReport) -> tuple[list[str], list[str]]:
    """(numbers that disagree with the records, numbers without a source)."""
    return text_faults(report.text, read_figures(report.figures)), unsourced(report.text)


def rectifications_of(viewer: Viewer, reports: Sequence[AccountabilityReport]) -> list[Item]:
    """The lines of the rectification list of these reports that the viewer may see."""
    wanted = {f"review:{report.pk}" for report in reports}
    return [item for item in items_of(viewer, "review:") if item.source.rpartition(":")[0] in wanted]


def review_rule(root_id: int, year: int) -> Rule | None:
    """The reviewer rule of the year's scheme that is about the review's result (A3.4 of the default scheme)."""
    scheme = scheme_for(root_id, Month(year, 12))
    rules = (
        Rule.objects.filter(scheme=scheme, kind=RuleKind.REVIEWER, review_subject__contains=SUBJECT) if scheme else None
    )
    return rules.first() if rules is not None else None
