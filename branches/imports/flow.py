"""An import from upload to confirmation: gate, head, columns, preview, writing once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404

from branches.imports.applying import apply_branches, apply_members
from branches.imports.columns import columns_of
from branches.imports.heads import Head, guess_columns, guess_head, head_at, missing_fields
from branches.imports.members import plan_members
from branches.imports.organisations import plan_branches
from branches.imports.plan import Plan
from branches.imports.reading import Roster, pack, read_roster, unpack
from branches.models import HeadMapping, ImportBatch, ImportKind, ImportState
from branches.permissions import Viewer, can, check, visible, visible_branches
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today
from core.xlsx.read import Cell, Row, SheetData, read_sheet

ACTIONS = {ImportKind.MEMBERS.value: "member.import", ImportKind.BRANCHES.value: "branch.import"}
PLANNERS = {ImportKind.MEMBERS.value: plan_members, ImportKind.BRANCHES.value: plan_branches}
APPLIERS = {ImportKind.MEMBERS.value: apply_members, ImportKind.BRANCHES.value: apply_branches}
LIFETIME = timedelta(hours=24)
SAMPLE_ROWS = 20
MAX_ROWS = 5_000


def upload(*, actor: Viewer, kind: str, data: bytes, file_name: str, now: datetime) -> ImportBatch:
    """Take a roster through the gate. A known head leads straight to the preview, another to the matching."""
    check(actor, ACTIONS[kind])
    sheet = read_sheet(data)
    if not any(True for _ in sheet.filled()):
        raise InvalidInput("表格是空的。", remedy="请填好后再上传，或下载模板。")
    batch = ImportBatch(
        root_id=_root_of(actor),
        owner_id=actor.user_id,
        kind=kind,
        file_name=file_name[:200],
        file_digest=hashlib.sha256(data).hexdigest(),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    head, columns, is_known = _known_head(sheet, batch)
    if head is not None and is_known:
        _preview(actor, batch, sheet, head, columns, now)
    else:
        _ask_for_columns(batch, sheet, head, columns)
    batch.save()
    return batch


def _root_of(actor: Viewer) -> int:
    if actor.root_id is None:
        raise InvalidInput("您的账号还没有所属党委。", remedy="请联系系统管理员。")
    return actor.root_id


def _known_head(sheet: SheetData, batch: ImportBatch) -> tuple[Head | None, dict[str, str], bool]:
    """The head, its columns, and whether nobody needs to be asked: remembered, or every column is plain."""
    head = guess_head(sheet, batch.kind)
    remembered = {item.head_digest: item for item in HeadMapping.objects.filter(root=batch.root_id, kind=batch.kind)}
    for row in sorted({item.head_row for item in remembered.values()} | ({head.row} if head else set())):
        at = head_at(sheet, row, batch.kind) if row <= len(sheet.rows) else None
        if at is not None and at.digest in remembered:
            return at, remembered[at.digest].columns, True
    if head is None:
        return None, {}, False
    columns = guess_columns(head, batch.kind)
    return head, columns, not _in_the_way(head, columns, batch.kind)


def _in_the_way(head: Head, columns: dict[str, str], kind: str) -> list[str]:
    """Why a guessed matching must be shown first: a required field or a column of the template is not found."""
    template = {column.label for column in columns_of(kind).values()}
    is_template = template <= {label.lstrip("*＊") for label in head.labels.values()}
    return [] if is_template else missing_fields(columns, kind) or ["own layout"]


def _ask_for_columns(batch: ImportBatch, sheet: SheetData, head: Head | None, columns: dict[str, str]) -> None:
    batch.state = ImportState.MAPPING
    batch.mapping = {"head_row": head.row if head else 0, "columns": columns, "names": head.labels if head else {}}
    batch.rows = json.dumps(_sheet_to_json(sheet), ensure_ascii=False, default=str)


@transaction.atomic
def choose_columns(
    *, actor: Viewer, batch: ImportBatch, head_row: int, columns: dict[str, str] | None, now: datetime
) -> ImportBatch:
    """Match the roster's own columns (letter → field) and remember it; with None only look at another head row."""
    batch = _locked(actor, batch, now, ImportState.MAPPING)
    sheet = _sheet_from_json(json.loads(batch.rows))
    if not 1 <= head_row <= len(sheet.rows):
        raise InvalidInput("没有这一行。", fields={"head_row": ["请选择表头所在的行。"]})
    head = head_at(sheet, head_row, batch.kind)
    if columns is None:
        batch.mapping = {"head_row": head.row, "columns": guess_columns(head, batch.kind), "names": head.labels}
        batch.save(update_fields=["mapping"])
        return batch
    columns = {letter: key for letter, key in columns.items() if letter in head.labels}
    _check_columns(actor, batch.kind, columns)
    HeadMapping.objects.update_or_create(
        root_id=batch.root_id,
        kind=batch.kind,
        head_digest=head.digest,
        defaults={"head_row": head.row, "columns": columns},
    )
    _preview(actor, batch, sheet, head, columns, now)
    batch.save()
    return batch


def _check_columns(actor: Viewer, kind: str, columns: dict[str, str]) -> None:
    known = columns_of(kind)
    chosen = [key for key in columns.values() if key]
    if any(key not in known for key in chosen):
        raise InvalidInput("有一列对应的内容不存在。", remedy="请重新选择。")
    twice = {known[key].label for key in chosen if chosen.count(key) > 1}
    if twice:
        raise InvalidInput(
            f"有两列都对应“{'、'.join(sorted(twice))}”。", remedy="每项内容只能对应一列，请改选其中一列。"
        )
    missing = [label for label in missing_fields(columns, kind) if not (label == "所在党支部" and _only_branch(actor))]
    if missing:
        raise InvalidInput(f"必填的“{'、'.join(missing)}”没有对应的列。", remedy="请为它选择一列，或换一个表头行。")


def _only_branch(actor: Viewer) -> str:
    """The code of the one branch the actor can import for; "" when there are several."""
    if actor.all_prefixes or actor.is_system:
        return ""
    branches = [item for item in visible_branches(actor, "member") if can(actor, "member.import", item)]
    return branches[0].code if len(branches) == 1 else ""


def _preview(
    actor: Viewer, batch: ImportBatch, sheet: SheetData, head: Head, columns: dict[str, str], now: datetime
) -> None:
    roster = read_roster(sheet, head, columns, batch.kind)
    if len(roster.rows) > MAX_ROWS:
        raise InvalidInput(f"表格有 {len(roster.rows)} 行，一次最多 {MAX_ROWS} 行。", remedy="请分成几份上传。")
    if not roster.rows:
        raise InvalidInput("表头下面没有数据。", remedy="请检查表头所在的行，或填好后再上传。")
    batch.head_digest = head.digest
    batch.mapping = {"head_row": head.row, "columns": columns, "names": head.labels}
    batch.rows = json.dumps(pack(roster), ensure_ascii=False)
    _store_plan(batch, _plan(actor, batch, roster, now))
    batch.state = ImportState.PREVIEW


def _plan(actor: Viewer, batch: ImportBatch, roster: Roster, now: datetime) -> Plan:
    if batch.kind == ImportKind.MEMBERS and "branch" not in roster.letters and (code := _only_branch(actor)):
        for row in roster.rows:
            row.values.setdefault("branch", code)
    return PLANNERS[batch.kind](actor, roster, root_id=batch.root_id, today=today(now))


def _store_plan(batch: ImportBatch, plan: Plan) -> None:
    batch.counts = plan.counts
    batch.plan = json.dumps(plan.shown(), ensure_ascii=False)


@transaction.atomic
def confirm(*, actor: Viewer, batch: ImportBatch, now: datetime) -> ImportBatch:
    """Write what the preview showed. Again: nothing. If the register moved on meanwhile: a new preview first."""
    batch = _locked(actor, batch, now, ImportState.PREVIEW, ImportState.APPLIED)
    if batch.state == ImportState.APPLIED:
        return batch
    check(actor, ACTIONS[batch.kind])
    plan = _plan(actor, batch, unpack(json.loads(batch.rows)), now)
    if json.dumps(plan.shown(), ensure_ascii=False) != batch.plan:
        raise Conflict("预览之后，登记的内容有了变化。", remedy="请点“重新核对”，看过新的预览再确认。")
    APPLIERS[batch.kind](actor, plan, root_id=batch.root_id, today=today(now))
    batch.state, batch.applied_at, batch.rows = ImportState.APPLIED, now, ""
    batch.save()
    audit.record(
        actor=actor,
        action=f"{batch.kind}.import",
        target=batch,
        root_id=batch.root_id,
        after=batch.counts | {"file_sha256": batch.file_digest[:16]},
        summary=f"导入 {batch.file_name}",
    )
    return batch


@transaction.atomic
def replan(*, actor: Viewer, batch: ImportBatch, now: datetime) -> ImportBatch:
    """Preview the same roster against the register as it is now."""
    batch = _locked(actor, batch, now, ImportState.PREVIEW)
    _store_plan(batch, _plan(actor, batch, unpack(json.loads(batch.rows)), now))
    batch.save()
    return batch


@transaction.atomic
def discard(*, actor: Viewer, batch: ImportBatch, now: datetime) -> None:
    """Put an import aside; what was uploaded is forgotten."""
    batch = _locked(actor, batch, now, ImportState.MAPPING, ImportState.PREVIEW)
    batch.state, batch.rows, batch.plan = ImportState.DISCARDED, "", ""
    batch.save()


def _locked(actor: Viewer, batch: ImportBatch, now: datetime, *states: str) -> ImportBatch:
    found = ImportBatch.objects.select_for_update().filter(pk=batch.pk, owner_id=actor.user_id).first()
    if found is None:
        raise Http404
    if found.state not in states:
        raise Conflict("这次导入已经结束。", remedy="请重新上传。")
    if found.state != ImportState.APPLIED and found.expires_at < now:
        raise Conflict("上传已超过 24 小时。", remedy="请重新上传。")
    return found


def batches_of(viewer: Viewer) -> Any:
    """One's own imports, newest first."""
    own = visible(ImportBatch.objects.all(), viewer)
    return own.filter(owner_id=viewer.user_id).defer("rows", "plan").order_by("-created_at", "-pk")


def forget_expired(*, now: datetime) -> int:
    """Empty what was uploaded and never confirmed: personal data is not kept for nothing."""
    old = ImportBatch.objects.filter(expires_at__lt=now, state__in=(ImportState.MAPPING, ImportState.PREVIEW))
    return old.update(state=ImportState.DISCARDED, rows="", plan="")


def _sheet_to_json(sheet: SheetData) -> dict[str, Any]:
    said = asdict(sheet)
    for row in said["rows"]:
        row["cells"] = [
            [cell["column_letter"], _json_value(cell["value"]), cell["is_formula"]] for cell in row["cells"]
        ]
    return said


def _json_value(value: Any) -> Any:
    return {"d": value.isoformat()} if hasattr(value, "isoformat") else value


def _sheet_from_json(said: dict[str, Any]) -> SheetData:
    rows = [
        Row(row["number"], [Cell(letter, _value(value), formula) for letter, value, formula in row["cells"]])
        for row in said["rows"]
    ]
    parts: dict[str, Any] = said | {"rows": rows}
    return SheetData(**parts)


def _value(value: Any) -> Any:
    # A time of day is left as text: no column holds one.
    if not isinstance(value, dict):
        return value
    try:
        return datetime.fromisoformat(value["d"])
    except ValueError:
        return value["d"]
