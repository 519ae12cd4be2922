"""Office sheets of the register: 党员名册 (domain.md §7.2) and the list of organisations; the rows are those of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.db.models import QuerySet
from django.http.response import HttpResponseBase

from branches.models import User
from branches.permissions import Viewer
from branches.selectors import MemberRow, member_rows, organisation_rows
from core import audit
from core.http import download
from core.xlsx import sheet, write

# key, label, width, kind: the page draws its full table from the same list.
ROSTER = (
    ("number", "序号", 6, "int"),
    ("name", "姓名", 10, "text"),
    ("branch", "所在党支部", 20, "text"),
    ("group", "所在党小组", 14, "text"),
    ("member_no", "党员编号", 18, "code"),
    ("status", "党员身份", 10, "center"),
    ("sex", "性别", 6, "center"),
    ("ethnicity", "民族", 8, "center"),
    ("born", "出生年月", 10, "center"),
    ("education", "学历学位", 12, "text"),
    ("work_started_on", "参加工作时间", 12, "date"),
    ("joined_on", "入党时间", 12, "date"),
    ("confirmed_on", "转正时间", 12, "date"),
    ("party_age", "党龄", 6, "int"),
    ("job_title", "岗位职务", 16, "text"),
    ("posts", "党内职务", 14, "text"),
    ("id_number", "身份证号", 20, "code"),
    ("phone", "联系电话", 14, "code"),
    ("marks", "流动/困难/离退休", 14, "text"),
    ("note", "备注", 16, "text"),
)


def roster_line(row: MemberRow, number: int) -> dict[str, Any]:
    """One member as page and sheet show them, by the keys of ROSTER."""
    member = row.member
    return {
        "number": number,
        "name": member.name,
        "branch": member.branch.short_name,
        "group": member.group.short_name if member.group else "",
        "member_no": member.member_no,
        "status": member.get_status_display(),
        "sex": member.get_sex_display() if member.sex else "",
        "ethnicity": member.ethnicity,
        "born": f"{member.born_on:%Y-%m}" if member.born_on else "",
        "education": member.education,
        "work_started_on": member.work_started_on,
        "joined_on": member.joined_on,
        "confirmed_on": member.confirmed_on,
        "party_age": row.party_age,
        "job_title": member.job_title,
        "posts": row.posts,
        "id_number": row.id_number,
        "phone": row.phone,
        "marks": row.marks,
        "note": member.note,
    }


def members_sheet(viewer: Viewer, members: QuerySet, *, words: str) -> HttpResponseBase:
    """The 党员名册 of exactly these members, in their order; audited with its number of rows."""
    count = members.count()
    roster = sheet.Sheet(
        title="党员名册",
        columns=[sheet.Column(key, label, width, kind) for key, label, width, kind in ROSTER],
        rows=_roster_lines(members, viewer),
        unit_line=f"填报单位（盖章）：{words}　　填报日期：{viewer.today:%Y年%-m月%-d日}　　共 {count} 人",
        freeze_columns=2,
    )
    audit.record(
        actor=viewer, action="member.export", target=cast(User, viewer.user), after={"rows": count}, summary=words
    )
    return download(write.workbook_file(roster), f"党员名册_{viewer.today:%Y%m%d}.xlsx")


def _roster_lines(members: QuerySet, viewer: Viewer) -> Iterator[dict[str, Any]]:
    chunk, number = [], 0
    for member in members.iterator(chunk_size=500):
        chunk.append(member)
        if len(chunk) == 500:
            yield from _numbered(chunk, number, viewer)
            number, chunk = number + len(chunk), []
    yield from _numbered(chunk, number, viewer)


def _numbered(chunk: list[Any], before: int, viewer: Viewer) -> Iterator[dict[str, Any]]:
    for place, row in enumerate(member_rows(chunk, viewer.today), start=before + 1):
        yield roster_line(row, place)


def organisations_sheet(viewer: Viewer, organisations: QuerySet) -> HttpResponseBase:
    """The list of organisations as the page shows it."""
    rows = organisation_rows(organisations, viewer.today)
    lines = [
        {
            "number": number,
            "code": row.organisation.code,
            "name": row.organisation.name,
            "short_name": row.organisation.short_name,
            "parent": str(row.organisation.parent or ""),
            "rank_group": row.organisation.rank_group,
            "secretary": row.secretary,
            "leaders": row.leaders,
            "members": row.members,
            "due_on": row.due_on,
            "founded_on": row.organisation.founded_on,
        }
        for number, row in enumerate(rows, start=1)
    ]
    columns = [
        sheet.Column("number", "序号", 6, "int"),
        sheet.Column("code", "组织代码", 16, "code"),
        sheet.Column("name", "全称", 36),
        sheet.Column("short_name", "简称", 18),
        sheet.Column("parent", "上级组织", 18),
        sheet.Column("rank_group", "考核分组", 10, "center"),
        sheet.Column("secretary", "书记", 12, "center"),
        sheet.Column("leaders", "包片领导", 12, "center"),
        sheet.Column("members", "党员数", 8, "int", total=True),
        sheet.Column("due_on", "任期届满", 12, "date"),
        sheet.Column("founded_on", "成立日期", 12, "date"),
    ]
    unit = f"填报单位（盖章）：　　填报日期：{viewer.today:%Y年%-m月%-d日}"
    table = sheet.Sheet(title="党组织名册", columns=columns, rows=lines, unit_line=unit)
    audit.record(actor=viewer, action="organisation.export", target=cast(User, viewer.user), after={"rows": len(lines)})
    return download(write.workbook_bytes(table), f"党组织名册_{viewer.today:%Y%m%d}.xlsx")
