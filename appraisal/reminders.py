"""Who hears today of appeals that still wait for their answer; pure in `today`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from appraisal.models import Appeal, AppealState
from appraisal.rules.appeal import reply_stage
from branches.models import Organisation
from branches.selectors.accounts import officer_accounts, officers_over
from core.periods import today as today_of
from notices.services import notify


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message about one unanswered appeal, told once to the officers over the branch."""

    appeal: Appeal
    kind: str
    title: str
    dedupe_key: str


def remind_of_appeals(*, root: Organisation, today: date, now: datetime) -> int:
    """Work out today's reminders of one committee and tell them; a second run tells nobody again."""
    waiting = Appeal.objects.filter(root=root, state=AppealState.OPEN).select_related("branch")
    accounts = officer_accounts(root.pk, today)
    told = 0
    for reminder in reminders_for(waiting.order_by("reply_until", "pk"), today):
        told += notify(
            recipients=officers_over(reminder.appeal.branch, accounts),
            kind=reminder.kind,
            title=reminder.title,
            url=reverse("appraisal:appeal", args=[reminder.appeal.pk]),
            dedupe_key=reminder.dedupe_key,
            root_id=root.pk,
            now=now,
            reason="您负责答复这些支部的申诉；答复后不再提醒。",
        )
    return told


def reminders_for(appeals: Iterable[Appeal], today: date) -> list[Reminder]:
    """Today's messages about unanswered appeals, each occasion once."""
    found = []
    for row in appeals:
        stage = reply_stage(row.reply_until, today_of(row.filed_at), today)
        if stage:
            is_late = stage.startswith("late")
            when = "已过答复期限" if is_late else f"{row.reply_until.month}月{row.reply_until.day}日前答复"
            kind = "overdue" if is_late else "reminder"
            title = f"{row.branch.short_name}申诉“{row.label}”{when}"
            found.append(Reminder(row, kind, title, f"appeal:{row.pk}:{stage}"))
    return found
