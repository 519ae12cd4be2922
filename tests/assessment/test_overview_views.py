"""Pages, sheets and API of scores: the same figures everywhere, foreign is 404, queries constant."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment import closing
from assessment.models import BranchMonth, Fact, MonthClosing, ReviewMark
from assessment.selectors import scoreboard
from assessment.selectors.table import Choice, overview_table
from assessment.statement import statement
from core import progress
from core.models import LongJob
from core.periods import Month
from notices.models import Notice
from tests.factories.assessment import after
from tests.factories.branches import TermFactory
from tests.factories.scores import scored

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


@pytest.fixture
def year(cast):
    branches = [cast.branch, cast.other_branch, cast.far_branch]
    for branch in branches:
        TermFactory(branch=branch)
    scored(branches, months=[Month(2026, 9), OCTOBER, NOVEMBER])
    return cast


def sheet_of(response):
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]


def test_overview_cells_open_their_statement(year, client_as):
    html = client_as("officer").get("/overview/2026-10/").content.decode()
    links = set(re.findall(rf'href="(/statements/{year.branch.pk}/2026-10/#[A-F]\d)"', html))
    assert len(links) == 18


def test_there_is_no_way_past_the_running_month(year, client_as):
    client = client_as("officer")
    assert "/overview/2026-11/" in client.get("/overview/2026-10/").content.decode()
    assert "/overview/2026-12/" not in client.get("/overview/2026-11/").content.decode()


def test_month_without_scores_says_so(year, client_as):
    text = client_as("officer").get("/overview/2026-12/").content.decode()
    assert "这个月还没有计分" in text
    assert "没有符合条件的党支部" not in text


def test_overview_sheet_page_and_api_have_the_same_figures(year, client_as):
    client = client_as("officer")
    board = scoreboard(year.viewer("officer"), year.root.pk, OCTOBER)
    table = overview_table(board, Choice())
    sheet = sheet_of(client.get("/overview/2026-10/export/"))
    rows = list(sheet.iter_rows(values_only=True))
    heads = [group or name for group, name in zip(rows[3], rows[2], strict=True)]
    api = {one["branch"]: one for one in client.get("/api/v1/scores/?month=2026-10").json()}
    html = client.get("/overview/2026-10/").content.decode()

    for number, one in enumerate(table.rows):
        written = dict(zip(heads, rows[4 + number], strict=True))
        assert Decimal(str(written["总分"])) == one.score
        items = [value for head, value in written.items() if re.match(r"[A-F]\d ", str(head))]
        assert [None if value in (None, "—", "") else Decimal(str(value)) for value in items] == [
            cell.value for cell in one.cells
        ]
        assert api[one.row.branch_id]["confirmed"] == str(one.score)
        assert [part["score"] for part in api[one.row.branch_id]["items"]] == [
            None if cell.value is None else str(cell.value) for cell in one.cells
        ]
        assert f"<b>{one.score}</b>" in html
    assert len(rows[4:]) >= len(table.rows)


def test_overview_export_is_exactly_what_is_shown(year, client_as):
    response = client_as("officer").get("/overview/2026-10/export/?q=港航")
    names = [row[2] for row in sheet_of(response).iter_rows(min_row=5, values_only=True) if isinstance(row[0], int)]
    assert names == ["港航党支部"]
    assert "%E5%BE%97%E5%88%86%E6%B1%87%E6%80%BB%E8%A1%A8" in response["Content-Disposition"]


def test_statement_sheet_has_the_figures_of_the_page(year, client_as):
    found = statement(year.viewer("secretary"), year.branch.pk, OCTOBER)
    sheet = sheet_of(client_as("secretary").get(f"/statements/{year.branch.pk}/2026-10/export/"))
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if re.match(r"[A-F]\d\.\d ", str(row[3]))]
    assert [row[3].split()[0] for row in rows] == [line.rule.code for line in found.lines]
    assert [row[7] if row[7] == "—" else Decimal(str(row[7])).quantize(Decimal("0.01")) for row in rows] == [
        "—" if line.earned is None else line.earned.quantize(Decimal("0.01")) for line in found.lines
    ]


@pytest.mark.parametrize("name", ["secretary", "committee_member", "member", "administrator", "outsider", "stranger"])
def test_overview_is_for_those_over_the_branches(year, client_as, name):
    client = client_as(name)
    assert client.get("/overview/2026-10/").status_code == 404
    assert client.get("/overview/2026-10/export/").status_code == 404


def test_leader_sees_only_the_patch(year, client_as):
    client = client_as("leader")
    html = client.get("/overview/2026-10/").content.decode()
    assert "运管党支部" not in html
    assert "公路党支部" in html
    assert client.get(f"/statements/{year.far_branch.pk}/2026-10/").status_code == 404
    api = client.get("/api/v1/scores/?month=2026-10").json()
    assert sorted(one["branch"] for one in api) == sorted([year.branch.pk, year.other_branch.pk])


@pytest.mark.parametrize(
    "path", ["/statements/{}/2026-10/", "/statements/{}/2026-10/export/", "/api/v1/scores/{}/?month=2026-10"]
)
def test_foreign_statement_is_404_everywhere(year, client_as, path):
    for foreign in (year.other_branch, year.foreign_branch):
        assert client_as("secretary").get(path.format(foreign.pk)).status_code == 404


def test_secretary_reads_only_own_facts(year, client_as):
    client = client_as("secretary")
    own = client.get("/api/v1/facts/?size=500").json()["results"]
    assert {one["branch"] for one in own} == {year.branch.pk}
    assert client.get(f"/api/v1/facts/?branch={year.other_branch.pk}").json()["results"] == []
    assert "港航" not in client.get("/facts/").content.decode()


def test_own_place_against_quartiles_needs_four_branches(year, client_as):
    assert "四分位" not in client_as("secretary").get(f"/statements/{year.branch.pk}/2026-10/").content.decode()


def test_a_statement_takes_at_most_fifteen_queries_open_or_closed(year, client_as):
    closing.close_month(actor=year.viewer("officer"), root_id=year.root.pk, month=OCTOBER, now=after(OCTOBER))
    client = client_as("secretary")
    for month in ("2026-10", "2026-11"):
        client.get(f"/statements/{year.branch.pk}/{month}/")  # templates and the scheme's frame are read once
        with CaptureQueriesContext(connection) as seen:
            assert "得分说明" in client.get(f"/statements/{year.branch.pk}/{month}/").content.decode()
        assert len(seen) <= 15, month


@pytest.mark.parametrize(
    "path", ["/overview/2026-10/", "/overview/2026-10/charts/", "/facts/", "/months/", "/marks/2026/"]
)
def test_queries_are_the_same_for_one_branch_and_three(cast, client_as, path):
    branches = [cast.branch, cast.other_branch, cast.far_branch]
    for branch in branches:
        TermFactory(branch=branch)
    scored(branches, months=[Month(2026, 9), OCTOBER])
    client = client_as("officer")

    def queries() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    three = queries()
    BranchMonth.objects.exclude(branch=cast.branch).delete()
    Fact.objects.exclude(branch=cast.branch).delete()
    assert queries() == three
    if path == "/overview/2026-10/":
        assert three <= 8


def test_month_is_closed_verified_and_reopened_by_the_officer(year, client_as):
    client = client_as("officer")
    assert client.post("/months/2026-10/close/").status_code == 302
    assert MonthClosing.objects.get(month=202610).closed_by == year.officer
    assert "核验一致" in client.post("/months/2026-10/verify/").content.decode()
    assert client.post("/months/2026-10/reopen/", {"reason": ""}).status_code == 400
    assert client.post("/months/2026-10/reopen/", {"reason": "漏审一条"}).status_code == 302
    assert "漏审一条" in client.get("/months/2026-10/").content.decode()


def test_a_large_committee_may_leave_while_its_month_is_closed(
    year, client_as, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("assessment.views.months.LONG_FROM", 1)
    client = client_as("officer")

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/months/2026-10/close/")

    job = LongJob.objects.get()
    assert (answer.url, job.state, job.result_url) == (f"/jobs/{job.pk}/", "done", "/months/2026-10/")
    assert MonthClosing.objects.get(month=202610).closed_by == year.officer
    notice = Notice.objects.get(recipient=year.officer, kind="job")
    assert (notice.title, notice.url) == ("封存2026年10月：已完成", "/months/2026-10/")
    assert progress.run(job.pk, now=timezone.now()) is None  # rung twice, it is closed once


def test_a_closing_that_is_refused_in_the_background_says_why(
    year, client_as, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("assessment.views.months.LONG_FROM", 1)
    with django_capture_on_commit_callbacks(execute=True):
        client_as("officer").post("/months/2026-11/close/")

    assert LongJob.objects.get().state == "failed"
    assert not MonthClosing.objects.exists()
    assert "2026年11月" in LongJob.objects.get().title


def test_month_not_over_cannot_be_closed(year, client_as):
    assert client_as("officer").post("/months/2026-11/close/").status_code == 409


@pytest.mark.parametrize("name", ["secretary", "leader", "member", "outsider"])
def test_closing_is_the_officers(year, client_as, name):
    assert client_as(name).post("/months/2026-10/close/").status_code in (403, 404)
    assert MonthClosing.objects.count() == 0


def test_marks_are_given_replaced_and_taken_back(year, client_as):
    client, key = client_as("officer"), f"level-{year.far_branch.pk}"
    ReviewMark.objects.all().delete()
    client.post("/marks/2026/F1.2/", {key: "good", f"reason-{year.far_branch.pk}": "成效突出"})
    client.post("/marks/2026/F1.2/", {key: "good", f"reason-{year.far_branch.pk}": "成效突出"})
    client.post("/marks/2026/F1.2/", {key: "fair"})
    standing = ReviewMark.objects.filter(withdrawn_at__isnull=True).values_list("level_code", "counts_from")
    assert list(standing) == [("fair", 202611)]
    assert ReviewMark.objects.count() == 2
    client.post("/marks/2026/F1.2/", {key: ""})
    assert ReviewMark.objects.filter(withdrawn_at__isnull=True).count() == 0


def test_frozen_statement_says_so_with_its_digest(year, client_as):
    closing.close_month(
        actor=year.viewer("officer"), root_id=year.root.pk, month=Month(2026, 9), now=after(Month(2026, 9))
    )
    digest = MonthClosing.objects.get().digest
    html = client_as("secretary").get(f"/statements/{year.branch.pk}/2026-09/").content.decode()
    assert "已封存" in html
    assert digest in html


def test_empty_pages_say_how_to_begin(cast, client_as):
    assert "还没有得分" in client_as("officer").get("/overview/").content.decode()
    assert "还没有得分" in client_as("secretary").get("/statements/").content.decode()


def test_scheme_page_says_every_rule_in_words(year, client_as):
    html = client_as("secretary").get("/scheme/2026/").content.decode()
    assert "每月1次，超出不补其他月" in html
    assert client_as("member").get("/scheme/2026/").status_code == 404


def test_fact_sheet_is_the_list_as_asked_for(year, client_as):
    client = client_as("secretary")
    listed = client.get("/api/v1/facts/?metric=theme_day.held&size=500").json()["results"]
    rows = list(sheet_of(client.get("/facts/export/?metric=theme_day.held")).iter_rows(min_row=2, values_only=True))
    assert sorted(row[4] for row in rows) == sorted(one["label"] for one in listed)
    assert {row[1] for row in rows} == {"公路党支部"}
    assert client_as("member").get("/facts/export/").status_code == 403


def test_button_of_the_marks_names_what_it_saves(year, client_as):
    client = client_as("officer")
    assert "保存述职评议结果" in client.get("/marks/2026/?rule=A3.4").content.decode()
    assert "保存领办项目成效" in client.get("/marks/2026/?rule=F1.2").content.decode()
