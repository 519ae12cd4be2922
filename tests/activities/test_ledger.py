"""三会一课台账 and the yearly statistics: what is listed, in whose scope, and that the sheet is the page."""

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.selectors.ledger import LedgerFilter, ledger_rows, ledger_sums, statistics, with_sums, years_to_show
from branches.models import Member, Organisation
from tests.factories.activities import NOW, approved, at, draft, sent
from tests.factories.branches import BranchFactory, GroupFactory, MemberFactory, TermFactory

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def november():
    """The clock of the pages stands on the day of the cast."""
    with time_machine.travel(NOW, tick=True):
        yield


def listed(cast, who="officer", **wanted) -> list[str]:
    rows = ledger_rows(cast.viewer(who), LedgerFilter(**wanted))
    return [row.activity.title for row in rows.order_by("held_on", "id")]


def row_of(cast, duty, who="officer", branch=None):
    rows = statistics(cast.viewer(who), 2026, today=TODAY, branch_id=(branch or cast.branch).pk, duty=duty)
    return next(iter(rows), None)


def texts(row) -> list[str]:
    return [cell.text for cell in row.cells]


def book(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_ledger_lists_what_was_sent_of_the_five_types(cast):
    approved(cast, title="十一月主题党日")
    sent(cast, "party_lecture", title="党课", held_on=date(2026, 11, 13))
    draft(cast, title="草稿", held_on=date(2026, 11, 14))
    approved(cast, "integrity_education", title="廉政教育", held_on=date(2026, 11, 15))
    assert listed(cast) == ["十一月主题党日", "党课"]
    assert listed(cast, kind="party_lecture") == ["党课"]
    assert listed(cast, state="approved") == ["十一月主题党日"]
    assert listed(cast, first=date(2026, 11, 13)) == ["党课"]
    assert listed(cast, q="王书记") == ["十一月主题党日", "党课"]
    assert listed(cast, branch_id=cast.other_branch.pk) == []
    assert listed(cast, who="other_secretary") == []
    assert listed(cast, who="outsider") == []


def test_sums_are_of_all_rows(cast):
    approved(cast, away={Member.objects.get(name="周一").pk: "leave_sick"})
    approved(cast, held_on=date(2026, 11, 13))
    rows = ledger_rows(cast.viewer("officer"), LedgerFilter())

    assert ledger_sums(rows, with_sums(rows)[:1]) == {"rows": 2, "expected": 10, "present": 9}
    assert ledger_sums(rows, []) == {"rows": 2, "expected": 10, "present": 9}  # a page past the end
    nobody = cast.viewer("outsider")
    assert ledger_sums(ledger_rows(nobody, LedgerFilter()), []) == {"rows": 0, "expected": 0, "present": 0}


def test_sheet_equals_page(cast, client):
    away = {Member.objects.get(name="周一").pk: "leave_sick", Member.objects.get(name="吴二").pk: "absent"}
    approved(cast, title="=2+3的主题", away=away)
    sent(cast, "general_meeting", title="党员大会", held_on=date(2026, 11, 13))
    approved(cast, "party_lecture", title="不在条件里", held_on=date(2026, 11, 14))
    client.force_login(cast.officer)
    query = "?last=2026-11-13&sort=date"
    page = client.get(reverse("activities:ledger") + query)
    sheet = book(client.get(reverse("activities:ledger_export") + query))
    shown = [line for _, line in page.context["lines"]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    heads = [
        "序号", "党支部", "日期", "类型", "主题", "主持人", "记录人", "应到", "实到", "到会率", "缺席及原因",
        "议题/内容", "决议", "附件", "审核",
    ]  # fmt: skip
    assert rows[0] == heads
    assert [row[1:9] for row in rows[1:3]] == [
        [
            line["branch"], rows[n + 1][2], line["kind"], line["title"], line["host"], line["recorder"],
            line["expected"], line["present"],
        ]
        for n, line in enumerate(shown)
    ]  # fmt: skip
    assert [row[4] for row in rows[1:3]] == ["=2+3的主题", "党员大会"]
    assert sheet.cell(4, 5).data_type == "s"
    assert rows[1][10] == "周一（病假）、吴二（无故缺席）"
    assert rows[3][7:9] == [10, 8]


def test_member_committee_and_export(cast, client):
    client.force_login(cast.member)
    assert client.get(reverse("activities:ledger")).status_code == 403
    client.force_login(cast.committee_member)
    assert client.get(reverse("activities:ledger")).status_code == 200
    assert client.get(reverse("activities:ledger_export")).status_code == 403


def test_monthly_row_marks_ended_months_without_a_record(cast):
    approved(cast, held_on=date(2026, 3, 5), now=at(date(2026, 3, 6)))
    approved(cast, held_on=date(2026, 3, 15), now=at(date(2026, 3, 16)))
    row = row_of(cast, "theme_day")
    assert texts(row) == ["✗", "✗", "2/1", "✗", "✗", "✗", "✗", "✗", "✗", "✗", "", ""]
    assert (row.total, row.is_short, row.missing) == ("1/10", True, 9)


def test_quarterly_row_marks_the_last_month_of_the_quarter(cast):
    approved(cast, "general_meeting", held_on=date(2026, 2, 5), now=at(date(2026, 2, 6)))
    approved(cast, "general_meeting", held_on=date(2026, 11, 5))
    row = row_of(cast, "general_meeting")
    assert texts(row) == ["", "1", "", "", "", "✗", "", "", "✗", "", "1", ""]
    assert row.total == "2/4"


def test_groups_count_group_months(cast):
    one, _two = GroupFactory(parent=cast.branch), GroupFactory(parent=cast.branch, founded_on=date(2026, 9, 1))
    MemberFactory(branch=cast.branch, group=one)
    approved(cast, "group_meeting", group_id=one.pk, held_on=date(2026, 9, 8), now=at(date(2026, 9, 9)))
    row = row_of(cast, "group_meeting")
    assert texts(row) == [*["✗"] * 8, "✗ 1/2", "✗ 0/2", "", ""]
    assert row.total == "1/12"


def test_committee_meetings_apply_from_the_committee_on(cast):
    TermFactory(branch=cast.branch, from_on=date(2026, 9, 10))
    assert texts(row_of(cast, "committee_meeting")) == [*["—"] * 8, "✗", "✗", "", ""]
    assert row_of(cast, "committee_meeting", branch=cast.other_branch) is None


def test_branch_founded_in_the_year_starts_the_month_after(cast):
    young = BranchFactory(parent=cast.root, founded_on=date(2026, 8, 3))
    assert texts(row_of(cast, "theme_day", branch=young)) == [*["—"] * 8, "✗", "✗", "", ""]


def test_statistics_sheet_equals_page_with_red_crosses(cast, client):
    approved(cast, held_on=date(2026, 10, 5), now=at(date(2026, 10, 6)))
    client.force_login(cast.officer)
    query = f"?branch={cast.branch.pk}&duty=theme_day"
    url = reverse("activities:statistics", args=[2026])
    (shown,) = client.get(url + query).context["rows"]
    sheet = book(client.get(reverse("activities:statistics_export", args=[2026]) + query))
    cells = next(iter(sheet.iter_rows(min_row=5, max_row=5)))
    values = ["" if cell.value is None else str(cell.value) for cell in cells]
    assert values == [cast.branch.short_name, "主题党日", *texts(shown), shown.total]
    assert cells[2].font.color.rgb.endswith("C00000") or cells[2].font.color.rgb.upper() not in ("FF000000", "00000000")


def test_statistics_show_the_own_scope(cast):
    branches = {row.branch for row in statistics(cast.viewer("leader"), 2026, today=TODAY)}
    assert branches == {cast.branch, cast.other_branch}
    assert {row.branch for row in statistics(cast.viewer("outsider"), 2026, today=TODAY)} == {cast.foreign_branch}


@pytest.mark.parametrize("name", ["ledger", "statistics"])
def test_pages_cost_the_same_for_one_and_three(cast, client, name):
    client.force_login(cast.officer)
    approved(cast)
    url = reverse(f"activities:{name}", args=[2026] if name == "statistics" else [])
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    approved(cast, held_on=date(2026, 11, 13))
    approved(cast, held_on=date(2026, 11, 14))
    BranchFactory(parent=cast.root)
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(one) == len(three)


def test_years_begin_with_the_first_month_or_the_first_record(cast):
    Organisation.objects.filter(pk=cast.root.pk).update(go_live_month=None)
    officer = cast.viewer("officer")
    assert years_to_show(officer) == [2026]
    approved(cast, held_on=date(2025, 10, 5), now=at(date(2025, 10, 6)))
    assert years_to_show(officer) == [2026, 2025]
    Organisation.objects.filter(pk=cast.root.pk).update(go_live_month=202401)
    assert years_to_show(officer) == [2026, 2025, 2024]
