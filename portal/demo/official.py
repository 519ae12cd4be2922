"""The demo's official forms with their copies, a claim kind added, and collections: one ended, one in the field, one begun."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from branches.permissions import SYSTEM, Viewer
from core.periods import Month
from core.periods import today as today_of
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_bytes
from officeforms.models import FormVersion
from officeforms.services import asking
from officeforms.services.binding import add_block, bind_cell, bind_suggested
from officeforms.services.exporting import export_form
from officeforms.services.forms import create_form

from .records import at
from .register import Register

TELEPHONES = ("8601234", "8601250", "8601266", "8601282")
EMPTY_ROWS = 6


def load_official(register: Register, *, now: datetime) -> None:
    """Two forms handed out for the last closed month, and what was collected besides."""
    officer = Viewer.of(register.officers[0], today_of(now))
    _summary_form(register, officer, now)
    _roster_form(register, officer, now)
    _collections(register, now)


def _summary_form(register: Register, officer: Viewer, now: datetime) -> None:
    """支部考核情况一览表, filled for the month before last."""
    heads = ("序号", "党支部", "书记", "党员数", "主题党日次数", "总分", "名次", "备注")
    version = _form(register, officer, "支部考核情况一览表", "committee", heads, now, note="季度报上级组织部门")
    bind_suggested(actor=officer, version_id=version.pk, now=now)
    month = Month.of(today_of(now)).plus(-2)
    for one in (month, month.next):
        export_form(actor=officer, version_id=version.pk, month=one, now=now)


def _roster_form(register: Register, officer: Viewer, now: datetime) -> None:
    """党员基本信息表, one copy for each branch; one was handed out."""
    heads = ("序号", "姓名", "性别", "民族", "入党时间", "党龄", "岗位职务", "党内职务")
    version = _form(register, officer, "党员基本信息表", "branch", heads, now)
    place = {"actor": officer, "version_id": version.pk, "sheet": version.sheets[0]["name"], "now": now}
    add_block(**place, first_row=4, last_row=3 + EMPTY_ROWS, source="members")
    fields = ("line.number", "member.name", "member.sex", "member.ethnicity", "member.joined_on", "member.party_age")
    for column, field in zip("ABCDEF", fields, strict=True):
        bind_cell(**place, address=f"{column}4", field=field)
    branch = register.branches[0].row
    month = Month.of(today_of(now)).previous
    export_form(actor=officer, version_id=version.pk, month=month, branch_id=branch.pk, now=now)


def _form(
    register: Register, officer: Viewer, name: str, subject: str, heads: tuple[str, ...], now: datetime, note: str = ""
) -> FormVersion:
    columns = tuple(Column(f"c{n}", head, 14) for n, head in enumerate(heads))
    empty = Sheet(
        title=name,
        name=name[:12],
        unit_line="填报单位（盖章）：",
        columns=columns,
        rows=({} for _ in range(EMPTY_ROWS)),
    )
    file = SimpleUploadedFile(f"{name}（空表）.xlsx", workbook_bytes(empty))
    return create_form(
        actor=officer, root=register.root, name=name, subject=subject, file=file, note=note, now=now - timedelta(days=9)
    )


def _collections(register: Register, now: datetime) -> None:
    root, today = register.root, today_of(now)
    begun = now - timedelta(days=40)
    officer = Viewer.of(register.officers[0], today_of(begun))
    asking.add_claim_kind(
        actor=officer,
        root=root,
        name="志愿服务时长",
        unit="小时",
        reason="文明单位创建台账",
        from_month=Month.of(today).previous,
        now=begun,
        evidence="签到或照片",
    )
    done = asking.begin_collection(
        actor=officer, root=root, name="国庆值守联络方式", reason="局办通知", due_on=today_of(begun), now=begun
    )
    field = asking.add_field(actor=officer, collection_id=done.pk, name="值守电话", kind="text", now=begun)
    asking.send_collection(actor=officer, collection_id=done.pk, now=begun)
    _answer(register, done.pk, {field.pk: TELEPHONES}, begun + timedelta(hours=4), share=Decimal("0.5"))
    asking.end_collection(actor=officer, collection_id=done.pk, now=begun + timedelta(days=2))
    _open_collection(register, at(today - timedelta(days=3), 9), today)


def _open_collection(register: Register, sent: datetime, today: date) -> None:
    officer = Viewer.of(register.officers[0], today_of(sent))
    found = asking.begin_collection(
        actor=officer,
        root=register.root,
        name="冬季除雪保畅突击队",
        reason="冬季保畅方案",
        due_on=today + timedelta(days=6),
        now=sent,
    )
    size = asking.add_field(actor=officer, collection_id=found.pk, name="突击队规模", kind="number", now=sent)
    head = asking.add_field(actor=officer, collection_id=found.pk, name="突击队队长", kind="text", now=sent)
    asking.send_collection(actor=officer, collection_id=found.pk, now=sent)
    values = {size.pk: ("6", "8", "12", "5"), head.pk: ("副书记", "组织委员", "宣传委员", "书记")}
    _answer(register, found.pk, values, sent + timedelta(hours=6), share=Decimal("0.2"))


def _answer(
    register: Register, collection_id: int, values: dict[int, tuple[str, ...]], now: datetime, *, share: Decimal
) -> None:
    """The first branches answer, each in its own words."""
    count = int(len(register.branches) * share)
    for branch in register.branches[:count]:
        own = {pk: words[branch.place % len(words)] for pk, words in values.items()}
        asking.answer(actor=SYSTEM, branch=branch.row, collection_id=collection_id, values=own, now=now)
