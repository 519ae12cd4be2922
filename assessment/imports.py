"""期初: history of before the portal, brought in from an Excel ledger; it counts as on time (scoring.md, S).

A file is read and shown first; nothing is written before it is confirmed. The same row told twice, in the same or
another file, is one fact.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction

from assessment import ledger, rollup
from assessment.ledger import FactSpec
from assessment.models import Metric, OpeningImport
from assessment.schemes import scheme_years
from branches.models import Organisation
from branches.models.organisation import Tier
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import SHANGHAI, Month
from core.xlsx import cells
from core.xlsx.read import Row, read_sheet
from core.xlsx.template import Template, TemplateColumn, is_filler, plain_head, template_bytes

SOURCE = "opening"
BRANCH, METRIC, DAY, QUANTITY, NOTE = "支部", "指标", "发生日期", "数量", "说明"
HEADS = (BRANCH, METRIC, DAY, QUANTITY, NOTE)
LARGEST = 100_000
HEAD_ROWS = 10  # the heads stand within the first rows, below a title or two


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One line of the ledger, understood."""

    number: int
    branch: Organisation
    metric: Metric
    happened_on: date
    quantity: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What of a line cannot be taken: sheet row, column, the value, why, and what to do."""

    number: int
    column: str
    value: str
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Preview:
    """What an import would bring in; it can be confirmed only without faults."""

    sha256: str
    rows: list[OpeningRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def can_confirm(self) -> bool:
        return bool(self.rows) and not self.faults

    @property
    def months(self) -> list[Month]:
        return sorted({Month.of(row.happened_on) for row in self.rows})


def opening_template() -> bytes:
    """The workbook to fill in, with the metrics as a drop-down."""
    metrics = list(Metric.objects.order_by("position").values_list("name", flat=True))
    columns = [
        TemplateColumn(BRANCH, note="支部全称、简称或组织代码", sample="第一党支部", is_required=True, width=24),
        TemplateColumn(METRIC, note="从下拉表中选", sample="主题党日", is_required=True, choices=metrics, width=30),
        TemplateColumn(DAY, note="启用月份之前的日期", sample=date(2026, 1, 9), is_required=True, kind="date"),
        TemplateColumn(QUANTITY, note="不填为1", sample=1),
        TemplateColumn(NOTE, note="例如会议名称，便于核对", sample="一月主题党日", width=30),
    ]
    return template_bytes(Template("期初台账", columns, ["每行是一次活动或一项计数。", "期初记录一律算按时报送。"]))


@transaction.atomic
def set_go_live(*, actor: Viewer, root_id: int, month: Month, now: datetime) -> Organisation:
    """Set the first month a committee is measured in. Conflict once one of its months is closed."""
    root = Organisation.objects.select_for_update(no_key=True).get(pk=root_id)
    check(actor, "opening.import", root)
    if rollup.closed_months(root_id):
        raise Conflict("已有封存的月份，启用月份不能再改。", remedy="如确需更改，请先重开已封存的月份。")
    before = root.go_live_month
    Organisation.objects.filter(pk=root_id).update(go_live_month=month.key)
    root.go_live_month = month.key
    audit.record(
        actor=actor,
        action="opening.go_live",
        target=root,
        root_id=root_id,
        before={"go_live_month": before},
        after={"go_live_month": month.key},
    )
    return root


def preview_opening(content: bytes, *, root: Organisation) -> Preview:
    """Read a ledger of history for a committee; every fault with its row and column. InvalidInput for no ledger at all."""
    if not root.go_live_month:
        raise InvalidInput("还没有设置启用月份。", remedy="请先设置本党委从哪个月开始使用本系统。")
    sha256 = hashlib.sha256(content).hexdigest()
    data = read_sheet(content)
    rows = list(data.filled())
    head, places = _find_heads(rows)
    reader = _Reader(root, places)
    found = Preview(sha256)
    for row in rows:
        if row.number <= head or is_filler(row.cells[0].value if row.cells else ""):
            continue
        result = reader.read(row)
        if isinstance(result, OpeningRow):
            found.rows.append(result)
        else:
            found.faults.extend(result)
    return found


@transaction.atomic
def import_opening(*, actor: Viewer, root_id: int, content: bytes, file_name: str, now: datetime) -> OpeningImport:
    """Bring a previewed ledger in. InvalidInput while it has faults; the same file again gives the first import."""
    root = Organisation.objects.select_for_update(no_key=True).get(
        pk=root_id
    )  # the same file twice at once is one import
    check(actor, "opening.import", root)
    preview = preview_opening(content, root=root)
    done = OpeningImport.objects.filter(root=root, sha256=preview.sha256).first()
    if done:
        return done
    if not preview.can_confirm:
        raise InvalidInput(f"有{len(preview.faults)}处不能导入。", remedy="请按预览中的提示改好后重新上传。")
    ledger.record_facts(_specs(preview, root_id, actor), now=now)
    made = OpeningImport.objects.create(
        root=root,
        file_name=file_name[:200],
        sha256=preview.sha256,
        from_month=preview.months[0].key,
        to_month=preview.months[-1].key,
        row_count=len(preview.rows),
        imported_by_id=actor.user_id,
        imported_at=now,
    )
    audit.record(actor=actor, action="opening.import", target=made, root_id=root_id, after={"rows": made.row_count})
    return made


def _specs(preview: Preview, root_id: int, actor: Viewer) -> Iterator[FactSpec]:
    """One fact a line; equal lines are told apart by their count, so that a repeated file adds nothing."""
    seen: Counter[str] = Counter()
    for row in preview.rows:
        content = f"{row.metric.code}|{row.happened_on}|{row.quantity.normalize()}|{row.note}"
        seen[f"{row.branch.pk}|{content}"] += 1
        digest = hashlib.sha256(f"{content}|{seen[f'{row.branch.pk}|{content}']}".encode()).hexdigest()[:24]
        yield FactSpec(
            root_id=root_id,
            branch_id=row.branch.pk,
            metric=row.metric.code,
            happened_on=row.happened_on,
            quantity=row.quantity,
            source_type=SOURCE,
            source_id=row.branch.pk,
            revision=1,
            suffix=digest,
            label=row.note or f"期初：{row.metric.name}",
            url="",
            entered_by_id=actor.user_id,
            entered_at=datetime.combine(row.happened_on, time(12), SHANGHAI),
            confirmed=True,
            confirmed_by_id=actor.user_id,
        )


def _find_heads(rows: list[Row]) -> tuple[int, dict[str, str]]:
    """The row that holds the heads, and the column letter of each."""
    for row in rows[:HEAD_ROWS]:
        places = {plain_head(str(cell.value)): cell.column_letter for cell in row.cells if cell.value is not None}
        if all(name in places for name in (BRANCH, METRIC, DAY)):
            return row.number, places
    raise InvalidInput("没有找到表头。", remedy=f"请下载模板填写；表头应有：{'、'.join(HEADS)}。")


class _Reader:
    """Understands the lines of one committee's ledger."""

    def __init__(self, root: Organisation, places: dict[str, str]) -> None:
        self._places = places
        self._before = Month.from_key(root.go_live_month or 0).first_day
        self._branches = _named(Organisation.objects.filter(root=root, tier=Tier.BRANCH), "name", "short_name", "code")
        self._scheme_years = scheme_years(root.pk)
        self._metrics = _named(Metric.objects.all(), "name", "code")

    def read(self, row: Row) -> OpeningRow | list[Fault]:
        """The line, or all that is wrong with it."""
        faults: list[Fault] = []
        branch = self._take(row, BRANCH, self._branch, faults)
        metric = self._take(row, METRIC, self._metric, faults)
        day = self._take(row, DAY, self._day, faults)
        quantity = self._take(row, QUANTITY, self._quantity, faults)
        note = self._take(row, NOTE, lambda value: cells.clean_text(value, max_length=200), faults)
        if faults or branch is None or metric is None or day is None:
            return faults
        return OpeningRow(row.number, branch, metric, day, quantity or Decimal(0), note or "")

    def _take(self, row: Row, name: str, parse: Callable[[Any], Any], faults: list[Fault]) -> Any:
        value = row.value(self._places[name]) if name in self._places else None
        try:
            return parse(value)
        except cells.CellError as error:
            shown = "" if value is None else str(value)[:40]
            faults.append(Fault(row.number, name, shown, error.message, error.remedy))
            return None

    def _branch(self, value: Any) -> Organisation:
        found = self._branches.get(cells.clean_text(value))
        if found is None:
            raise cells.CellError("没有这个支部。", "请填写支部全称、简称或组织代码。")
        return found

    def _metric(self, value: Any) -> Metric:
        found = self._metrics.get(cells.clean_text(value))
        if found is None:
            raise cells.CellError("没有这个指标。", "请从模板的下拉表中选择。")
        return found

    def _day(self, value: Any) -> date:
        parsed = cells.parse_date(value)
        if parsed is None or parsed.is_month_only:
            raise cells.CellError("缺少发生日期。", cells.DATE_REMEDY)
        if parsed.day >= self._before:
            raise cells.CellError("日期不在启用月份之前。", f"期初只收{self._before:%Y-%m-%d}之前的记录。")
        if parsed.day.year not in self._scheme_years:
            years = "、".join(f"{year}年" for year in sorted(self._scheme_years)) or "（还没有）"
            raise cells.CellError(
                f"{parsed.day.year}年没有考核方案，这一行不会计分。", f"请删去这一行；有考核方案的年度：{years}。"
            )
        return parsed.day

    def _quantity(self, value: Any) -> Decimal:
        number = cells.parse_number(value, minimum=0, maximum=LARGEST)
        return Decimal(1) if number is None else number


def _named(queryset, *names: str) -> dict[str, Any]:
    """Rows by each of their names; a name two rows share stands for neither."""
    count: Counter[str] = Counter()
    found: dict[str, Any] = {}
    for row in queryset:
        for name in {getattr(row, name) for name in names}:
            count[name] += 1
            found[name] = row
    return {name: row for name, row in found.items() if count[name] == 1}
