"""Planning an import of organisations; a parent may stand in an earlier row of the same roster."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from branches.imports.columns import columns_of
from branches.imports.members import change_of, same_day
from branches.imports.plan import Plan, PlannedRow
from branches.imports.reading import ReadRow, Roster, shown
from branches.imports.values import MonthOnly
from branches.models import ImportKind, Organisation, Tier
from branches.permissions import Viewer, can, sees
from branches.services.organisations import PARENT_TIERS

COLUMNS = columns_of(ImportKind.BRANCHES.value)
WRITTEN = ("name", "short_name", "kind", "rank_group", "founded_on", "theme_day_rule", "contact_phone", "external_code")


def plan_branches(viewer: Viewer, roster: Roster, *, root_id: int, today: date) -> Plan:
    """The plan for a roster of organisations; one query, however many rows."""
    known = list(Organisation.objects.filter(root_id=root_id, dissolved_on=None).select_related("parent"))
    planner = _Planner(viewer, known, roster.letters, root_id, today)
    return Plan([planner.plan(row) for row in roster.rows], roster.notes)


class _Planner:
    """Plans row after row; organisations of earlier rows count as known."""

    def __init__(
        self, viewer: Viewer, known: list[Organisation], letters: dict[str, str], root_id: int, today: date
    ) -> None:
        self.viewer, self.letters, self.today = viewer, letters, today
        self.root = next(item for item in known if item.pk == root_id)
        self.by_key: dict[str, list[Organisation]] = defaultdict(list)
        for item in known:
            for key in {item.code, item.name, item.short_name}:
                self.by_key[key].append(item)
        self.rows_by_name: dict[str, tuple[int, str]] = {}  # name → row, tier
        self.met: dict[int, int] = {}

    def plan(self, row: ReadRow) -> PlannedRow:
        values = dict(row.values)
        planned = PlannedRow(row.number, values.get("name", ""), str(values.get("parent", "")), faults=list(row.faults))
        target = self._match(planned, values)
        if target is None:
            self._plan_new(planned, values)
        else:
            self._plan_change(planned, values, target)
        planned.settle()
        if planned.target_id is None and planned.values:
            for key in {values["name"], planned.values["short_name"]}:
                self.rows_by_name[key] = (row.number, planned.values["tier"])
        return planned

    def _refuse(self, planned: PlannedRow, key: str, value: Any, message: str, remedy: str) -> None:
        column = COLUMNS[key]
        planned.refuse(self.letters.get(key, ""), column.label, shown(column.kind, value), message, remedy)

    def _match(self, planned: PlannedRow, values: dict[str, Any]) -> Organisation | None:
        if "code" in values:
            found = [item for item in self.by_key.get(values["code"], []) if item.code == values["code"]]
            if not found:
                self._refuse(
                    planned, "code", values["code"], "没有这个组织代码。", "代码由系统发放；新登记的组织请留空。"
                )
            return found[0] if found else None
        named = [item for item in self.by_key.get(values.get("name", ""), []) if item.name == values.get("name")]
        if len(named) > 1:
            self._refuse(planned, "name", values["name"], "有几个组织用这个全称。", "请填写组织代码。")
        return named[0] if named else None

    def _plan_new(self, planned: PlannedRow, values: dict[str, Any]) -> None:
        tier = values.get("tier", Tier.BRANCH.value)
        short_name = values.get("short_name") or values.get("name", "")[:40]
        parent = self._parent(planned, values, tier)
        for key in ("name", "founded_on"):
            if key not in values and not any(fault.label == COLUMNS[key].label for fault in planned.faults):
                self._refuse(planned, key, "", f"{COLUMNS[key].label}没有填写。", "请补填。")
        self._check_names(planned, values, short_name)
        if planned.faults:
            return
        planned.place = parent[0]
        planned.values = {key: _day(values[key]) for key in WRITTEN if key in values}
        planned.summary = f"{Tier(tier).label}，{planned.values['founded_on']} 成立"
        planned.values |= {"tier": tier, "short_name": short_name, "parent_id": parent[1], "parent_row": parent[2]}

    def _check_names(self, planned: PlannedRow, values: dict[str, Any], short_name: str) -> None:
        if values.get("name") in self.rows_by_name:
            first = self.rows_by_name[values["name"]][0]
            self._refuse(planned, "name", values["name"], f"与第 {first} 行的全称相同。", "请核对，只留一行。")
        elif short_name in self.rows_by_name or self.by_key.get(short_name):
            self._refuse(planned, "short_name", short_name, "已有组织用这个简称。", "请换一个简称，或填写组织代码。")
        founded = values.get("founded_on")
        if founded and founded > self.today:
            self._refuse(planned, "founded_on", founded, "成立日期晚于今天。", "请检查年份是否录错。")

    def _parent(self, planned: PlannedRow, values: dict[str, Any], tier: str) -> tuple[str, int | None, int | None]:
        """Name, id and row of the parent; one of id and row is None."""
        name = values.get("parent")
        if not name:
            return self._allowed(planned, self.root, tier)
        if name in self.rows_by_name:
            row, parent_tier = self.rows_by_name[name]
            self._check_tier(planned, name, parent_tier, tier)
            return name, None, row
        found = [item for item in self.by_key.get(name, []) if sees(self.viewer, item)]
        if len(found) != 1:
            message = "有几个组织叫这个名字。" if found else "没有登记这个上级组织。"
            self._refuse(planned, "parent", name, message, "请填写组织代码，或把上级组织排在前面的行。")
            return name, None, None
        return self._allowed(planned, found[0], tier)

    def _allowed(self, planned: PlannedRow, parent: Organisation, tier: str) -> tuple[str, int | None, int | None]:
        if not can(self.viewer, "branch.import", parent):
            self._refuse(planned, "parent", parent.short_name, "不在您的管理范围。", "请核对上级组织。")
        self._check_tier(planned, parent.short_name, parent.tier, tier)
        return parent.short_name, parent.pk, None

    def _check_tier(self, planned: PlannedRow, name: str, parent_tier: str, tier: str) -> None:
        if parent_tier not in PARENT_TIERS.get(Tier(tier), ()):
            message = f"{Tier(tier).label}不能设在{Tier(parent_tier).label}下面。"
            self._refuse(planned, "parent", name, message, "请核对类别和上级组织。")

    def _plan_change(self, planned: PlannedRow, values: dict[str, Any], target: Organisation) -> None:
        planned.target_id, planned.version = target.pk, target.version
        planned.place = target.parent.short_name if target.parent else ""
        if not can(self.viewer, "branch.import", target):
            self._refuse(planned, "name", target.name, "不在您的管理范围。", "请删去这一行。")
        first = self.met.setdefault(target.pk, planned.number)
        if first != planned.number:
            self._refuse(
                planned, "name", values.get("name", ""), f"与第 {first} 行是同一个组织。", "请核对，只留一行。"
            )
        self._check_kept(planned, values, target)
        for key in WRITTEN:
            if key in values and not _is_same(getattr(target, key), values[key]):
                planned.values[key] = _day(values[key])
                planned.changes.append(change_of(COLUMNS[key], getattr(target, key), planned.values[key]))

    def _check_kept(self, planned: PlannedRow, values: dict[str, Any], target: Organisation) -> None:
        """What an import may not change, because it needs a date of its own."""
        if values.get("tier", target.tier) != target.tier:
            self._refuse(planned, "tier", Tier(values["tier"]).label, "与登记的类别不同。", "类别不能用导入更改。")
        parent = values.get("parent")
        now = target.parent
        if parent and now and parent not in (now.code, now.name, now.short_name):
            self._refuse(planned, "parent", parent, "与登记的上级组织不同。", "请在组织页面办理隶属调整。")


def _is_same(known: Any, value: Any) -> bool:
    return same_day(known, value) if isinstance(known, date) and isinstance(value, date) else known == value


def _day(value: Any) -> Any:
    return date(value.year, value.month, 1) if isinstance(value, MonthOnly) else value
