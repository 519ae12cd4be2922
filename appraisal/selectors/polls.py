"""Polls as pages, sheets and the year end read them; this is where counts under 5 stay hidden, for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from appraisal.models import Poll, PollGroup, PollState, PollSubject
from appraisal.rules.ballots import Choice, Tally, rates, scale_of
from branches.models import Organisation
from branches.permissions import Viewer, visible


@dataclass(frozen=True)
class SubjectResult:
    """One subject's result as it may be shown: without counts, mean and grade while fewer than 5 marks were given."""

    subject: PollSubject
    branch: Organisation
    handed_out: int
    returned: int
    is_valid: bool
    is_hidden: bool
    counts: dict[str, int] | None
    votes: int | None
    hundredths: int | None
    overall: str
    scale: tuple[Choice, ...]

    @property
    def cells(self) -> list[int | None]:
        """Votes per grade, best first; None where hidden."""
        return [self.counts[choice.code] if self.counts else None for choice in self.scale]

    @property
    def mean(self) -> Decimal | None:
        """The mean of the marks with two places; None where hidden."""
        return None if self.hundredths is None else Decimal(self.hundredths).scaleb(-2)

    @property
    def overall_name(self) -> str:
        return next((choice.name for choice in self.scale if choice.code == self.overall), "")

    @property
    def word(self) -> str:
        """Why there is no result, or nothing."""
        if self.is_hidden:
            return "不足5票，不显示"
        return "" if self.is_valid else "收回率不足，无效"


def polls_of(viewer: Viewer, *, year: int | None = None) -> QuerySet[Poll]:
    """The polls the viewer may see, newest year first."""
    rows = visible(Poll.objects.select_related("branch"), viewer)
    rows = rows.filter(year=year) if year else rows
    used = Count("groups__codes", filter=Q(groups__codes__is_used=True))
    return rows.annotate(used=used).order_by("-year", "branch__path", "kind", "-id")


def groups_of(poll: Poll) -> list[PollGroup]:
    """The groups with how many slips came back so far (`used`)."""
    return list(poll.groups.annotate(used=Count("codes", filter=Q(codes__is_used=True))).order_by("place"))


def poll_results(viewer: Viewer, poll: Poll) -> list[SubjectResult]:
    """The results of a closed poll the viewer may see, by place; none before the closing. 3 queries."""
    if poll.state != PollState.CLOSED or not visible(Poll.objects.filter(pk=poll.pk), viewer).exists():
        return []
    groups = list(poll.groups.all())
    scale = scale_of(poll.kind)
    counts: dict[int, dict[str, int]] = {}
    for subject_id, grade, votes in poll.tallies.values_list("subject_id", "grade", "votes"):
        counts.setdefault(subject_id, {})[grade] = votes
    subjects = poll.subjects.select_related("branch").order_by("place")
    return [_result(subject, counts.get(subject.pk, {}), groups, scale, poll.min_percent) for subject in subjects]


def _result(
    subject: PollSubject, counts: dict[str, int], groups: list[PollGroup], scale: tuple[Choice, ...], percent: int
) -> SubjectResult:
    mine = [group for group in groups if rates(group.rates, own=group.branch_id, subject=subject.branch_id)]
    tally = Tally(
        counts=counts,
        handed_out=sum(group.handed_out or 0 for group in mine),
        returned=sum(group.returned or 0 for group in mine),
        scale=scale,
    )
    shown = tally.is_shown
    return SubjectResult(
        subject=subject,
        branch=subject.branch,
        handed_out=tally.handed_out,
        returned=tally.returned,
        is_valid=tally.is_valid(percent),
        is_hidden=not shown,
        counts=dict(counts) if shown else None,
        votes=tally.votes if shown else None,
        hundredths=tally.hundredths if shown else None,
        overall=tally.overall if shown else "",
        scale=scale,
    )
