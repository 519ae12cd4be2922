"""Getting hold of a year end for a change: the right, the lock, the state."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from appraisal.models import YearEnd, YearState
from branches.models import Organisation
from branches.permissions import Viewer, check
from core.errors import InvalidInput, Locked


def locked_year(*, actor: Viewer, year_end_id: int, action: str = "year.settle") -> YearEnd:
    """The year end, locked for this transaction, if the actor may do `action` in its committee; else 404 or Refused."""
    year_end = get_object_or_404(YearEnd.objects.select_for_update(of=("self",)).select_related("root"), pk=year_end_id)
    check(actor, action, year_end.root)
    return year_end


def open_for_entry(year_end: YearEnd) -> None:
    """Refuse where the year is on notice, proposed or published."""
    if year_end.state == YearState.NOTICED:
        raise Locked("结果正在公示，录入已停。", remedy="确需修改的，请先在“公示与审定”一步说明原因，撤回公示。")
    if year_end.state == YearState.PROPOSED:
        raise Locked("年终结果已提请发布，录入已停。", remedy="请先由复核人退回提请，再修改。")
    if year_end.state == YearState.PUBLISHED:
        raise Locked("年终结果已发布，不能改写。", remedy="确需更正的，请在“发布”一步说明原因，另出新版次。")


def open_for_grades(year_end: YearEnd) -> None:
    """Refuse where the year is proposed or published; during and after the notice the committee still decides."""
    if not year_end.takes_grades:
        open_for_entry(year_end)


def branch_of(year_end: YearEnd, branch_id: int) -> Organisation:
    """A branch of the year end's committee, else 404."""
    return get_object_or_404(Organisation, pk=branch_id, root_id=year_end.root_id, tier="branch")


def said(text: str, *, what: str, limit: int = 300) -> str:
    """A reason that was really given, trimmed; InvalidInput otherwise."""
    text = text.strip()
    if not text or len(text) > limit:
        raise InvalidInput(
            f"请填写{what}（不超过{limit}字）。", fields={"reason": [f"请填写{what}（不超过{limit}字）。"]}
        )
    return text
