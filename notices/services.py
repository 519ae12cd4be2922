"""Sending messages and marking them as read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from core.models import LongJob
from notices.models import Notice
from notices.rules import kind_of
from notices.selectors import inbox


def notify(
    *,
    recipients: Iterable[int],
    kind: str,
    title: str,
    dedupe_key: str,
    root_id: int,
    now: datetime,
    text: str = "",
    url: str = "",
    reason: str = "",
) -> int:
    """Tell each recipient (user ids) once per `dedupe_key`; the number newly told. Two statements at most."""
    notices = [
        Notice(
            root_id=root_id or 0,
            recipient_id=user_id,
            kind=kind,
            title=title[:200],
            text=text[:1000],
            url=url,
            reason=reason or kind_of(kind).reason,
            dedupe_key=dedupe_key[:150],
            created_at=now,
        )
        for user_id in dict.fromkeys(recipients)
    ]
    told = set(
        Notice.objects.filter(
            root_id=root_id or 0, dedupe_key=dedupe_key[:150], recipient_id__in=[n.recipient_id for n in notices]
        ).values_list("recipient_id", flat=True)
    )
    fresh = [notice for notice in notices if notice.recipient_id not in told]
    # Another worker may tell the same person between the two statements: the constraint decides.
    Notice.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    return len(fresh)


def tell_job_finished(job: LongJob, now: datetime) -> int:
    """Tell the owner of a long job how it ended."""
    return notify(
        recipients=[job.owner_id],
        kind="job",
        title=f"{job.title}：{job.get_state_display()}",
        text=job.message,
        url=job.result_url or reverse("core:job", args=[job.pk]),
        dedupe_key=f"long_job:{job.pk}:{job.state}",
        root_id=job.root_id,
        now=now,
    )


def mark_read(*, actor, notice_id: int, now: datetime) -> Notice | None:
    """Mark one of the actor's own messages as read; None if there is no such message of theirs."""
    notice = inbox(_user_id(actor)).filter(pk=notice_id).first()
    if notice and notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=now)
        notice.read_at = now
    return notice


def mark_all_read(*, actor, now: datetime) -> int:
    """Mark all of the actor's unread messages as read; how many there were."""
    return inbox(_user_id(actor)).filter(read_at=None, created_at__lte=now).update(read_at=now)


def _user_id(actor) -> int:
    return getattr(actor, "user", actor).pk
