"""What is pointed out about a record, and blocks nothing: overlap, near-identical text, a file used before, sent late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from activities.models import Activity, ActivityFile, ActivityState, RecordShape
from activities.rules.facts import lag_days
from activities.rules.flags import MOST, most_alike, overlap, span
from branches.permissions import Viewer, visible

STANDING = (ActivityState.SUBMITTED, ActivityState.APPROVED, ActivityState.RETURNED)


@dataclass(frozen=True)
class Flag:
    """One remark, and the record it is about if the viewer may see that."""

    text: str
    activity_id: int | None = None


def flags_of(viewer: Viewer, activity: Activity) -> list[Flag]:
    """The remarks on one record; at most 4 queries, whatever the branch has."""
    found = [*_late(activity)]
    if activity.kind.shape == RecordShape.GATHERING:
        found += [*_overlaps(viewer, activity), *_alike(viewer, activity)]
    return found + list(_files_used_before(viewer, activity))


def _late(activity: Activity) -> list[Flag]:
    if not activity.is_late or activity.first_submitted_at is None:
        return []
    return [Flag(f"补报：首次报送晚于期限{lag_days(activity.held_on, activity.first_submitted_at)}天。")]


def _overlaps(viewer: Viewer, activity: Activity) -> list[Flag]:
    here = span(activity.held_on, activity.starts_at, activity.ends_at)
    near = visible(Activity.objects.all(), viewer).filter(
        branch_id=activity.branch_id,
        held_on__range=(activity.held_on - timedelta(days=1), activity.held_on + timedelta(days=1)),
        state__in=STANDING,
        kind__shape=RecordShape.GATHERING,
    )
    return [
        Flag(f"与“{other.title}”（{other.held_on:%m-%d} {other.starts_at:%H:%M}）时间重叠，请核对。", other.pk)
        for other in near.exclude(pk=activity.pk)
        if overlap(here, span(other.held_on, other.starts_at, other.ends_at))
        and not (activity.group_id and other.group_id and activity.group_id != other.group_id)
    ]


def _alike(viewer: Viewer, activity: Activity) -> list[Flag]:
    if not activity.text_digest:
        return []
    others = visible(Activity.objects.all(), viewer).filter(
        branch_id=activity.branch_id, kind_id=activity.kind_id, state__in=STANDING
    )
    others = others.exclude(pk=activity.pk).select_related("text").order_by("-held_on", "-pk")[:MOST]
    found = most_alike(_said(activity), [(other.pk, _said(other)) for other in others])
    if not found:
        return []
    other = next(other for other in others if other.pk == found[0])
    return [Flag(f"文字与“{other.title}”（{other.held_on}）有{int(found[1] * 100)}%相同，请写出本次的内容。", other.pk)]


def _said(activity: Activity) -> str:
    text = activity.text
    return text.agenda + text.speeches + text.resolution


def _files_used_before(viewer: Viewer, activity: Activity) -> list[Flag]:
    digests = list(activity.files.values_list("attachment__sha256", flat=True))
    if not digests:
        return []
    others = ActivityFile.objects.filter(
        attachment__root_id=activity.root_id,
        attachment__sha256__in=digests,
        activity__in=visible(Activity.objects.all(), viewer).filter(state__in=STANDING),
    ).exclude(activity_id=activity.pk)
    return [
        Flag(f"“{row.attachment.name}”在“{row.activity.title}”里用过，请核对是否传错。", row.activity_id)
        for row in others.select_related("attachment", "activity").order_by("pk")[:3]
    ]
