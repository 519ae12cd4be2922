"""期初: read with every fault named, brought in once, counted as on time."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from assessment import closing, imports, ledger, rollup, schemes
from assessment.models import Fact, OpeningImport, RuleScore
from branches.permissions import SYSTEM, Viewer
from core.errors import Conflict, InvalidInput
from core.periods import Month
from tests.factories.assessment import after, branch, committee, noon, tell
from tests.factories.branches import make_committee_officer, make_secretary

pytestmark = pytest.mark.django_db
NOW = noon(date(2026, 7, 3))
HEADS = ["序号", "支部*", "指标*", "发生日期*", "数量", "说明"]


@pytest.fixture
def root():
    schemes.load_default(2026)
    return committee(go_live_month=202607)


@pytest.fixture
def of(root):
    return branch(root)


def ledger_file(*rows: list, title: str = "") -> bytes:
    book = Workbook()
    if title:
        book.active.append([title])
    book.active.append(HEADS)
    for number, row in enumerate(rows, 1):
        book.active.append([number, *row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bring_in(root, content: bytes) -> OpeningImport:
    return imports.import_opening(actor=SYSTEM, root_id=root.pk, content=content, file_name="台账.xlsx", now=NOW)


def half_year(of) -> bytes:
    return ledger_file(
        *[[of.short_name, "主题党日", f"2026年{n}月9日", "", f"{n}月主题党日"] for n in range(1, 7)], title="台账"
    )


def test_history_counts_from_its_first_month_and_on_time(root, of):
    bring_in(root, half_year(of))

    rollup.run(root_id=root.pk, month=Month(2026, 6), now=after(Month(2026, 6)))

    row = RuleScore.objects.get(branch=of, month=202606, rule__code="D4.1")
    assert (row.done_confirmed, row.need_confirmed) == (6000, 6000)
    assert not any(fact.is_late or fact.lag_days for fact in Fact.objects.all())


def test_same_file_twice_is_one_import(root, of):
    content = half_year(of)

    assert bring_in(root, content) == bring_in(root, content)
    assert Fact.objects.count() == 6


def test_same_line_in_another_file_is_one_fact_and_equal_lines_are_two(root, of):
    line = [of.code, "theme_day.held", date(2026, 3, 9), 1, "三月"]
    bring_in(root, ledger_file(line))

    bring_in(root, ledger_file(line, line))

    assert Fact.objects.count() == 2


def test_every_fault_is_named_with_its_row_and_column(root, of):
    content = ledger_file(
        ["没有的支部", "主题党日", "2026-03-09", 1, ""],
        [of.short_name, "没有的指标", "2026-07-01", "很多", ""],
    )

    found = imports.preview_opening(content, root=root)

    assert [(fault.number, fault.column) for fault in found.faults] == [
        (2, "支部"), (3, "指标"), (3, "发生日期"), (3, "数量"),
    ]  # fmt: skip
    assert not found.can_confirm
    with pytest.raises(InvalidInput):
        bring_in(root, content)
    assert not Fact.objects.exists()


def test_year_without_a_scheme_is_refused_in_words(root, of):
    found = imports.preview_opening(ledger_file([of.short_name, "主题党日", "2024-05-06", 1, ""]), root=root)

    assert not found.can_confirm
    assert [(one.column, one.message, one.remedy) for one in found.faults] == [
        ("发生日期", "2024年没有考核方案，这一行不会计分。", "请删去这一行；有考核方案的年度：2026年。")
    ]


def test_branch_of_another_committee_is_not_known(root):
    foreign = branch(committee())

    found = imports.preview_opening(ledger_file([foreign.name, "主题党日", "2026-03-09", 1, ""]), root=root)

    assert [fault.column for fault in found.faults] == ["支部"]


def test_ledger_needs_a_first_month_and_heads(root, of):
    with pytest.raises(InvalidInput, match="表头"):
        imports.preview_opening(_blank(), root=root)
    with pytest.raises(InvalidInput, match="启用月份"):
        imports.preview_opening(half_year(of), root=committee())


def _blank() -> bytes:
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def test_first_month_is_set_until_a_month_is_closed(root, of):
    imports.set_go_live(actor=SYSTEM, root_id=root.pk, month=Month(2026, 3), now=NOW)
    root.refresh_from_db()
    assert root.go_live_month == 202603
    tell(of, "theme_day.held", date(2026, 3, 2))
    closing.close_month(actor=SYSTEM, root_id=root.pk, month=Month(2026, 3), now=NOW)
    with pytest.raises(Conflict):
        imports.set_go_live(actor=SYSTEM, root_id=root.pk, month=Month(2026, 5), now=NOW)


def test_template_filled_in_is_read(root, of):
    book = load_workbook(io.BytesIO(imports.opening_template()))
    sheet = book.worksheets[0]
    sheet.append([1, of.short_name, "主题党日", "2026-03-09", 2, "三月"])
    target = io.BytesIO()
    book.save(target)

    found = imports.preview_opening(target.getvalue(), root=root)

    assert (found.faults, [(row.metric.code, row.quantity) for row in found.rows]) == ([], [("theme_day.held", 2)])


def test_officer_goes_the_whole_way_in_the_browser(root, of, client):
    officer = make_committee_officer(root)
    client.force_login(officer)
    assert client.get("/opening/").status_code == 200
    assert client.get("/opening/template/").content[:2] == b"PK"

    shown = client.post("/opening/upload/", {"file": SimpleUploadedFile("台账.xlsx", half_year(of))}, follow=True)
    assert "可导入 6 条" in shown.content.decode()
    done = client.post(shown.redirect_chain[-1][0], follow=True)

    assert "期初记录已导入" in done.content.decode()
    assert OpeningImport.objects.get().row_count == 6


def test_page_asks_as_many_questions_for_one_import_as_for_three(root, of, client):
    client.force_login(make_committee_officer(root))
    bring_in(root, ledger_file([of.code, "theme_day.held", date(2026, 3, 1), 1, ""]))
    client.get("/opening/")
    with CaptureQueriesContext(connection) as one:
        client.get("/opening/")
    for n in (2, 3):
        bring_in(root, ledger_file([of.code, "theme_day.held", date(2026, 3, n), 1, ""]))
    with CaptureQueriesContext(connection) as three:
        client.get("/opening/")

    assert len(one) == len(three)


def test_secretary_has_no_way_in(root, of, client):
    client.force_login(make_secretary(of))

    assert client.get("/opening/").status_code in (403, 404)


def test_live_facts_of_an_opening_are_confirmed_by_who_imported(root, of):
    officer = make_committee_officer(root)
    viewer = Viewer.of(officer, date(2026, 7, 3))

    imports.import_opening(actor=viewer, root_id=root.pk, content=half_year(of), file_name="台账.xlsx", now=NOW)

    assert set(ledger.live_facts().values_list("state", "confirmed_by")) == {("confirmed", officer.pk)}
