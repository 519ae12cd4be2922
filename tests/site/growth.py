"""More rows of every kind beside those of the world, for tests that ask whether a page's queries follow its rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Model

from activities.models import AddedKind, Claim
from activities.services.member_claims import MemberClaimInput, enter_claim
from appraisal.models import (
    AccountabilityReport,
    Appeal,
    AppraisedMember,
    Contract,
    Decision,
    DemocraticAppraisal,
    Finding,
    Inspection,
    InspectionRound,
    Poll,
)
from assessment import rollup
from assessment.members import rollup as members
from assessment.models import Scheme, SchemeEdit
from branches.models import Member, Organisation, PatchVisit, VisitPromise
from branches.models.imports import ImportBatch
from core.models import LongJob
from core.periods import Month
from integrity.models import JobPost, RiskPoint
from notices.models import Notice
from officeforms.models import Collection, FormVersion, OfficialForm
from tests.factories import activities as records
from tests.factories import contracts
from tests.factories.branches import (
    AppointmentFactory,
    BranchFactory,
    Cast,
    ExclusionFactory,
    GrantFactory,
    GroupFactory,
    MemberFactory,
    PatchFactory,
    Post,
    TermFactory,
    UserFactory,
)
from tests.factories.signing import open_paper
from tests.site.world import World
from worklists.models import Item

MONTHS = (Month(2026, 10), Month(2026, 11))


def first_of_each(world: World) -> None:
    """What the world leaves out because nobody needs it there: a group, and points of the running month."""
    _people(world.cast, world.cast.branch, 0)
    _contracts(world.cast)
    _points(world.cast)
    _entered(world.cast)


def _entered(cast: Cast) -> None:
    """Two more claims of the member, facts of what they were entered for, and everybody's scores."""
    for day in (7, 8):
        enter_claim(
            actor=cast.viewer("member"),
            member_id=cast.member.member_id,
            given=MemberClaimInput("credit.K07", date(2026, 10, day), note="心得"),
            now=records.NOW,
        )
    members.run(root_id=cast.root.pk, month=Month(2026, 10), now=records.NOW)


def two_more_of_each(world: World) -> None:
    """Two more branches with all that belongs to one, and two more rows of everything in the first branch."""
    for n in (1, 2):
        branch = BranchFactory(parent=world.cast.root)
        PatchFactory(leader=world.cast.leader, branch=branch)
        _people(world.cast, world.cast.branch, n)
        _people(world.cast, branch, n)
        for place in (world.cast.branch, branch):
            _records(replace(world.cast, branch=place), n)
            _copies(world, place, n)
            _reviews(world, place, n)
    _contracts(world.cast)
    _schemes(world)
    _points(world.cast)


def _schemes(world: World) -> None:
    """Two more drafts with a change each, and two more changes of the first."""
    edit = world.values["scheme_edit"]
    for n in (1, 2):
        draft = _copy(Scheme, world.values["scheme_draft"], version=f"9.{n}", based_on=None)
        _copy(SchemeEdit, edit, scheme=draft)
        _copy(SchemeEdit, edit)


def _contracts(cast: Cast) -> None:
    """A contract for every branch, those of the others put up for signature."""
    contracts.make(cast)
    others = Contract.objects.exclude(branch=cast.branch)
    contracts.send(cast, ids=list(others.values_list("pk", flat=True)))


def _people(cast: Cast, branch: Organisation, n: int) -> None:
    """A group with a member who holds an office, has an account, a grant and a day off from counting."""
    TermFactory(branch=branch, term_no=n + 10)
    group = GroupFactory(parent=branch)
    member = MemberFactory(branch=branch, group=group)
    AppointmentFactory(member=member, post=Post.COMMITTEE_MEMBER)
    AppointmentFactory(member=member, organisation=group, post=Post.GROUP_LEADER)
    account = UserFactory(member=member)
    GrantFactory(user=account, organisation=cast.root)
    UserFactory(root=cast.root)
    ExclusionFactory(member=Member.objects.filter(branch=branch).earliest("pk"), from_on=date(2026, 1, 1 + n))
    PatchFactory(leader=account, branch=branch)


def _records(cast: Cast, n: int) -> None:
    by = {"by": "officer"}
    records.approve(cast, records.sent(cast, held_on=date(2026, 10, 14 + n), **by), by="second_officer")
    records.sent(cast, "general_meeting", held_on=date(2026, 11, 12 + n), **by)
    records.sent(cast, held_on=date(2026, 11, 3 + n), **by)
    records.draft(cast, held_on=date(2026, 11, 5 + n), **by)


def _copies(world: World, branch: Organisation, n: int) -> None:
    """One more of what the world made by hand, here and a day earlier."""
    cast, values = world.cast, world.values
    day = date(2026, 11, 3) - timedelta(days=n)
    _copy(Claim, values["claim"], branch=branch, happened_on=day)
    _copy(Notice, values["notice"], dedupe_key=f"growth{n}.{branch.pk}")
    _copy(Notice, values["notice"], dedupe_key=f"officer{n}.{branch.pk}", recipient=cast.officer)
    _copy(LongJob, values["job"])
    _copy(ImportBatch, values["import"])
    _rounds(world, branch, n)
    _copy(Appeal, values["appeal"], branch=branch, standing_key=None)
    _copy(Item, values["work_item"], source=f"task:growth{n}.{branch.pk}", branch=branch)
    visit = _copy(PatchVisit, values["visit"], branch=branch, visited_on=day)
    _copy(VisitPromise, values["promise"], visit=visit)
    risk = RiskPoint.objects.select_related("post").get(pk=values["risk"])
    post = _copy(JobPost, risk.post_id, code=f"G{n}.{branch.pk}", organisation=branch)
    open_paper(cast, branch=branch, source=f"growth{n}.{branch.pk}")
    _copy(Decision, values["decision"], branch=branch, matter=f"事项{n}.{branch.pk}")
    _copy(RiskPoint, risk.pk, post=post, code=f"G{n}.{branch.pk}-1")
    form = _copy(OfficialForm, values["form"], name=f"表{n}.{branch.pk}")
    _copy(FormVersion, values["form_version"], form=form)
    _copy(FormVersion, values["form_version"], number=n * 1000 + branch.pk)
    _copy(AddedKind, values["added_kind"], name=f"事项{n}.{branch.pk}", metric=f"growth.{n}.{branch.pk}")
    _copy(Collection, values["collection"], name=f"收集{n}.{branch.pk}")


def _rounds(world: World, branch: Organisation, n: int) -> None:
    """One more round, one more fault found, and in the world's round one more branch."""
    values = world.values
    _copy(InspectionRound, values["round"], title=f"第{n}轮", standing_key=None)
    _copy(Finding, values["finding"], number=100 * n + branch.pk)
    if branch != world.cast.branch:
        _copy(Inspection, values["inspection"], branch=branch, place=100 * n + branch.pk)


def _reviews(world: World, branch: Organisation, n: int) -> None:
    """One more ballot here; in a new branch a report and an appraisal with its people, in the old one more people."""
    values, member = world.values, Member.objects.filter(branch=branch).earliest("-pk")
    _copy(Poll, values["poll"], branch=branch, year=2010 + n)
    if branch != world.cast.branch:
        _copy(AccountabilityReport, values["report"], branch=branch, member=member)
        _copy(DemocraticAppraisal, values["democratic"], branch=branch)
    _copy(AppraisedMember, values["appraised"], member=member, name=member.name, place=50 + n)


def _copy(model: type[Model], pk: int, **changes: Any) -> Any:
    row = model._default_manager.get(pk=pk)
    row.pk, row._state.adding = None, True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row


def _points(cast: Cast) -> None:
    for month in MONTHS:
        rollup.run(root_id=cast.root.pk, month=month, now=records.NOW)
