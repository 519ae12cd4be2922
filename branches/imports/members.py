"""Planning an import of members: which row is whom, what it would change, and why it may not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from branches.imports.columns import Column, columns_of
from branches.imports.plan import Change, Plan, PlannedRow
from branches.imports.reading import CellFault, ReadRow, Roster, shown
from branches.imports.values import MonthOnly
from branches.member_rules import Person, anniversary, completed, faults_of
from branches.models import ImportKind, Member, MemberStatus, Organisation, Tier
from branches.permissions import Viewer, can, sees
from core.crypto import keyed_digest
from core.identity import parse_id_number

PERSON_FIELDS = ("born_on", "sex", "joined_on", "confirmed_on", "work_started_on")
NOT_DATA = ("branch", "group", "member_no", "status")
COLUMNS = columns_of(ImportKind.MEMBERS.value)


@dataclass
class _Base:
    """What the register holds, read once for the whole roster."""

    branches: dict[str, list[Organisation]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[tuple[int, str], Organisation] = field(default_factory=dict)
    by_digest: dict[str, Member] = field(default_factory=dict)
    by_number: dict[str, Member] = field(default_factory=dict)
    by_name: dict[tuple[int, str], list[Member]] = field(default_factory=lambda: defaultdict(list))


def plan_members(viewer: Viewer, roster: Roster, *, root_id: int, today: date) -> Plan:
    """The plan for a roster of members; the number of queries does not depend on the rows."""
    digests = {row.number: keyed_digest(row.values["id_number"]) for row in roster.rows if "id_number" in row.values}
    base = _read_base(roster, digests, root_id)
    planner = _Planner(viewer, base, roster.letters, digests, today)
    return Plan([planner.plan(row) for row in roster.rows], roster.notes)


def _read_base(roster: Roster, digests: dict[int, str], root_id: int) -> _Base:
    base = _Base()
    for item in Organisation.objects.filter(root_id=root_id, tier__in=(Tier.BRANCH, Tier.GROUP), dissolved_on=None):
        if item.tier == Tier.GROUP:
            base.groups[(item.parent_id, item.short_name)] = base.groups[(item.parent_id, item.name)] = item
            continue
        for key in {item.code, item.name, item.short_name}:
            base.branches[key].append(item)
    members = Member.objects.filter(root_id=root_id).select_related("branch", "group").order_by("pk")
    numbers = {row.values["member_no"] for row in roster.rows if "member_no" in row.values}
    base.by_digest = {item.id_digest: item for item in members.filter(id_digest__in=set(digests.values()))}
    base.by_number = {item.member_no: item for item in members.filter(member_no__in=numbers)} if numbers else {}
    names = {
        row.values["name"]
        for row in roster.rows
        if "name" in row.values and digests.get(row.number) not in base.by_digest
    }
    for item in members.filter(name__in=names):
        base.by_name[(item.branch_id, item.name)].append(item)
    return base


class _Planner:
    """Plans row after row; remembers who was already met in this roster."""

    def __init__(
        self, viewer: Viewer, base: _Base, letters: dict[str, str], digests: dict[int, str], today: date
    ) -> None:
        self.viewer, self.base, self.letters, self.digests, self.today = viewer, base, letters, digests, today
        self.met_digests: dict[str, int] = {}
        self.met_members: dict[int, int] = {}
        self.met_people: dict[tuple[int, str, date | None], int] = {}

    def plan(self, row: ReadRow) -> PlannedRow:
        values = dict(row.values)
        number = values.get("id_number", "")
        planned = PlannedRow(row.number, values.get("name", ""), str(values.get("branch", "")), faults=list(row.faults))
        self._require(planned, values)
        branch = self._branch(planned, values)
        if branch is None:
            planned.settle()
            return planned
        planned.place = branch.short_name
        group = self._group(planned, values, branch)
        member = self._match(planned, values, branch)
        values |= _days(values, member, number)
        self._check_person(planned, values, member)
        if not any(not fault.is_warning for fault in planned.faults):
            self._compare(planned, values, branch, group, member)
            self._check_twice(planned, values, branch, member)
        planned.settle()
        return planned

    def _refuse(self, planned: PlannedRow, key: str, value: Any, message: str, remedy: str) -> None:
        column = COLUMNS[key]
        planned.refuse(self.letters.get(key, ""), column.label, shown(column.kind, value), message, remedy)

    def _require(self, planned: PlannedRow, values: dict[str, Any]) -> None:
        """A row too short to reach a required column has no cell that could have said so."""
        for column in COLUMNS.values():
            said = any(fault.label == column.label for fault in planned.faults)
            if column.is_required and column.key not in values and not said:
                self._refuse(planned, column.key, "", f"{column.label}没有填写。", "请补填。")

    def _branch(self, planned: PlannedRow, values: dict[str, Any]) -> Organisation | None:
        if "branch" not in values:
            return None
        found = self.base.branches.get(values["branch"], [])
        mine = [branch for branch in found if sees(self.viewer, branch)]
        if len(mine) == 1 and can(self.viewer, "member.import", mine[0]):
            return mine[0]
        if len(mine) > 1:
            self._refuse(planned, "branch", values["branch"], "有几个支部叫这个名字。", "请改填组织代码。")
        elif self.viewer.all_prefixes or self.viewer.is_system:
            self._refuse(planned, "branch", values["branch"], "没有登记这个支部。", "请核对名称，或先登记支部。")
        else:  # whether such a branch exists is not this person's to know
            self._refuse(
                planned, "branch", values["branch"], "不是您所在的支部。", "您只能导入本支部的党员，请删去这一行。"
            )
        return None

    def _group(self, planned: PlannedRow, values: dict[str, Any], branch: Organisation) -> Organisation | None:
        name = values.get("group")
        if not name:
            return None
        group = self.base.groups.get((branch.pk, name))
        if group is None:
            self._refuse(planned, "group", name, "本支部没有这个党小组。", "请核对名称，或先在支部页面设立党小组。")
        return group

    def _match(self, planned: PlannedRow, values: dict[str, Any], branch: Organisation) -> Member | None:
        """Who the row is about: by ID number, else by member number, else by name and birth in the branch."""
        by_id = self.base.by_digest.get(self.digests.get(planned.number, ""))
        by_number = self.base.by_number.get(values.get("member_no", ""))
        if by_number and not sees(self.viewer, by_number.branch):
            by_number = None
        if "member_no" in values and by_number is None:
            self._refuse(
                planned, "member_no", values["member_no"], "没有这个党员编号。", "编号由系统发放；新登记的党员请留空。"
            )
            return None
        if by_id and by_number and by_id.pk != by_number.pk:
            message = "身份证号与党员编号指的不是同一个人。"
            self._refuse(planned, "id_number", values["id_number"], message, "请核对这两栏。")
            return None
        member = by_id or by_number or self._by_name(planned, values, branch)
        if member is not None and member.branch_id != branch.pk:
            key = "id_number" if by_id else "member_no"
            remedy = "请先办理组织关系转接，再导入。"
            self._refuse(planned, key, values.get(key, ""), "这名党员已在别的支部登记。", remedy)
            return None
        return member

    def _by_name(self, planned: PlannedRow, values: dict[str, Any], branch: Organisation) -> Member | None:
        same = self.base.by_name.get((branch.pk, values.get("name", "")), [])
        born_on, _ = completed(values.get("born_on"), "", values.get("id_number", ""))
        # Two people of one name are told apart by birth date and by ID number, where both sides have it.
        if "id_number" in values:
            same = [member for member in same if not member.id_digest]
        if born_on:
            same = [member for member in same if member.born_on is None or same_day(member.born_on, born_on)]
        if len(same) > 1:
            self._refuse(
                planned, "name", values["name"], "本支部有几名同名党员，分不清是哪一位。", "请填写身份证号或党员编号。"
            )
            return None
        return same[0] if same else None

    def _check_person(self, planned: PlannedRow, values: dict[str, Any], member: Member | None) -> None:
        """The checks of a person on what would stand in the register after the import."""
        status = values.setdefault("status", member.status if member else self._guess_status(values))
        facts: dict[str, Any] = {
            key: values.get(key) or (getattr(member, key) if member else None) for key in PERSON_FIELDS
        }
        facts["sex"] = facts["sex"] or ""
        number = values.get("id_number") or (member.id_number if member else "")
        said = {fault.label for fault in planned.faults}
        for fault in faults_of(Person(status=status, id_number=number, **facts), today=self.today):
            if COLUMNS[fault.field].label in said or (fault.field == "id_number" and "id_number" not in values):
                continue  # said already, or about what is registered and not about this roster
            column = COLUMNS[fault.field]
            value = shown(column.kind, values.get(fault.field, ""))
            planned.faults.append(
                CellFault(
                    self.letters.get(fault.field, ""),
                    column.label,
                    value,
                    fault.message,
                    fault.remedy,
                    fault.is_warning,
                )
            )
        if member and status != member.status:
            self._refuse(
                planned,
                "status",
                COLUMNS_WORDS["status"].get(status, status),
                "与登记的党员身份不同。",
                "身份变动须写明日期，请在党员页面办理。",
            )

    def _guess_status(self, values: dict[str, Any]) -> str:
        joined = values.get("joined_on")
        is_new = joined and "confirmed_on" not in values and anniversary(joined, 1) > self.today
        return MemberStatus.PROBATIONARY.value if is_new else MemberStatus.FULL.value

    def _compare(
        self,
        planned: PlannedRow,
        values: dict[str, Any],
        branch: Organisation,
        group: Organisation | None,
        member: Member | None,
    ) -> None:
        data = {key: value for key, value in values.items() if key not in NOT_DATA}
        data["born_on"], data["sex"] = completed(
            data.get("born_on") or (member.born_on if member else None),
            data.get("sex") or (member.sex if member else ""),
            data.get("id_number", ""),
        )
        if member is None:
            planned.values = data | {"branch_id": branch.pk, "group_id": group and group.pk, "status": values["status"]}
            planned.summary = _summary(planned.values, group)
            return
        planned.target_id = member.pk
        planned.values = {key: value for key, value in data.items() if value != getattr(member, key)}
        planned.version = member.version
        planned.changes = [change_of(COLUMNS[key], getattr(member, key), new) for key, new in planned.values.items()]
        if group is not None and group.pk != member.group_id:
            planned.values["group_id"] = group.pk
            planned.changes.append(
                Change("所在党小组", member.group.short_name if member.group else "", group.short_name)
            )

    def _check_twice(
        self, planned: PlannedRow, values: dict[str, Any], branch: Organisation, member: Member | None
    ) -> None:
        digest = self.digests.get(planned.number)
        first = self.met_digests.setdefault(digest, planned.number) if digest else planned.number
        if first != planned.number:
            self._refuse(
                planned, "id_number", values["id_number"], f"与第 {first} 行的身份证号相同。", "请核对，只留一行。"
            )
            return
        if member is not None:
            first = self.met_members.setdefault(member.pk, planned.number)
        elif digest is None:
            key = (branch.pk, values["name"], values.get("born_on"))
            first = self.met_people.setdefault(key, planned.number)
        if first != planned.number:
            self._refuse(
                planned, "name", values["name"], f"与第 {first} 行是同一个人。", "只留一行；确是两人的请填身份证号。"
            )


def _summary(values: dict[str, Any], group: Organisation | None) -> str:
    """What will be registered, in one line: status, sex, birth, joining, group, personal numbers by their ends."""
    born, joined = values.get("born_on"), values.get("joined_on")
    parts = [
        COLUMNS_WORDS["status"].get(values["status"], ""),
        COLUMNS_WORDS["sex"].get(values.get("sex", ""), ""),
        f"{born} 生" if born else "",
        f"{joined} 入党" if joined else "",
        group.short_name if group else "",
        shown("id", values.get("id_number")),
        shown("phone", values.get("phone")),
    ]
    return "，".join(part for part in parts if part)


def _days(values: dict[str, Any], member: Member | None, number: str) -> dict[str, date]:
    """Months given without a day made days: what is known to lie in that month, else its first."""
    found = {}
    for key, value in values.items():
        if not isinstance(value, MonthOnly):
            continue
        known = getattr(member, key) if member else None
        if key == "born_on" and number:
            known = parse_id_number(number).born_on
        found[key] = known if known and same_day(known, value) else date(value.year, value.month, 1)
    return found


def same_day(day: date, other: date) -> bool:
    if isinstance(other, MonthOnly):
        return (day.year, day.month) == (other.year, other.month)
    return day == other


COLUMNS_WORDS = {column.key: dict(column.choices) for column in COLUMNS.values() if column.choices}


def change_of(column: Column, old: Any, new: Any) -> Change:
    """One change in words; of personal numbers only the ends."""
    return Change(column.label, _word(column, old), _word(column, new))


def _word(column: Column, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if column.choices:
        return dict(column.choices).get(value, str(value or ""))
    return shown(column.kind, value)
