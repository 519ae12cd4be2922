"""What an organisation sets itself in its year plan: day and owner; for the committee's own lines the tick."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from activities.models import PlanEntry
from activities.rules.yearplan import PlanLine
from activities.selectors.yearplan import plan_line
from branches.models import Member, Organisation, Tier
from branches.permissions import Viewer, check
from branches.selectors import members_on
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import today as today_of


@transaction.atomic
def plan_duty(
    *,
    actor: Viewer,
    organisation: Organisation,
    year: int,
    key: str,
    now: datetime,
    version: int = 0,
    planned_on: date | None = None,
    owner: Member | None = None,
    owner_name: str = "",
    note: str = "",
    done_on: date | None = None,
    evidence: str = "",
) -> PlanEntry:
    """Set day, owner and note of one line; of the committee's own lines also that it is done and what proves it.

    Conflict if the line was changed since `version` (0: there was nothing yet). A branch's line is done by its
    record: `done_on` is refused there. The owner of a branch's line is one of its members on the day.
    """
    check(actor, "year_plan.edit", organisation)
    _, line = plan_line(actor, organisation, year, key, today=today_of(now))
    if not line.is_own:
        raise Refused("这一事项由机关党委办理，支部不用计划。", remedy="期限以机关党委通知为准。")
    _demand_dates(organisation, line, planned_on, done_on, evidence, today_of(now))
    _demand_owner(organisation, owner, today_of(now))
    entry = _entry(organisation, year, key, version, now)
    before = _values(entry)
    entry.planned_on, entry.note = planned_on, note.strip()[:200]
    entry.owner, entry.owner_name = owner, (owner.name if owner else owner_name.strip()[:50])
    entry.done_on, entry.evidence = done_on, evidence.strip()[:200]
    entry.changed_at, entry.changed_by = now, audit.user_of(actor)
    entry.version = version + 1
    _save(entry, version)
    audit.record(
        actor=actor,
        action="year_plan.set",
        target=entry,
        root_id=organisation.root_id,
        branch_id=organisation.pk,
        before=before,
        after=_values(entry),
        summary=f"{year}年计划：{line.title}"[:500],
    )
    return entry


def _demand_dates(
    organisation: Organisation, line: PlanLine, planned_on: date | None, done_on: date | None, evidence: str, on: date
) -> None:
    if planned_on and not date(line.year, 1, 1) <= planned_on <= line.due_on:
        words = f"请选{line.year}年1月1日至{line.due_on.year}年{line.due_on.month}月{line.due_on.day}日之间的一天。"
        raise InvalidInput("计划日期不在这一年，或晚于应办期限。", fields={"planned_on": [words]})
    if done_on is None:
        return
    if organisation.tier == Tier.BRANCH:
        raise InvalidInput("支部的事项以活动记录为准，不能直接勾选完成。", remedy="请登记活动或补充申报。")
    if done_on > on:
        raise InvalidInput("完成日期还没有到。", fields={"done_on": ["请填今天或以前的日期。"]})
    if not evidence.strip():
        raise InvalidInput("完成的事项要写明佐证。", fields={"evidence": ["请写文号、会议或材料名称。"]})


def _demand_owner(organisation: Organisation, owner: Member | None, on: date) -> None:
    if owner is None or organisation.tier != Tier.BRANCH:
        return
    if not members_on([organisation.pk], on).filter(member=owner).exists():
        raise InvalidInput("责任人须是本支部党员。", fields={"owner": ["请在本支部党员中选择。"]})


def _entry(organisation: Organisation, year: int, key: str, version: int, now: datetime) -> PlanEntry:
    """The row as it stands, locked; a new one where there is none."""
    rows = PlanEntry.objects.select_for_update().filter(organisation=organisation, year=year, key=key)
    entry = rows.first() or PlanEntry(
        root_id=organisation.root_id, organisation=organisation, year=year, key=key, version=0, changed_at=now
    )
    if entry.version != version:
        raise Conflict("这一事项刚才已被改过。", remedy="请刷新页面，看过新的内容再改。")
    return entry


def _save(entry: PlanEntry, version: int) -> None:
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:  # two people planned the same line for the first time at once
        raise Conflict("这一事项刚才已被改过。", remedy="请刷新页面，看过新的内容再改。") from error


def _values(entry: PlanEntry) -> dict[str, object]:
    names = ("planned_on", "owner_name", "note", "done_on", "evidence")
    return {name: getattr(entry, name) for name in names}
