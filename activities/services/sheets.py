"""What happens to month sheets (月报): sent, taken back, returned, reviewed; a sheet is reviewed when its parts are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from activities.models import Activity, ActivityState, Claim, ClaimState, MonthSheet, SheetState
from activities.rules.steps import SHEET_STEPS, is_open, refusal
from activities.selectors.people import secretary_accounts
from activities.selectors.sheets import Sheet, closed_at, figures_of, sheet_of
from branches.models import Organisation
from branches.permissions import SYSTEM, Viewer, check, visible
from core import audit
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.periods import Month
from core.periods import today as today_of
from notices.services import notify

SHOWN_GAPS = 8


@transaction.atomic
def send_sheet(
    *,
    actor: Viewer,
    branch: Organisation,
    month: Month,
    now: datetime,
    version: int | None = None,
    note: str = "",
    accept_gaps: bool = False,
) -> MonthSheet:
    """Send the month to the committee. With things missing it asks once: InvalidInput unless `accept_gaps`.

    A sheet whose parts have all been reviewed before is reviewed with its sending, by the system.
    """
    check(actor, "sheet.send", branch)
    today = today_of(now)
    if month > Month.of(today) or month.last_day < branch.founded_on:
        raise InvalidInput(f"{month.label}的月报不能报送。", remedy="请选择本月或以前、支部成立以后的月份。")
    sheet = sheet_of(actor, branch, month, today=today)
    if (missing := gap_words(sheet)) and not accept_gaps:
        raise InvalidInput(
            f"{month.label}的月报还缺{len(missing)}项：{'；'.join(missing[:SHOWN_GAPS])}。",
            remedy="可以先补齐再报；确认就这样报送的，请再按一次“照此报送”。",
            fields={"gaps": missing},
        )
    row = _row(actor, branch, month, version)
    _step(row, "send")
    row.revision += 1
    row.sent_at, row.sent_by = now, audit.user_of(actor)
    row.first_sent_at = row.first_sent_at or now
    row.on_behalf = not actor.is_system and branch.pk not in actor.own_branch_ids
    row.note, row.figures = note.strip()[:500], figures_of(sheet)
    row.return_reason, row.reviewed_by, row.reviewed_at = "", None, None
    _save(actor, row, "sheet.sent", f"报送{month.label}月报" + (f"，缺{len(missing)}项" if missing else ""))
    if _is_seen_already(row):
        _settle(SYSTEM, row, now)
    return row


@transaction.atomic
def withdraw_sheet(
    *, actor: Viewer, branch: Organisation, month: Month, now: datetime, version: int | None = None
) -> MonthSheet:
    """Take a sheet back while it is not reviewed; Locked once the month is closed."""
    check(actor, "sheet.send", branch)
    if when := closed_at(branch.root_id, month):
        raise Locked(
            f"{month.label}已于{today_of(when):%Y年%-m月%-d日}封存，月报不能撤回。",
            remedy="漏报的记录照常补报，从下一个未封存的月份起计入得分；需更正的请联系机关党委。",
        )
    row = _row(actor, branch, month, version)
    if not actor.is_system and branch.pk not in actor.own_branch_ids and not row.on_behalf:
        raise Refused("这份月报由支部报送，不能由您撤回。", remedy="要支部修改，请退回并写明原因。")
    _step(row, "withdraw")
    return _save(actor, row, "sheet.withdrawn", f"撤回{month.label}月报")


@transaction.atomic
def return_sheet(*, actor: Viewer, sheet_id: int, version: int | None, reason: str, now: datetime) -> MonthSheet:
    """Send a sheet back with a reason; the branch is told."""
    row = _locked(actor, sheet_id, version)
    _check_reviewer(actor, row)
    if not reason.strip():
        raise InvalidInput(
            "请写明退回原因。", remedy="写明月报缺什么、要改什么。", fields={"reason": ["请写明退回原因。"]}
        )
    _step(row, "return")
    row.return_reason = reason.strip()[:500]
    row.reviewed_by, row.reviewed_at = audit.user_of(actor), now
    _save(actor, row, "sheet.returned", f"退回月报：{reason.strip()}")
    _tell(row, f"{Month.from_key(row.month).label}月报已退回：{reason.strip()}", now)
    return row


@transaction.atomic
def approve_sheets(*, actor: Viewer, shown: Mapping[int, int], now: datetime) -> list[MonthSheet]:
    """Review exactly these sheets (id → version as shown) whose parts are all reviewed; Conflict names the others."""
    if not shown:
        return []
    rows = list(_scoped(actor).filter(pk__in=list(shown)).order_by("pk"))
    waiting = pending_parts(rows)
    changed = [row for row in rows if row.version != shown[row.pk] or row.state != SheetState.SENT]
    unready = [row for row in rows if row not in changed and waiting.get((row.branch_id, row.month))]
    if len(rows) != len(shown) or changed or unready:
        raise Conflict(
            "有月报已有变化，或还有没审的记录，没有审核。",
            remedy="月报要等其中的记录、申报都审完才能通过；请刷新后再办理。",
            fields={
                "sheets": [f"{row.branch.short_name}{Month.from_key(row.month).label}" for row in changed + unready]
            },
        )
    for row in rows:
        _check_reviewer(actor, row)
        _settle(actor, row, now)
    return rows


@transaction.atomic
def settle_sheets(*, actor: Viewer, pairs: Iterable[tuple[int, int]], now: datetime) -> int:
    """After reviewing parts: sheets sent whose parts are now all reviewed are reviewed too; the others wait again.

    `pairs` are (branch id, month key). A sheet that the actor sent is left for somebody else.
    """
    wanted = set(pairs)
    rows = MonthSheet.objects.select_for_update().filter(
        branch_id__in={pair[0] for pair in wanted}, month__in={pair[1] for pair in wanted}
    )
    rows = [row for row in rows.order_by("pk") if (row.branch_id, row.month) in wanted]
    waiting = pending_parts(rows)
    settled = 0
    for row in rows:
        is_waiting = bool(waiting.get((row.branch_id, row.month)))
        if row.state == SheetState.SENT and not is_waiting and row.sent_by_id != actor.user_id:
            _settle(actor, row, now)
            settled += 1
        elif row.state == SheetState.REVIEWED and is_waiting:
            _step(row, "unsettle")
            row.reviewed_by, row.reviewed_at = None, None
            _save(actor, row, "sheet.reopened", "月报中有记录转回待审或退回")
    return settled


def pending_parts(rows: Iterable[MonthSheet]) -> dict[tuple[int, int], int]:
    """How many records and claims of each sheet are not reviewed, by (branch id, month key); 2 queries."""
    rows = list(rows)
    if not rows:
        return {}
    found: dict[tuple[int, int], int] = {}
    where = Q(branch_id__in={row.branch_id for row in rows}, month__in={row.month for row in rows})
    for model, states in (
        (Activity, (ActivityState.SUBMITTED, ActivityState.RETURNED)),
        (Claim, (ClaimState.SUBMITTED, ClaimState.RETURNED)),
    ):
        for pair in model.objects.filter(where, state__in=states).values_list("branch_id", "month"):
            found[pair] = found.get(pair, 0) + 1
    return found


def _is_seen_already(row: MonthSheet) -> bool:
    """Whether all that a sheet holds was reviewed before it was sent, so that nothing would ever settle it later.

    An empty sheet, and one sent a second time (it may have been returned as a whole), are left to the officer.
    """
    if row.revision > 1 or pending_parts([row]):
        return False
    mine = {"branch_id": row.branch_id, "month": row.month}
    return (
        Activity.objects.filter(**mine, state=ActivityState.APPROVED).exists()
        or Claim.objects.filter(**mine, state=ClaimState.APPROVED).exists()
    )


def gap_words(sheet: Sheet) -> list[str]:
    """What is missing in a sheet, one line each."""
    duties = [f"{gap.name}：{gap.words}" for gap in sheet.gaps]
    parts = [f"{part.label}还没有报送" for part in sheet.unsent if part.state == "draft"]
    returned = [f"{part.label}已退回，改后再报" for part in sheet.unsent if part.state == "returned"]
    return list(dict.fromkeys([*duties, *parts, *returned]))


def _row(actor: Viewer, branch: Organisation, month: Month, version: int | None) -> MonthSheet:
    """The branch's sheet of the month, locked; a new one if there is none (the constraint keeps it one)."""
    rows = MonthSheet.objects.select_for_update(of=("self",)).select_related("branch")
    row = rows.filter(root_id=branch.root_id, branch=branch, month=month.key).first()
    if row is None:
        try:
            with transaction.atomic():
                row = MonthSheet.objects.create(root_id=branch.root_id, branch=branch, month=month.key, version=0)
        except IntegrityError:
            row = rows.get(root_id=branch.root_id, branch=branch, month=month.key)
    if version is not None and row.version != version:
        raise Conflict(f"{month.label}的月报刚刚有人办理过。", remedy="请刷新后查看现在的状态。")
    return row


def _scoped(actor: Viewer) -> Any:
    return visible(MonthSheet.objects.select_related("branch"), actor).select_for_update(of=("self",))


def _locked(actor: Viewer, sheet_id: int, version: int | None) -> MonthSheet:
    row = _scoped(actor).filter(pk=sheet_id).first()
    if row is None:
        raise Http404
    if version is not None and row.version != version:
        raise Conflict("这份月报刚刚有人办理过。", remedy="请刷新后查看现在的状态。")
    return row


def _check_reviewer(actor: Viewer, row: MonthSheet) -> None:
    check(actor, "sheet.review", row.branch)
    if row.sent_by_id and row.sent_by_id == actor.user_id:
        raise Refused("这份月报是您代报的，不能由您审核。", remedy="请由机关党委的另一位同志审核。")


def _step(row: MonthSheet, name: str) -> None:
    step = SHEET_STEPS[name]
    if not is_open(step, row.state):
        raise Conflict(refusal(step, row.state, "份月报"), remedy="请刷新后再看。")
    row.state = step.target


def _settle(actor: Viewer, row: MonthSheet, now: datetime) -> None:
    _step(row, "approve")
    row.reviewed_by, row.reviewed_at = audit.user_of(actor), now
    _save(actor, row, "sheet.reviewed", f"审核通过{Month.from_key(row.month).label}月报")


def _save(actor: Viewer, row: MonthSheet, action: str, summary: str) -> MonthSheet:
    row.version += 1
    row.save()
    audit.record(actor=actor, action=action, target=row, after={"state": row.state}, summary=summary)
    return row


def _tell(row: MonthSheet, title: str, now: datetime) -> None:
    people = secretary_accounts([row.branch_id], today_of(now))[row.branch_id]
    notify(
        recipients=[*people, *([row.sent_by_id] if row.sent_by_id else [])],
        kind="returned",
        title=title[:200],
        url=reverse("activities:sheet", args=[row.branch_id, str(Month.from_key(row.month))]),
        dedupe_key=f"sheet:{row.pk}:{row.version}",
        root_id=row.root_id,
        now=now,
    )
