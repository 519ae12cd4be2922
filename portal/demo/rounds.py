"""The demo's inspections: a half-year and a year round, frozen; one that is running; their corrections and a task."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appraisal import services
from appraisal.models import Inspection, InspectionRound
from appraisal.selectors.rounds import round_frame
from appraisal.services import FindingInput, Look, RoundInput
from branches.models import User
from branches.permissions import Viewer
from core.periods import Month
from worklists import services as loop
from worklists.models import Item

from .records import at
from .register import Register

# item, severity, what was found, what is demanded
FAULTS = (
    ("D4", "minor", "两次主题党日的签到表没有附上", "补附签到表，以后当天登记时一并上传"),
    ("B2", "minor", "会议记录由一人代签，笔迹相同", "逐人补签，今后现场签名"),
    ("A2", "major", "支委会连续两个月没有第一议题", "补学并在本月支委会列第一议题"),
    ("D1", "minor", "党员大会没有写明表决结果", "补写表决情况并由主持人签字"),
    ("C2", "major", "书记与党员的谈心谈话未覆盖外派人员", "一个月内以视频方式补谈，登记谈话时间"),
    ("E2", "minor", "节前廉政提醒未请外勤人员签收", "补齐签收，节前三天完成提醒"),
    ("B3", "minor", "两名党员联系电话已停用，名册未更新", "核对名册并更新"),
    ("D3", "grave", "一次党课的课件与上年完全相同", "重新备课并补讲，由支委会审定课件"),
)
GOOD = "组织生活开展正常，台账与现场核对相符。"
FAULTY = "组织生活总体正常，个别记录不够规范，已列出问题，请按期整改。"


@dataclass(frozen=True)
class Plan:
    """One round of the demo and how far it is to go."""

    given: RoundInput
    begins: date
    inspected: int | None = None  # None: all, and frozen


def hold_round(register: Register, month: Month, *, now: datetime) -> None:
    """After June and December are closed: the round of the half year or the year, up to its frozen result."""
    is_half = month.number == 6
    begins = month.next.first_day + timedelta(days=8)
    if month.number not in (6, 12) or at(begins + timedelta(days=9), 16) > now:
        return
    given = RoundInput(
        kind="half" if is_half else "year",
        title=f"{month.year}年{'半年检查' if is_half else '年终考核检查'}",
        first=Month(month.year, 1),
        last=month,
        cut_off=month.next.first_day + timedelta(days=4),
        inspectors=_inspectors(register),
        record_size=4,
        branch_size=8,
        seed=f"{month}-{'0618' if is_half else '1219'}",
    )
    _hold(register, Plan(given, begins))


def hold_running_round(register: Register, today: date) -> None:
    """A special round that began five days ago: two branches inspected, one half way, the others waiting."""
    begins = today - timedelta(days=5)
    month = Month.of(begins - timedelta(days=1))
    given = RoundInput(
        kind="special",
        title=f"{month.number}月组织生活专项抽查",
        first=month,
        last=month,
        cut_off=begins - timedelta(days=1),
        inspectors=_inspectors(register),
        record_size=3,
        branch_size=6,
        seed=f"{begins}-0731",
    )
    _hold(register, Plan(given, begins, inspected=2))


def give_task(register: Register, today: date) -> None:
    """One task by hand, to be closed after asking whether it holds."""
    given_on = today - timedelta(days=6)
    loop.open_item(
        actor=Viewer.of(register.officers[0], given_on),
        branch=register.branches[8].row,
        title="工地临时党员活动室补配学习资料",
        demand="按清单补配资料并登记领用，驻点党员反映能用上",
        due_on=today + timedelta(days=9),
        with_callback=True,
        now=at(given_on, 15),
    )


def _inspectors(register: Register) -> list[int]:
    leaders = User.objects.filter(username__startswith="lingdao").order_by("pk").values_list("pk", flat=True)
    return [register.officers[0].pk, *list(leaders)[:2]]


def _hold(register: Register, plan: Plan) -> None:
    officer = Viewer.of(register.officers[0], plan.begins)
    found = services.start_round(actor=officer, root=register.root, given=plan.given, now=at(plan.begins, 9))
    rows = list(found.inspections.select_related("branch", "inspector").order_by("place"))
    diligence = {branch.row.pk: branch.plan.diligence for branch in register.branches}
    items = [item.code for item in round_frame(found).items]
    count = len(rows) if plan.inspected is None else plan.inspected
    for n, row in enumerate(rows[: count + (plan.inspected is not None)]):
        rng = random.Random(f"{found.seed}{row.branch.code}")
        faults = rng.sample(FAULTS, 1 + (rng.random() < 0.3)) if diligence[row.branch_id] < 0.93 else []
        _inspect(found, row, plan.begins + timedelta(days=1 + n % 4), items, faults, finished=n < count)
    if plan.inspected is None:
        services.freeze_round(actor=officer, round_id=found.pk, now=at(plan.begins + timedelta(days=9), 16))


def _inspect(
    found: InspectionRound, row: Inspection, day: date, items: list[str], faults: list[tuple], *, finished: bool
) -> None:
    actor = Viewer.of(row.inspector or found.created_by, day)
    named = {fault[0]: fault[2] for fault in faults}
    looks = {code: Look("fault", "见问题清单") if code in named else Look("ok") for code in items}
    if not finished:
        looks = dict(list(looks.items())[:9])
    services.check_items(actor=actor, inspection_id=row.pk, looks=looks, now=at(day, 10))
    for code, severity, text, demand in faults:
        due_on = day + timedelta(days=20)
        given = FindingInput(item_code=code, severity=severity, text=text, demand=demand, due_on=due_on)
        services.add_finding(actor=actor, inspection_id=row.pk, given=given, now=at(day, 11))
    if finished:
        records = {record.pk: Look("match") for record in row.records.all()}
        services.check_records(actor=actor, inspection_id=row.pk, looks=records, now=at(day, 14))
        words = FAULTY if faults else GOOD
        services.finish_inspection(actor=actor, inspection_id=row.pk, conclusion=words, now=at(day, 16))


def close_corrections(register: Register, today: date) -> None:
    """The corrections of finished rounds: nearly all closed, one late, one waiting for its second person, one overdue."""
    second = register.officers[1]
    secretaries = {branch.row.pk: branch.members[0] for branch in register.branches}
    accounts = {user.member_id: user for user in User.objects.exclude(member=None)}
    rows = list(Item.objects.filter(root=register.root, kind="finding", state="open").order_by("due_on", "pk"))
    rows = [row for row in rows if row.due_on < today]
    for n, item in enumerate(rows, start=1):
        is_last, is_before = n == len(rows), n == len(rows) - 1
        if is_last:
            continue  # nobody has reported this one: overdue
        day = item.due_on + timedelta(days=6 if n % 9 == 5 else -4)
        if is_before:
            day = max(item.due_on, today - timedelta(days=2))
        secretary = accounts[secretaries[item.branch_id].pk]
        note = "已按要求整改，补齐的材料已存入会议记录盒，并在支委会上通报。"
        loop.report_done(actor=Viewer.of(secretary, day), item_id=item.pk, note=note, now=at(day, 15))
        if is_before:
            continue  # waits for the second person
        checked_on = day + timedelta(days=2)
        loop.verify(
            actor=Viewer.of(second, checked_on), item_id=item.pk, note="现场核对，已改。", now=at(checked_on, 10)
        )
