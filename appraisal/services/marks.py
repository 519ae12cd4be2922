"""Entering what people judged: the committee's marks, the polls, and reviewer rules left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from appraisal.models import PartCode, PartMark, RuleLeftOut, YearEnd, YearState
from appraisal.rules import mark_value
from appraisal.services._year import locked_year, open_for_entry, said
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import InvalidInput


@dataclass(frozen=True)
class MarkEntry:
    """One cell group as typed: an empty `value` takes the mark out again."""

    branch_id: int
    part: str
    value: str
    handed_out: str = ""
    returned: str = ""


@transaction.atomic
def open_year(*, actor: Viewer, root: Organisation, year: int, now: datetime) -> YearEnd:
    """The year end of a committee, begun if it was not yet."""
    check(actor, "year.settle", root)
    year_end, created = YearEnd.objects.get_or_create(root=root, year=year, defaults={"created_at": now})
    if created:
        audit.record(actor=actor, action="year.open", target=year_end, root_id=root.pk, summary=f"开始{year}年度考核")
    return year_end


@transaction.atomic
def enter_marks(*, actor: Viewer, year_end_id: int, entries: Sequence[MarkEntry], now: datetime) -> int:
    """Save marks as typed; all or none. Returns how many changed.

    Raises InvalidInput naming every bad cell (`fields` by "part-branch").
    """
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    known = set(Organisation.objects.filter(root_id=year_end.root_id, tier="branch").values_list("pk", flat=True))
    wanted = _read_all(entries, known)
    present = {(mark.branch_id, mark.part): mark for mark in PartMark.objects.filter(year_end=year_end)}
    changed = [key for key, values in wanted.items() if _values(present.get(key)) != values]
    before = {f"{part}-{branch}": _values(present.get((branch, part))) for branch, part in changed}
    for key in changed:
        _store(year_end, key, wanted[key], actor=actor, now=now)
    if changed:
        _reopen_settling(year_end)
        after = {f"{part}-{branch}": wanted[branch, part] for branch, part in changed}
        audit.record(
            actor=actor,
            action="year.mark",
            target=year_end,
            before=before,
            after=after,
            summary=f"录入评价{len(changed)}处",
        )
    return len(changed)


@transaction.atomic
def leave_out_rule(*, actor: Viewer, year_end_id: int, rule_code: str, reason: str, now: datetime) -> RuleLeftOut:
    """Leave an unmarked reviewer rule out of the year for the branches that have no mark, with the reason."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    left_out, created = RuleLeftOut.objects.get_or_create(
        root_id=year_end.root_id,
        year_end=year_end,
        rule_code=rule_code,
        defaults={
            "reason": said(reason, what="不评的原因", limit=200),
            "left_out_by_id": actor.user_id,
            "left_out_at": now,
        },
    )
    if created:
        audit.record(actor=actor, action="year.leave_out", target=left_out, summary=f"{rule_code}不评：{reason}"[:200])
    return left_out


@transaction.atomic
def take_rule_back(*, actor: Viewer, year_end_id: int, rule_code: str) -> None:
    """Undo leaving a rule out."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    for row in RuleLeftOut.objects.filter(year_end=year_end, rule_code=rule_code):
        audit.record(actor=actor, action="year.leave_out.undo", target=row, summary=f"恢复评{rule_code}")
        row.delete()


def _read_all(entries: Sequence[MarkEntry], known: set[int]) -> dict[tuple[int, str], tuple]:
    """(branch, part) → (hundredths, handed out, returned); InvalidInput naming every bad cell."""
    read, faults = {}, {}
    for entry in entries:
        key = (entry.branch_id, entry.part)
        if entry.branch_id not in known or entry.part not in PartCode.values:
            raise InvalidInput("没有这个支部或评价项。", remedy="请刷新页面后再录入。")
        try:
            read[key] = _read(entry)
        except InvalidInput as fault:
            faults[f"{entry.part}-{entry.branch_id}"] = [f"{fault.message}{fault.remedy}"]
    if faults:
        raise InvalidInput(f"有{len(faults)}处不能保存。", remedy="请按提示改正后再保存。", fields=faults)
    return read


def _read(entry: MarkEntry) -> tuple[int | None, int | None, int | None]:
    value = entry.value.strip()
    hundredths = int(mark_value(value) * 100) if value else None
    if entry.part == PartCode.COMMITTEE:
        return hundredths, None, None
    handed_out, returned = _count(entry.handed_out), _count(entry.returned)
    if hundredths is not None and (handed_out is None or returned is None):
        raise InvalidInput("请填发出和收回票数。")
    if handed_out is not None and returned is not None and returned > handed_out:
        raise InvalidInput(f"收回{returned}张多于发出{handed_out}张。")
    return hundredths, handed_out, returned


def _count(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > 100_000:
        raise InvalidInput(f"“{text}”不是票数。", remedy="请填整数。")
    return int(text)


def _values(mark: PartMark | None) -> tuple:
    return (mark.hundredths, mark.handed_out, mark.returned) if mark else (None, None, None)


def _store(year_end: YearEnd, key: tuple[int, str], values: tuple, *, actor: Viewer, now: datetime) -> None:
    branch_id, part = key
    hundredths, handed_out, returned = values
    PartMark.objects.update_or_create(
        year_end=year_end,
        branch_id=branch_id,
        part=part,
        defaults={
            "root_id": year_end.root_id,
            "hundredths": hundredths,
            "handed_out": handed_out,
            "returned": returned,
            "entered_by_id": actor.user_id,
            "entered_at": now,
        },
    )


def _reopen_settling(year_end: YearEnd) -> None:
    """What was composed before a change no longer holds: back to open until it is composed again."""
    if year_end.state == YearState.SETTLING:
        year_end.state = YearState.OPEN
        year_end.save(update_fields=["state"])
