"""Rounds and inspections in the viewer's scope: lists, one inspection, findings, progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet

from activities.models import Activity, ActivityState, Claim, ClaimState
from appraisal.models import Finding, Inspection, InspectionRound, InspectionState, RoundState
from assessment.selectors import SchemeFrame, best_scheme, frame_of, scheme_rows
from branches.models import Organisation, PatchAssignment, RoleGrant, User
from branches.permissions import Viewer, can, visible
from branches.rules import Role
from branches.selectors.organisations import on_day
from core.errors import Conflict
from core.periods import SHANGHAI
from worklists.models import Item
from worklists.selectors import items_of


def rounds_of(viewer: Viewer) -> QuerySet[InspectionRound]:
    """The rounds of the viewer's committee with their progress, newest first; nobody's for people of a branch."""
    if not can(viewer, "round.inspect"):
        return InspectionRound.objects.none()
    rows = InspectionRound.objects.filter(root_id=viewer.root_id)
    counted = rows.annotate(
        total=Count("inspections", distinct=True),
        finished=Count("inspections", filter=Q(inspections__state=InspectionState.DONE), distinct=True),
        found=Count("inspections__findings", filter=Q(inspections__findings__withdrawn_at__isnull=True), distinct=True),
    )
    return counted.order_by("-year", "-pk")


def inspections_of(viewer: Viewer, found: InspectionRound) -> list[Inspection]:
    """The inspections of one round that the viewer may see, each with the number of its findings; 1 query."""
    rows = visible(Inspection.objects.filter(round=found), viewer).select_related("branch", "inspector")
    counted = rows.annotate(
        finding_count=Count("findings", filter=Q(findings__withdrawn_at__isnull=True), distinct=True),
        record_count=Count("records", distinct=True),
        looked_count=Count("records", filter=~Q(records__verdict=""), distinct=True),
    )
    return list(counted.order_by("place"))


def own_inspections(viewer: Viewer) -> QuerySet[Inspection]:
    """What was found in the viewer's own branches, newest first; cancelled rounds are not spoken of."""
    rows = visible(Inspection.objects.filter(branch_id__in=viewer.own_branch_ids), viewer)
    counted = rows.exclude(round__state=RoundState.CANCELLED).annotate(
        finding_count=Count("findings", filter=Q(findings__withdrawn_at__isnull=True), distinct=True)
    )
    return counted.select_related("round", "branch").order_by("-round__year", "-pk")


def inspection_detail(viewer: Viewer, inspection_id: int) -> Inspection | None:
    """One inspection with its round and people; None outside the scope."""
    rows = visible(Inspection.objects.exclude(round__state=RoundState.CANCELLED), viewer)
    return rows.select_related("round__root", "branch", "inspector", "done_by").filter(pk=inspection_id).first()


def findings_of(viewer: Viewer, found: InspectionRound) -> list[Finding]:
    """The standing findings of one round that the viewer may see, each with its correction as `item`; 2 queries."""
    rows = visible(Finding.objects.filter(inspection__round=found, withdrawn_at__isnull=True), viewer)
    rows = rows.select_related("inspection__branch", "found_by", "record").order_by("inspection__place", "number")
    return with_items(viewer, rows)


def with_items(viewer: Viewer, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each carrying its correction as `item` (None before the inspection is done)."""
    rows = list(findings)
    items = {item.source: item for item in _corrections(viewer, [row.source for row in rows])}
    for row in rows:
        row.item = items.get(row.source)  # type: ignore[attr-defined] -- carried along for the page
    return rows


def _corrections(viewer: Viewer, sources: list[str]) -> QuerySet[Item]:
    return items_of(viewer, "finding:").filter(source__in=sources)


@dataclass(frozen=True)
class Progress:
    """How far a round has come."""

    total: int
    done: int
    findings: int
    closed: int
    overdue: int

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.done == self.total


def progress_of(inspections: list[Inspection], findings: list[Finding], today: date) -> Progress:
    """Branches inspected, faults found, corrections closed and overdue, from what the page has read."""
    items = [item for row in findings if (item := row.item)]  # type: ignore[attr-defined] -- see with_items
    states = Counter(item.state for item in items)
    return Progress(
        total=len(inspections),
        done=sum(row.state == InspectionState.DONE for row in inspections),
        findings=len(findings),
        closed=states["closed"],
        overdue=sum(item.state == "open" and item.due_on < today for item in items),
    )


def round_frame(found: InspectionRound) -> SchemeFrame:
    """The scheme valid at the end of the round's span; Conflict where there is none."""
    row = best_scheme(scheme_rows(found.root_id, found.last_month))
    if row is None:
        raise Conflict("这段时间没有已发布的考核方案。", remedy="请先发布考核方案，再开始检查。")
    return frame_of(row)


def candidate_inspectors(root: Organisation, on: date) -> list[tuple[User, str]]:
    """Officers and leaders of the committee with what they are, by name."""
    roles = (Role.OFFICER.value, Role.LEADER.value)
    grants = RoleGrant.objects.filter(on_day(on), role__in=roles, organisation__root_id=root.pk, user__is_active=True)
    found = {grant.user: Role(grant.role).label for grant in grants.select_related("user").order_by("-role")}
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0].username))


def barred_branches(users: Iterable[User], branches: Iterable[Organisation], on: date) -> dict[int, set[str]]:
    """User id → codes of the branches that person may not inspect: the own one, and for a leader all outside the patch."""
    people, rows = list(users), list(branches)
    ids = [user.pk for user in people]
    officers = RoleGrant.objects.filter(on_day(on), role=Role.OFFICER.value, user_id__in=ids)
    paths: dict[int, list[str]] = {}
    for user_id, path in officers.values_list("user_id", "organisation__path"):
        paths.setdefault(user_id, []).append(path)
    patch: dict[int, set[int]] = {}
    for user_id, branch_id in PatchAssignment.objects.filter(on_day(on), leader_id__in=ids).values_list(
        "leader_id", "branch_id"
    ):
        patch.setdefault(user_id, set()).add(branch_id)
    own = dict(User.objects.filter(pk__in=ids).values_list("pk", "member__branch_id"))
    return {
        user.pk: {
            row.code
            for row in rows
            if row.pk == own.get(user.pk)
            or not (
                row.pk in patch.get(user.pk, set()) or any(row.path.startswith(path) for path in paths.get(user.pk, []))
            )
        }
        for user in people
    }


def record_population(branch_ids: Iterable[int], first: int, last: int, cut_off: date) -> dict[int, list[str]]:
    """Branch → keys of its records and claims of these months sent by the end of the cut-off day; 2 queries."""
    before = datetime.combine(cut_off + timedelta(days=1), time(0), SHANGHAI)
    where = {"branch_id__in": list(branch_ids), "month__gte": first, "month__lte": last}
    found: dict[int, list[str]] = {branch_id: [] for branch_id in where["branch_id__in"]}
    records = Activity.objects.filter(**where, state__in=ActivityState.counting(), first_submitted_at__lt=before)
    claims = Claim.objects.filter(**where, state__in=ClaimState.counting(), first_submitted_at__lt=before)
    for name, rows in (("record", records), ("claim", claims)):
        for branch_id, pk in rows.order_by("pk").values_list("branch_id", "pk"):
            found[branch_id].append(f"{name}:{pk}")
    return found
