"""The demo's responsibility contracts of both years: signed, one changed, some late; and the register of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from appraisal.models import Contract
from appraisal.selectors.contracts import duties_of, lines_of, target_text
from appraisal.services import contracts as services
from appraisal.services.contracts import DutyEntry, LineEntry, NextEntry
from appraisal.services.decisions import log_decision
from branches.models import User
from branches.permissions import Viewer
from signing.services.signing import _sign  # nobody types a password in the demo

from .records import at
from .register import DemoBranch, Register

OWN = {  # place of the branch → its own target: task, number, unit, why
    8: ("质量监督攻坚项目", "3", "个", "年度重点任务"),
    7: ("重点工程攻坚项目", "15", "个", "市政府重点任务"),
    11: ("完成港航建设投资", "7.8", "亿元", "年度投资计划"),
    12: ("执法为民实事", "12", "件", "服务承诺"),
}
RAISED = {15: ("D4.1", "14", "增加两次一线主题党日"), 23: ("D1.1", "5", "结合换届加开一次")}
LATE = (19, 22)  # places of the branches whose secretaries have not signed this year
DONE_BY_MONTH = ((3, 0.2), (6, 0.45), (9, 0.7))  # how far the own targets were at these month ends
DECISIONS = (
    (None, "大额资金使用：公路养护工程款拨付", 3, 12, 2, "局长办公会", "交局纪要〔{year}〕6号"),
    (None, "中层干部调整方案", 5, 20, 5, "局党组会", "交党组纪要〔{year}〕11号"),
    (7, "重点工程招标方案", 4, 9, 3, "工程例会", ""),
    (15, "防汛物资采购", 6, 3, 0, "站务会", "公路一站纪要〔{year}〕4号"),
    (12, "执法车辆更新计划", 8, 18, 4, "大队办公会", ""),
    (24, "货运站安全改造项目", 9, 10, 6, "站务会", ""),
)


def fill_contracts(register: Register, today: date) -> None:
    """Last year's contracts, all signed and one changed; this year's with two late and one waiting for its new version."""
    for year in (today.year - 1, today.year):
        if date(year, 1, 7) > today:
            return
        _begin(register, year)
        _sign_all(register, year, today)
        _founded_later(register, year, today)
        _report(register, year, today)
        if year < today.year:
            _change(register.branches[12], year, date(year, 6, 10), "新增夜间执法任务", ("D4.1", "13"), register)
            _plan(register, year)
        elif date(year, 11, 10) <= today:
            first = register.branches[8]  # the secretary of the demo finds a text to sign
            _change(first, year, date(year, 11, 10), "市局新增整治任务", ("D3.1", "5"), register, is_signed=False)
        _decide(register, year, today)


def _begin(register: Register, year: int) -> None:
    """Made, adjusted and put up in the first days of the year."""
    day = date(year, 1, 7)
    officer = Viewer.of(register.officers[0], day)
    template = services.begin_template(actor=officer, root=register.root, year=year, now=at(day, 9))
    services.make_contracts(actor=officer, template_id=template.pk, now=at(day, 9))
    rows = {row.branch_id: row for row in Contract.objects.filter(root=register.root, year=year)}
    for place in {*OWN, *RAISED}:
        contract = rows.get(register.branches[place].row.pk)
        if contract is not None:
            _adjust(contract, place, officer, at(day, 10))
    services.send_contracts(actor=officer, root=register.root, year=year, now=at(day + timedelta(days=1), 9))


def _adjust(contract: Contract, place: int, officer: Viewer, now: datetime) -> None:
    lines = lines_of(contract)
    code, target, why = RAISED.get(place, ("", "", ""))
    new = []
    if place in OWN and not any(line.is_own for line in lines):
        name, number, unit, note = OWN[place]
        new = [LineEntry("", number, lines[0].owner_id, note, name, unit)]
    entries = [_entry(line, **({"target": target, "note": why} if line.code == code else {})) for line in lines]
    _save(contract, [*entries, *new], officer, now)


def _entry(line, **changes) -> LineEntry:
    same = {
        "target": target_text(line).removesuffix(line.unit),
        "note": line.note,
        "name": line.name,
        "unit": line.unit,
    }
    return LineEntry(line.code, owner_id=line.owner_id, **(same | changes))


def _save(contract: Contract, entries: Iterable[LineEntry], officer: Viewer, now: datetime) -> None:
    duties = [DutyEntry(one.member_id, one.kind, one.text) for one in duties_of(contract)]
    services.save_contract(
        actor=officer, contract_id=contract.pk, version=contract.version, lines=list(entries), duties=duties, now=now
    )


def _sign_all(register: Register, year: int, today: date) -> None:
    """Secretaries sign within a fortnight, the committee some days later."""
    rows = Contract.objects.filter(root=register.root, year=year, paper__isnull=False).select_related("paper")
    papers = {row.branch_id: row.paper for row in rows}
    signed = []
    for branch in register.branches:
        paper, day = papers.get(branch.row.pk), date(year, 1, 9 + branch.place % 3 * 5)
        if paper is None or day > today or (year == today.year and branch.place in LATE):
            continue
        _sign(Viewer.of(_secretary(branch), day), paper, paper.digest, at(day, 15))
        signed.append(paper)
    day = date(year, 1, 26)
    if day <= today:
        officer = Viewer.of(register.officers[1], day)
        for paper in signed:
            _sign(officer, paper, paper.digest, at(day, 10))


def _founded_later(register: Register, year: int, today: date) -> None:
    """A branch founded in the year gets its contract then; its secretary has signed, the committee has not yet."""
    young = [branch for branch in register.branches if branch.plan.founded_on.year == year]
    if not young:
        return
    day = young[0].plan.founded_on + timedelta(days=20)
    if day + timedelta(days=3) > today:
        return
    officer = Viewer.of(register.officers[0], day)
    template = services.begin_template(actor=officer, root=register.root, year=year, now=at(day, 9))
    services.make_contracts(actor=officer, template_id=template.pk, now=at(day, 9))
    rows = Contract.objects.filter(root=register.root, year=year, branch__in=[branch.row for branch in young])
    ids = list(rows.values_list("pk", flat=True))
    services.send_contracts(actor=officer, root=register.root, year=year, ids=ids, now=at(day, 10))
    for branch in young:
        paper = rows.select_related("paper").get(branch=branch.row).paper
        when = day + timedelta(days=2)
        _sign(Viewer.of(_secretary(branch), when), paper, paper.digest, at(when, 9))


def _report(register: Register, year: int, today: date) -> None:
    for place, (_, number, unit, _) in OWN.items():
        branch = register.branches[place]
        contract = Contract.objects.filter(branch=branch.row, year=year).first()
        line = contract.lines.filter(is_own=True).first() if contract else None
        for month, share in DONE_BY_MONTH if line else ():
            day = date(year, month, 28)
            if contract is None or line is None or day > today:
                continue
            done = round(float(number) * share, 1)
            services.report_target(
                actor=Viewer.of(_secretary(branch), day),
                contract_id=contract.pk,
                code=line.code,
                quantity=f"{done:g}" if unit == "亿元" else f"{int(done)}",
                happened_on=day,
                note="按季填报",
                now=at(day, 16),
            )


def _change(
    branch: DemoBranch,
    year: int,
    day: date,
    reason: str,
    target: tuple[str, str],
    register: Register,
    *,
    is_signed: bool = True,
) -> None:
    """A second version: both signatures of the first are void, and both sign again (or have not yet)."""
    officer = Viewer.of(register.officers[0], day)
    contract = Contract.objects.get(branch=branch.row, year=year)
    contract = services.start_change(actor=officer, contract_id=contract.pk, reason=reason, now=at(day, 9))
    code, number = target
    changes = {code: {"target": number, "note": reason}}
    _save(contract, [_entry(line, **changes.get(line.code, {})) for line in lines_of(contract)], officer, at(day, 10))
    services.send_contracts(actor=officer, root=register.root, year=year, ids=[contract.pk], now=at(day, 11))
    if is_signed:
        paper = Contract.objects.select_related("paper").get(pk=contract.pk).paper
        for user, later in ((_secretary(branch), 1), (register.officers[1], 2)):
            when = day + timedelta(days=later)
            _sign(Viewer.of(user, when), paper, paper.digest, at(when, 10))


def _plan(register: Register, year: int) -> None:
    """In December two branches plan the coming year."""
    day = date(year, 12, 20)
    for place, number in ((7, "19"), (11, "8.6")):
        branch = register.branches[place]
        contract = Contract.objects.get(branch=branch.row, year=year)
        services.save_next_plan(
            actor=Viewer.of(_secretary(branch), day),
            contract_id=contract.pk,
            entries=[NextEntry("自定1", number, note="结合下年建设计划")],
            now=at(day, 15),
        )


def _decide(register: Register, year: int, today: date) -> None:
    for place, matter, month, day, later, meeting, document in DECISIONS:
        decided_on = date(year, month, day) + timedelta(days=later)
        if decided_on > today:
            continue
        branch = register.branches[place] if place is not None else None
        user = _secretary(branch) if branch else register.officers[0]
        log_decision(
            actor=Viewer.of(user, decided_on),
            branch=branch.row if branch else register.root,
            matter=matter,
            discussed_on=date(year, month, day),
            decided_on=decided_on,
            decided_by=meeting,
            opinion="同意，提交会议决定。",
            document_no=document.format(year=year),
            now=at(decided_on, 17),
        )


def _secretary(branch: DemoBranch) -> User:
    return User.objects.get(member=branch.members[0])
