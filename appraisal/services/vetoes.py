"""Vetoes: proposed, replied to within 5 working days, decided by the named body with a document, or dropped."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.shortcuts import get_object_or_404

from appraisal.models import VetoCase, VetoState, YearEnd, YearState
from appraisal.rules import reply_until
from appraisal.selectors import VetoDefinition, system_grounds, veto_definitions
from appraisal.services._year import branch_of, locked_year, open_for_entry, said
from branches.models import Organisation
from branches.permissions import Viewer, visible
from branches.rules import Role
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import today
from core.workdays import add_workdays


@transaction.atomic
def propose_veto(
    *, actor: Viewer, year_end_id: int, branch_id: int, item_code: str, ground: str, now: datetime
) -> VetoCase:
    """Raise one veto item against one branch; the branch may reply until 5 working days later."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    item = veto_definitions(year_end).get(item_code)
    if item is None:
        raise InvalidInput("方案里没有这个一票否决事项。", remedy="请从列表中选择。")
    branch = branch_of(year_end, branch_id)
    if _live(year_end, branch, item_code):
        raise Conflict("这个支部的同一事项已经提出。", remedy="请在列表中办理已提出的一条。")
    return _propose(year_end, branch, item, said(ground, what="事由"), actor=actor, now=now)


@transaction.atomic
def propose_system_vetoes(*, actor: Viewer, year_end_id: int, now: datetime) -> int:
    """V06 and V07 as the records show them; what was raised before is not raised again. Returns how many are new."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    items, new = veto_definitions(year_end), 0
    raised = set(VetoCase.objects.filter(year_end=year_end).values_list("branch_id", "item_code"))
    for branch, code, ground in system_grounds(year_end, now=now):
        if code in items and (branch.pk, code) not in raised:
            _propose(year_end, branch, items[code], ground, actor=None, now=now)
            new += 1
    return new


@transaction.atomic
def reply_veto(*, actor: Viewer, case_id: int, text: str, now: datetime) -> VetoCase:
    """The branch's reply, by its secretary, until the last day for it."""
    case = get_object_or_404(VetoCase.objects.select_for_update(), pk=case_id)
    if case.branch_id not in actor.secretary_branch_ids:
        _refuse_reply(actor, case)
    if case.state != VetoState.PROPOSED or today(now) > case.reply_until:
        raise Conflict("申辩期已过或事项已有结论。", remedy="如有新情况，请书面报送机关党委。")
    before = {"reply": case.reply}
    case.reply, case.replied_by_id, case.replied_at = said(text, what="申辩意见", limit=2000), actor.user_id, now
    case.save(update_fields=["reply", "replied_by", "replied_at"])
    audit.record(actor=actor, action="veto.reply", target=case, before=before, after={"reply": case.reply})
    return case


@transaction.atomic
def decide_veto(
    *, actor: Viewer, case_id: int, document_no: str, decided_on: date | None, reason: str = "", now: datetime
) -> VetoCase:
    """Enter the named body's decision with its document number; only after the reply or its last day."""
    case, year_end = _case_for_decision(actor, case_id)
    _check_replied(case, today(now))
    document_no = said(document_no, what="认定文号", limit=60)
    if decided_on is None or not _earliest_decision(case) <= decided_on <= today(now):
        words = f"认定日期应在支部申辩以后（{_earliest_decision(case).isoformat()}起）、今天或以前。"
        raise InvalidInput(words, remedy="请填会议认定的日期。", fields={"decided_on": [words]})
    case.state, case.document_no, case.decided_on = VetoState.DECIDED, document_no, decided_on
    return _settle_case(case, year_end, actor, reason.strip(), f"{case.body}认定，文号{document_no}")


@transaction.atomic
def drop_veto(*, actor: Viewer, case_id: int, reason: str, now: datetime) -> VetoCase:
    """Close a proposed veto without effect, with the reason."""
    case, year_end = _case_for_decision(actor, case_id)
    case.state = VetoState.DROPPED
    return _settle_case(case, year_end, actor, said(reason, what="不认定的原因"), "不认定")


def _case_for_decision(actor: Viewer, case_id: int) -> tuple[VetoCase, YearEnd]:
    case = get_object_or_404(VetoCase, pk=case_id)
    year_end = locked_year(actor=actor, year_end_id=case.year_end_id)
    open_for_entry(year_end)
    case = VetoCase.objects.select_for_update().get(pk=case.pk)  # a reply that is being filed is waited for
    if case.state != VetoState.PROPOSED:
        raise Conflict("这一事项已有结论。", remedy="刷新页面可看到结论。")
    return case, year_end


def _check_replied(case: VetoCase, day: date) -> None:
    if day <= case.reply_until and not case.replied_at:
        raise Conflict(
            f"支部申辩期到{case.reply_until.isoformat()}，还不能认定。", remedy="请在申辩期满或收到申辩后认定。"
        )


def _earliest_decision(case: VetoCase) -> date:
    """The day of the reply, or the day after the last one for it: the body does not meet before it could hear."""
    return today(case.replied_at) if case.replied_at else case.reply_until + timedelta(days=1)


def _settle_case(case: VetoCase, year_end: YearEnd, actor: Viewer, reason: str, summary: str) -> VetoCase:
    case.decided_by_id, case.outcome_reason = actor.user_id, reason
    case.save()
    if year_end.state == YearState.SETTLING:
        year_end.state = YearState.OPEN
        year_end.save(update_fields=["state"])
    audit.record(actor=actor, action=f"veto.{case.state}", target=case, summary=f"{case.item_code} {summary}")
    return case


def _refuse_reply(actor: Viewer, case: VetoCase) -> None:
    """404 outside the scope, in words inside it."""
    get_object_or_404(visible(Organisation.objects.all(), actor), pk=case.branch_id)
    who = "申辩由支部书记提交。" if not actor.is_a(Role.OFFICER) else "申辩由支部自己提交，机关党委不代填。"
    raise Refused(who, remedy="请支部书记登录后在“考核结果”页提交。")


def _live(year_end: YearEnd, branch: Organisation, item_code: str) -> bool:
    cases = VetoCase.objects.filter(year_end=year_end, branch=branch, item_code=item_code)
    return cases.exclude(state=VetoState.DROPPED).exists()


def _propose(
    year_end: YearEnd, branch: Organisation, item: VetoDefinition, ground: str, *, actor: Viewer | None, now: datetime
) -> VetoCase:
    earlier = VetoCase.objects.filter(year_end=year_end, branch=branch, item_code=item.code)
    case = VetoCase.objects.create(
        root_id=year_end.root_id,
        year_end=year_end,
        branch=branch,
        item_code=item.code,
        item_name=item.name[:100],
        cap=item.cap,
        body=item.body,
        sequence=(earlier.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        ground=ground,
        proposed_by_id=actor.user_id if actor else None,
        proposed_at=now,
        reply_until=reply_until(today(now), add_workdays),
    )
    audit.record(actor=actor, action="veto.propose", target=case, summary=f"{branch.short_name} {item.code} {ground}")
    return case
