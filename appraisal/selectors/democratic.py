"""The democratic appraisal as pages read it: one branch's people with reference and ballots, the committee's table, one's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from appraisal.models import AppraisalGrade, AppraisalState, AppraisedMember, DemocraticAppraisal
from appraisal.rules.democratic import Graded, excellent_limit, grading_faults
from appraisal.selectors.polls import SubjectResult, poll_results
from assessment.selectors.members import MemberReference, member_reference
from branches.models import Organisation
from branches.permissions import Viewer, visible, visible_branches
from branches.rules import Role


@dataclass(frozen=True)
class PersonLine:
    """One member in the table: grades, the ballots (hidden under 5 votes), the score as reference only."""

    person: AppraisedMember
    result: SubjectResult | None
    reference: MemberReference | None

    @property
    def cells(self) -> list[int | None]:
        """Votes per grade, best first; None where hidden."""
        return self.result.cells if self.result else []


@dataclass(frozen=True)
class Quota:
    """How many may be 优秀, and how many are proposed and decided."""

    members: int
    limit: int
    proposed: int
    decided: int


def appraisals_of(viewer: Viewer, year: int) -> QuerySet[DemocraticAppraisal]:
    """The appraisals of a year the viewer may see, by branch, with counts of people, grades and self-appraisals."""
    rows = visible(DemocraticAppraisal.objects.filter(year=year), viewer).select_related("branch", "poll")
    graded = Q(people__is_graded=True)
    return rows.annotate(
        members=Count("people"),
        full=Count("people", filter=graded),
        self_done=Count("people", filter=Q(people__self_on__isnull=False)),
        **{grade: Count("people", filter=Q(people__grade=grade)) for grade in AppraisalGrade.values},
    ).order_by("branch__sort_key", "branch__code")


def branches_without(viewer: Viewer, year: int) -> list[Organisation]:
    """The branches of the viewer's scope that have not begun the year's appraisal."""
    begun = DemocraticAppraisal.objects.filter(year=year).values("branch")
    rows = visible_branches(viewer, "democratic").exclude(pk__in=begun).filter(dissolved_on=None)
    return list(rows.order_by("sort_key", "code"))


def person_lines(viewer: Viewer, appraisal: DemocraticAppraisal) -> list[PersonLine]:
    """The people of an appraisal with the ballots counted and the score for reference.

    The reference is shown to whoever may read the member's score (the member's own branch committee).
    """
    people = list(visible(AppraisedMember.objects.filter(appraisal=appraisal), viewer).order_by("place"))
    results = {row.subject.member_id: row for row in _results(viewer, appraisal)}
    references = member_reference(viewer, [person.member_id for person in people], appraisal.year)
    return [PersonLine(one, results.get(one.member_id), references.get(one.member_id)) for one in people]


def quota_of(appraisal: DemocraticAppraisal) -> Quota:
    """The quota of 优秀 of the branch; 1 query."""
    rows = list(appraisal.people.values_list("proposed_grade", "grade"))
    best = AppraisalGrade.EXCELLENT
    return Quota(
        len(rows), excellent_limit(len(rows)), sum(a == best for a, _ in rows), sum(b == best for _, b in rows)
    )


def decision_faults(appraisal: DemocraticAppraisal) -> list[str]:
    """What still forbids sending the result for approval, in words."""
    rows = appraisal.people.order_by("place").values_list("name", "is_graded", "grade")
    faults = grading_faults([Graded(*row) for row in rows])
    if appraisal.held_on is None or not appraisal.decided_by:
        faults.insert(0, "还没有登记评议会。")
    return faults


def own_appraisals(viewer: Viewer) -> list[AppraisedMember]:
    """The viewer's own lines, newest year first; grade and reason only once the committee has approved."""
    if not viewer.member_id:
        return []
    rows = AppraisedMember.objects.filter(member_id=viewer.member_id).select_related("appraisal__branch")
    people = list(rows.order_by("-appraisal__year"))
    for person in people:
        if person.appraisal.state != AppraisalState.APPROVED:
            person.grade = person.reason = person.proposed_grade = ""
    return people


def runs_appraisals(viewer: Viewer) -> bool:
    """Whether the list of appraisals is the viewer's."""
    return viewer.is_a(Role.OFFICER, Role.LEADER, Role.SECRETARY, Role.BRANCH_COMMITTEE)


def _results(viewer: Viewer, appraisal: DemocraticAppraisal) -> list[SubjectResult]:
    return poll_results(viewer, appraisal.poll) if appraisal.poll else []
