"""Records as lists and pages show them; everything begins with what the viewer may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from activities.models import (
    Activity,
    ActivityFile,
    ActivityState,
    ActivityType,
    Attendance,
    Participation,
    ParticipationState,
)
from assessment.ledger import live_facts
from assessment.models import Fact, Item, Rule
from assessment.schemes import scheme_for
from branches.models import Organisation, Tier
from branches.permissions import Viewer, visible, visible_branches
from core.periods import Month


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed by; empty means all."""

    text: str = ""
    kind: str = ""
    state: str = ""
    month: int | None = None
    branch_id: int | None = None
    late: bool = False


def records(viewer: Viewer, filters: Filters | None = None) -> QuerySet[Participation]:
    """The rows of the list: one per branch and record, with type, branch and record loaded."""
    filters = filters or Filters()
    rows = visible(Participation.objects.all(), viewer).exclude(
        is_organiser=False, activity__state__in=("draft", "withdrawn")
    )
    if filters.month:
        rows = rows.filter(month=filters.month)
    if filters.kind:
        rows = rows.filter(activity__kind__code=filters.kind)
    if filters.branch_id:
        rows = rows.filter(branch_id=filters.branch_id)
    if filters.state == "to_confirm":
        rows = rows.filter(state=ParticipationState.INVITED)
    elif filters.state:
        rows = rows.filter(activity__state=filters.state)
    if filters.late:
        rows = rows.filter(activity__is_late=True)
    if filters.text:
        text = filters.text.strip()
        rows = rows.filter(
            Q(activity__title__contains=text) | Q(activity__place__contains=text) | Q(activity__host__contains=text)
        )
    return rows.select_related("activity__kind", "activity__group", "activity__branch", "branch")


def record(viewer: Viewer, activity_id: int) -> Activity:
    """One record with all its parts; 404 where the viewer may not see it. 9 queries, whatever it holds."""
    marks = Attendance.objects.select_related("member").order_by("member__member_no")
    rows = visible(Activity.objects.all(), viewer).select_related(
        "kind", "branch", "group", "text", "entered_by", "reviewed_by"
    )
    rows = rows.prefetch_related(
        "tags",
        "votes",
        Prefetch("files", ActivityFile.objects.select_related("attachment")),
        Prefetch("participations", Participation.objects.select_related("branch").order_by("-is_organiser", "branch")),
        Prefetch("participations__attendances", marks),
        "events__actor",
        "talks__talked",
    )
    found = rows.filter(pk=activity_id).first()
    if found is None:
        raise Http404
    return found


def seen_shares(viewer: Viewer, activity_ids: Iterable[int]) -> set[int]:
    """Of these records' shares those whose names the viewer may see."""
    shares = visible(Participation.objects.all(), viewer).filter(activity_id__in=list(activity_ids))
    return set(shares.values_list("pk", flat=True))


def facts_of_record(viewer: Viewer, activity: Activity) -> list[Fact]:
    """The live facts the record gave, of the branches whose facts the viewer may see."""
    facts = live_facts(visible(Fact.objects.all(), viewer)).filter(
        source_type__startswith="activity", source_id=activity.pk
    )
    return list(facts.select_related("metric", "branch").order_by("branch", "metric__position"))


def items_of(root_id: int, month: Month, metric_ids: Iterable[int]) -> list[tuple[str, str]]:
    """The items (code, name) of the month's scheme in which any of these metrics counts, in the scheme's order."""
    scheme = scheme_for(root_id, month)
    ids = list(metric_ids)
    if scheme is None or not ids:
        return []
    rules = Rule.objects.filter(scheme=scheme).filter(
        Q(metric_id__in=ids) | Q(need_metric_id__in=ids) | Q(events__metric_id__in=ids)
    )
    items = Item.objects.filter(scheme=scheme, pk__in=rules.values("item_id")).order_by("position")
    return list(items.values_list("code", "name"))


def file_of(viewer: Viewer, activity_id: int, file_id: int) -> ActivityFile:
    """One file of a record the viewer may see; else 404."""
    seen = visible(Activity.objects.all(), viewer).filter(pk=activity_id)
    row = ActivityFile.objects.filter(pk=file_id, activity__in=seen).select_related("attachment").first()
    if row is None:
        raise Http404
    return row


def last_of_kind(viewer: Viewer, branch: Organisation, kind: ActivityType, group_id: int | None) -> Activity | None:
    """The branch's last record of the type, from which a new form takes time, place, host and recorder."""
    rows = visible(Activity.objects.all(), viewer).filter(branch=branch, kind=kind).exclude(state="withdrawn")
    if group_id:
        rows = rows.filter(group_id=group_id)
    return rows.order_by("-held_on", "-pk").first()


def own_draft(viewer: Viewer, branch: Organisation, kind: ActivityType, day: date) -> Activity | None:
    """The viewer's own record of the type in the month of this day that was begun and never sent."""
    rows = visible(Activity.objects.all(), viewer).filter(
        branch=branch, kind=kind, month=Month.of(day).key, state=ActivityState.DRAFT, entered_by_id=viewer.user_id
    )
    return rows.filter(first_submitted_at=None).order_by("-held_on", "-pk").first()


def organisers(viewer: Viewer) -> list[Organisation]:
    """The branches (for officers also the committees) this person may log for."""
    found = list(visible_branches(viewer, "activity").filter(dissolved_on__isnull=True))
    if viewer.all_prefixes:
        above = Organisation.objects.filter(path__in=viewer.all_prefixes).exclude(tier=Tier.BRANCH)
        found = [*above, *found]
    elif not viewer.is_system:
        found = [branch for branch in found if branch.pk in viewer.own_branch_ids]
    return found


def branches_beside(branch: Organisation) -> QuerySet[Organisation]:
    """The branches of the same committee that may be invited."""
    root_id = branch.root_id or branch.pk
    found = Organisation.objects.filter(root_id=root_id, tier=Tier.BRANCH, dissolved_on__isnull=True)
    return found.exclude(pk=branch.pk).order_by("sort_key", "code")


def book(viewer: Viewer, branch: Organisation, year: int) -> list[Activity]:
    """A year's gatherings of a branch in order, whole, for printing as one book."""
    marks = Attendance.objects.select_related("member").order_by("member__member_no")
    rows = visible(Activity.objects.all(), viewer).filter(
        branch=branch, held_on__range=(date(year, 1, 1), date(year, 12, 31)), state__in=("submitted", "approved")
    )
    rows = rows.filter(kind__shape="gathering").select_related("kind", "branch", "group", "text")
    return list(
        rows.prefetch_related(
            "tags",
            "votes",
            Prefetch("files", ActivityFile.objects.select_related("attachment")),
            Prefetch("participations", Participation.objects.select_related("branch")),
            Prefetch("participations__attendances", marks),
            "events",
            "talks__talked",
        ).order_by("held_on", "starts_at", "pk")
    )
