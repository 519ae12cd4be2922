"""Entering what people judged: the committee's marks, the polls, and reviewer rules left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from appraisal.models import PartCode, PartMark, RuleLeftOut, YearEnd, YearState
from appraisal.rules import mark_value
from appraisal.services._year import branch_of, locked_year, open_for_entry, said
from assessment.statement.words import plain
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput


@dataclass(frozen=True)
class MarkEntry:
    """One cell group as typed: an empty `value` takes the mark out again.

    `version` is the one the writer saw (0: there was none); empty asks for no comparison.
    """

    branch_id: int
    part: str
    value: str
    handed_out: str = ""
    returned: str = ""
    version: str = ""


@dataclass(frozen=True)
class StaleCell:
    """A mark that somebody else changed meanwhile: what the writer typed and what stands, by whom and since when."""

    branch_id: int
    part: str
    yours: str
    theirs: str
    by: str
    at: datetime
    version: int


class StaleMarks(Conflict):
    """Marks changed by somebody else since they were read; nothing was saved, both versions are in `cells`."""

    def __init__(self, cells: list[StaleCell]) -> None:
        super().__init__(f"有{len(cells)}处刚被别人改过，都没有保存。", remedy="请对照两个值，再决定保存哪一个。")
        self.cells = {(cell.branch_id, cell.part): cell for cell in cells}


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

    Raises InvalidInput naming every bad cell (`fields` by "part-branch"), StaleMarks where somebody else was first.
    """
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    known = set(Organisation.objects.filter(root_id=year_end.root_id, tier="branch").values_list("pk", flat=True))
    wanted = _read_all(entries, known)
    marks = PartMark.objects.filter(year_end=year_end).select_related("entered_by")
    present = {(mark.branch_id, mark.part): mark for mark in marks}
    changed = [key for key, values in wanted.items() if _values(present.get(key)) != values]
    _compare_versions([entry for entry in entries if (entry.branch_id, entry.part) in changed], present)
    _spare_polls([present[key] for key in changed if key in present])
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
def take_from_poll(
    *,
    actor: Viewer,
    year_end: YearEnd,
    branch: Organisation,
    part: str,
    hundredths: int,
    handed_out: int | None = None,
    returned: int | None = None,
    origin_label: str,
    origin_url: str,
    now: datetime | None = None,
) -> PartMark:
    """Write what a closed, valid poll gave one branch, naming the poll; the same again changes nothing.

    It replaces what was typed by hand (the audit entry keeps both). Locked where the year is proposed or published.
    """
    year_end = locked_year(actor=actor, year_end_id=year_end.pk)
    open_for_entry(year_end)
    branch = branch_of(year_end, branch.pk)
    if part not in PartCode.values or not 0 <= hundredths <= 10000 or not origin_label:
        raise InvalidInput("测评结果不能计入年终评价。", remedy="请核对评价项、得分和来源。")
    values = (hundredths, handed_out, returned, origin_label[:100], origin_url[:200])
    before = PartMark.objects.filter(year_end=year_end, branch=branch, part=part).first()
    if before and _origin_values(before) == values:
        return before
    mark = _store(year_end, (branch.pk, part), values, actor=actor, now=now or timezone.now())
    _reopen_settling(year_end)
    key = f"{part}-{branch.pk}"
    audit.record(
        actor=actor,
        action="year.mark.poll",
        target=year_end,
        before={key: _origin_values(before)} if before else {},
        after={key: values},
        summary=f"{branch.short_name}{mark.get_part_display()}取自{origin_label}"[:200],
    )
    return mark


@transaction.atomic
def release_from_poll(*, actor: Viewer, year_end: YearEnd, part: str, origin_url: str, reason: str) -> int:
    """Take out every mark that came from one poll (declared invalid, opened again). Returns how many."""
    year_end = locked_year(actor=actor, year_end_id=year_end.pk)
    open_for_entry(year_end)
    marks = list(PartMark.objects.filter(year_end=year_end, part=part, origin_url=origin_url).exclude(origin_label=""))
    reason = said(reason, what="撤回测评结果的原因")
    for mark in marks:
        _empty(mark)
    if marks:
        _reopen_settling(year_end)
        audit.record(
            actor=actor,
            action="year.mark.release",
            target=year_end,
            summary=f"撤回测评结果{len(marks)}处：{reason}"[:200],
        )
    return len(marks)


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


def _compare_versions(entries: Sequence[MarkEntry], present: dict[tuple[int, str], PartMark]) -> None:
    """Nobody's mark is written over unseen."""
    stale = []
    for entry in entries:
        mark = present.get((entry.branch_id, entry.part))
        if mark and entry.version and entry.version != str(mark.version):
            yours = _said(entry.value.strip(), entry.handed_out, entry.returned)
            value = "" if mark.hundredths is None else plain(Fraction(mark.hundredths, 100), 2)
            theirs = _said(value, mark.handed_out, mark.returned)
            who = str(mark.entered_by)
            stale.append(StaleCell(entry.branch_id, entry.part, yours, theirs, who, mark.entered_at, mark.version))
    if stale:
        raise StaleMarks(stale)


def _said(value: str, handed_out: int | str | None, returned: int | str | None) -> str:
    """A mark in words: 88（发出10，收回9）."""
    ballots = f"（发出{handed_out or 0}，收回{returned or 0}）" if handed_out or returned else ""
    return f"{value or '空'}{ballots}"


def _spare_polls(marks: Sequence[PartMark]) -> None:
    """What a poll gave is not typed over."""
    faults = {
        f"{mark.part}-{mark.branch_id}": [f"已取自“{mark.origin_label}”，不能手工改。"]
        for mark in marks
        if mark.origin_label
    }
    if faults:
        raise InvalidInput(
            f"有{len(faults)}处取自测评，不能手工改。", remedy="如测评无效，请在测评中说明原因后撤回。", fields=faults
        )


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


def _origin_values(mark: PartMark) -> tuple:
    return (*_values(mark), mark.origin_label, mark.origin_url)


def _store(year_end: YearEnd, key: tuple[int, str], values: tuple, *, actor: Viewer, now: datetime) -> PartMark:
    branch_id, part = key
    hundredths, handed_out, returned, *origin = values
    label, url = origin or ("", "")
    found = {
        "hundredths": hundredths,
        "handed_out": handed_out,
        "returned": returned,
        "origin_label": label,
        "origin_url": url,
        "entered_by_id": actor.user_id,
        "entered_at": now,
    }
    mark = PartMark.objects.filter(year_end=year_end, branch_id=branch_id, part=part).first()
    if mark is None:
        return PartMark.objects.create(
            root_id=year_end.root_id, year_end=year_end, branch_id=branch_id, part=part, **found
        )
    for name, value in found.items():
        setattr(mark, name, value)
    mark.version += 1
    mark.save()
    return mark


def _empty(mark: PartMark) -> None:
    mark.hundredths = mark.handed_out = mark.returned = None
    mark.origin_label = mark.origin_url = ""
    mark.version += 1
    mark.save()


def _reopen_settling(year_end: YearEnd) -> None:
    """What was composed before a change no longer holds: back to open until it is composed again."""
    if year_end.state == YearState.SETTLING:
        year_end.state = YearState.OPEN
        year_end.save(update_fields=["state"])
