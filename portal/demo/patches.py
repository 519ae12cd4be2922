"""What the demo's leaders saw and promised, which patch changed hands, and what was planned for the year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from activities.models import PlanEntry
from branches.models import Organisation, PatchAssignment, PatchVisit, User, VisitPromise
from core.periods import SHANGHAI, Month

from .register import DemoBranch, Register

SEEN = (
    "主题党日记录齐全，年轻党员发言踊跃，活动室偏小。",
    "支委会按月召开，党小组会有一次没有开，已当面提醒。",
    "党课联系业务，台账整齐；老党员希望送学上门。",
    "书记到任不久，对填报不熟，请党务干部帮带一次。",
)
PROMISES = (
    ("协调解决党员活动室桌椅", "已从局机关调剂20套"),
    ("请检测中心到支部讲一次工程质量党课", "检测中心主任已讲"),
    ("为离退休党员送学习资料", "资料已送到每位老党员"),
    ("协调一次与施工企业的联建", ""),
)
ORPHAN = 28  # 培训中心党支部: its leader's care ended and nobody has followed yet
HANDED = 11  # 港航科党支部: changed hands in January
TICKS = (
    ("care_visit_1", (2, 6), "走访慰问台账（春节）"),
    ("contracts", (3, 18), "责任书30份，存党办"),
    ("risk_list", (4, 27), "交党〔2026〕9号"),
    ("care_visit_2", (6, 28), "走访慰问台账（七一）"),
    ("july_awards", (7, 1), "交党〔2026〕15号"),
    ("half_year_check", (8, 4), "半年检查通报"),  # four days late
)


def fill_patches(register: Register, today: date) -> None:
    """Visits of two years, one patch handed over, one branch without a leader, and a planned year."""
    leaders = {row.leader.username: row.leader for row in PatchAssignment.objects.select_related("leader")}
    _hand_over(register, leaders, today)
    for branch in register.branches:
        if branch.place != ORPHAN:
            _visit(register.root, branch, today)
    _plan(register, today)


def _hand_over(register: Register, leaders: dict[str, User], today: date) -> None:
    by_place = {branch.place: branch.row for branch in register.branches}
    ended = date(today.year, 10, 31) if today > date(today.year, 10, 31) else today - timedelta(days=20)
    PatchAssignment.objects.filter(branch=by_place[ORPHAN]).update(to_on=ended)
    handed = PatchAssignment.objects.get(branch=by_place[HANDED])
    day = date(today.year, 1, 6)
    PatchAssignment.objects.create(
        root=register.root, branch=by_place[HANDED], leader=handed.leader, from_on=day, to_on=None
    )
    other = next(user for user in leaders.values() if user.pk != handed.leader_id)
    handed.leader, handed.to_on = other, day - timedelta(days=1)
    handed.save(update_fields=["leader", "to_on"])


def _visit(root: Organisation, branch: DemoBranch, today: date) -> None:
    """Two visits a year and branch; the diligent leaders come a third time."""
    held = PatchAssignment.objects.filter(branch=branch.row).order_by("from_on")
    for year in (today.year - 1, today.year):
        for turn, number in enumerate((4, 9, 11) if branch.place % 3 == 1 else (5, 9)):
            day = date(year, number, 3 + branch.place % 20)
            leader = next(
                (row.leader for row in held if row.from_on <= day and (not row.to_on or day <= row.to_on)), None
            )
            if leader is None or day > today or day < branch.plan.founded_on or (branch.place % 7 == 5 and turn):
                continue
            at = datetime.combine(day, time(17), SHANGHAI)
            visit = PatchVisit.objects.create(
                root=root, branch=branch.row, leader=leader, visited_on=day, created_at=at, changed_at=at,
                seen=SEEN[(branch.place + turn) % len(SEEN)],
            )  # fmt: skip
            _promise(visit, branch.place + turn, today)


def _promise(visit: PatchVisit, turn: int, today: date) -> None:
    if turn % 2:
        return
    words, outcome = PROMISES[turn // 2 % len(PROMISES)]
    settled = visit.visited_on + timedelta(days=30)
    is_past = visit.visited_on.year < today.year
    is_settled = settled <= today and (is_past or (bool(outcome) and visit.visited_on.month < 9))
    VisitPromise.objects.create(
        visit=visit,
        words=words,
        due_on=visit.visited_on + timedelta(days=45),
        settled_on=settled if is_settled else None,
        outcome=(outcome or "已办") if is_settled else "",
    )


def _plan(register: Register, today: date) -> None:
    """The committee's ticks, and for most branches the days of December's meetings."""
    at = datetime.combine(date(today.year, 1, 9), time(10), SHANGHAI)
    root, year, officer = register.root, today.year, register.officers[0]
    common = {"root": root, "year": year, "changed_at": at, "changed_by": officer}
    PlanEntry.objects.bulk_create(
        PlanEntry(
            organisation=root,
            key=f"{code}~{year}",
            planned_on=date(year, *day),
            done_on=date(year, *day),
            evidence=evidence,
            owner_name=str(officer),
            **common,
        )
        for code, day, evidence in TICKS
        if date(year, *day) <= today
    )
    december = Month(year, 12)
    for branch in register.branches:
        if branch.place % 4 == 3:
            continue
        owner = branch.members[min(1, len(branch.members) - 1)]
        for code, day, person in (
            ("theme_day", 11, None),
            ("general_meeting", 18, None),
            ("org_life_meeting", 22, owner),
            ("democratic_appraisal", 22, owner),
        ):
            PlanEntry.objects.create(
                organisation=branch.row, key=f"{code}~{december.key}", planned_on=date(year, 12, day),
                owner=person, owner_name=person.name if person else "", **common,
            )  # fmt: skip
