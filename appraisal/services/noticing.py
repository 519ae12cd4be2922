"""The public notice of composed results: posted for five working days, or withdrawn with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from appraisal.canonical import composed_digest, rows_of
from appraisal.models import NoticeScope, PublicNotice, YearEnd, YearState
from appraisal.rules.notice import notice_until
from appraisal.selectors import notice_obstacles, standing_notice
from appraisal.services._year import locked_year, said
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today
from core.workdays import add_workdays


@transaction.atomic
def post_notice(*, actor: Viewer, year_end_id: int, audience: str, now: datetime) -> PublicNotice:
    """Show the composed totals and proposed grades for five working days; entries stand still meanwhile."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id, action="year.publish")
    if year_end.state != YearState.SETTLING:
        raise Conflict("还没有可公示的合成结果，或已在公示。", remedy="请先在第4步合成，再公示。")
    if audience not in NoticeScope.values:
        raise InvalidInput("请选择公示范围。", fields={"audience": ["请选择公示范围。"]})
    if obstacles := notice_obstacles(year_end):
        raise Conflict("还不能公示：" + "；".join(obstacles), remedy="请办完以上事项再公示。")
    rows = rows_of(year_end)
    notice = PublicNotice.objects.create(
        root_id=year_end.root_id,
        year_end=year_end,
        revision=year_end.revision,
        attempt=_next_attempt(year_end),
        audience=audience,
        starts_on=today(now),
        ends_on=notice_until(today(now), add_workdays),
        shown={str(row.branch_id): [row.shown_hundredths, row.grade] for row in rows},
        digest=composed_digest(rows),
        posted_by_id=actor.user_id,
        posted_at=now,
    )
    _move(year_end, YearState.NOTICED)
    audit.record(actor=actor, action="year.notice", target=notice, summary=f"公示至{notice.ends_on.isoformat()}")
    return notice


@transaction.atomic
def withdraw_notice(*, actor: Viewer, year_end_id: int, reason: str, now: datetime) -> PublicNotice:
    """Take a notice back before publication is proposed (a change is needed); what follows needs another notice."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id, action="year.publish")
    notice = standing_notice(year_end)
    if year_end.state != YearState.NOTICED or notice is None:
        raise Conflict("没有正在进行的公示。", remedy="刷新页面可看到现在的状态。")
    notice.withdrawn_by_id, notice.withdrawn_at = actor.user_id, now
    notice.withdraw_reason = said(reason, what="撤回公示的原因")
    notice.save(update_fields=["withdrawn_by", "withdrawn_at", "withdraw_reason"])
    _move(year_end, YearState.SETTLING)
    audit.record(
        actor=actor, action="year.notice.withdraw", target=notice, summary=f"撤回公示：{notice.withdraw_reason}"[:200]
    )
    return notice


def _next_attempt(year_end: YearEnd) -> int:
    earlier = PublicNotice.objects.filter(year_end=year_end, revision=year_end.revision)
    return (earlier.aggregate(last=Max("attempt"))["last"] or 0) + 1


def _move(year_end: YearEnd, state: YearState) -> None:
    year_end.state = state
    year_end.save(update_fields=["state"])
