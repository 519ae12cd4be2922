"""Pages of the year end: step by step in the browser's way, who may, the sheet, queries."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.models import PartMark, Publication, VetoCase, YearEnd, YearResult
from assessment import closing
from assessment.models import BranchMonth
from branches.models import Organisation, User
from branches.permissions import SYSTEM
from core.periods import Month
from tests.factories.assessment import after
from tests.factories.branches import TermFactory
from tests.factories.scores import scored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def january():
    with time_machine.travel("2026-01-20T04:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def year(cast):
    Organisation.objects.filter(pk=cast.root.pk).update(go_live_month=202501)
    branches = [cast.branch, cast.other_branch, cast.far_branch]
    for branch in branches:
        TermFactory(branch=branch, from_on=date(2024, 1, 1))
    scored(branches, year=2025, until=date(2025, 12, 31), months=[Month(2025, 6), Month(2025, 12)])
    for number in (6, 12):
        month = Month(2025, number)
        closing.close_month(actor=SYSTEM, root_id=cast.root.pk, month=month, now=after(month))
    return cast


def settled(client, cast):
    client.post("/year-end/2025/begin/")
    data = {}
    for branch in (cast.branch, cast.other_branch, cast.far_branch):
        data |= {f"committee-{branch.pk}": "88", f"members-{branch.pk}": "好", f"members_out-{branch.pk}": "10"}
        data |= {
            f"members_in-{branch.pk}": "9",
            f"peers-{branch.pk}": "较好",
            f"peers_out-{branch.pk}": "3",
            f"peers_in-{branch.pk}": "3",
        }
    client.post("/year-end/2025/marks/", data)
    client.post("/year-end/2025/settle/")


def proposed(client, audience="own"):
    """On notice on the 20th, decided on the 28th, proposed; the clock stands at the 28th afterwards."""
    client.post("/year-end/2025/notice/", {"audience": "all"})
    with time_machine.travel("2026-01-28T04:00:00Z", tick=False):
        client.force_login(User.objects.get(username="officer"))  # the session of the 20th has run out
        decision = {"held_on": "2026-01-28", "decision_text": "同意", "document_no": "机党〔2026〕3号"}
        client.post("/year-end/2025/decision/", decision)
        client.post("/year-end/2025/publish/", {"audience": audience})
    return Publication.objects.get(state="proposed")


def test_the_whole_way_in_the_browser(year, client_as):
    officer, second, secretary = client_as("officer"), client_as("second_officer"), client_as("secretary")
    settled(officer, year)
    assert (YearEnd.objects.get().state, PartMark.objects.count(), YearResult.objects.count()) == ("settling", 9, 3)
    for step in "123456":
        assert officer.get(f"/year-end/2025/?step={step}").status_code == 200
    assert "还没有公布的结果" in secretary.get("/results/").content.decode()

    publication = proposed(officer)
    assert officer.post(f"/year-end/publications/{publication.pk}/confirm/").status_code == 403
    assert second.post(f"/year-end/publications/{publication.pk}/confirm/").status_code == 302

    result = YearResult.objects.get(branch=year.branch)
    html = secretary.get("/results/").content.decode()
    assert f'<span class="result-total">{result.shown}</span>' in html
    assert all(line in html for line in result.composition["lines"])
    assert "港航党支部" not in html


def test_one_cell_is_saved_as_typed_and_a_bad_one_is_said(year, client_as):
    officer = client_as("officer")
    officer.post("/year-end/2025/begin/")
    good = officer.post(
        "/year-end/2025/marks/", {f"committee-{year.branch.pk}": "92.5"}, headers={"HX-Request": "true"}
    )
    bad = officer.post("/year-end/2025/marks/", {f"committee-{year.branch.pk}": "优"}, headers={"HX-Request": "true"})
    said, hidden = good.content.decode().strip().split("\n", 1)
    assert (said, PartMark.objects.get().hundredths) == ("已保存", 9250)
    assert f'name="committee_v-{year.branch.pk}" value="1"' in hidden  # the version the next change stands on
    assert "不是可用的分数" in bad.content.decode()


def test_result_sheet_equals_the_results(year, client_as):
    officer = client_as("officer")
    settled(officer, year)
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(officer.get("/year-end/2025/export/").streaming_content))
    ).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    heads = [below or above for above, below in zip(rows[2], rows[3], strict=True)]
    written = {row[2]: dict(zip(heads, row, strict=True)) for row in rows[4:] if isinstance(row[0], int)}
    assert {name: Decimal(str(row["总分"])).quantize(Decimal("0.01")) for name, row in written.items()} == {
        row.branch.short_name: row.shown for row in YearResult.objects.select_related("branch")
    }
    assert {row["机关党委评"] for row in written.values()} == {88}


@pytest.mark.parametrize("name", ["secretary", "leader", "member", "administrator", "outsider", "stranger"])
@pytest.mark.parametrize("path", ["/year-end/", "/year-end/2025/", "/year-end/2025/export/"])
def test_year_end_pages_are_the_officers(year, client_as, name, path):
    settled(client_as("officer"), year)
    assert client_as(name).get(path).status_code == 404


def test_foreign_officer_finds_nothing(year, client_as):
    officer = client_as("officer")
    settled(officer, year)
    publication, result = proposed(officer), YearResult.objects.first()
    outsider = client_as("outsider")
    for path in (f"/year-end/publications/{publication.pk}/confirm/", f"/year-end/results/{result.pk}/grade/"):
        assert outsider.post(path).status_code == 404


def test_secretary_replies_to_a_veto_on_the_results_page(year, client_as):
    officer, secretary = client_as("officer"), client_as("secretary")
    officer.post("/year-end/2025/begin/")
    officer.post("/year-end/2025/vetoes/", {"branch": year.branch.pk, "item_code": "V05", "ground": "签到不实"})
    case = VetoCase.objects.get()
    assert "签到不实" in secretary.get("/results/").content.decode()
    assert "签到不实" not in client_as("other_secretary").get("/results/").content.decode()
    secretary.post(f"/year-end/vetoes/{case.pk}/reply/", {"text": "已核实为笔误"})
    case.refresh_from_db()
    assert (case.reply, case.replied_by) == ("已核实为笔误", year.secretary)
    assert client_as("committee_member").post(f"/year-end/vetoes/{case.pk}/reply/", {"text": "x"}).status_code == 403


@pytest.mark.parametrize("step", ["1", "2", "3", "4", "5", "6"])
def test_queries_are_the_same_for_one_branch_and_three(year, client_as, step):
    officer = client_as("officer")
    settled(officer, year)

    def queries() -> int:
        officer.get(f"/year-end/2025/?step={step}")
        with CaptureQueriesContext(connection) as seen:
            assert officer.get(f"/year-end/2025/?step={step}").status_code == 200
        return len(seen)

    three = queries()
    for model in (YearResult, PartMark, BranchMonth):
        model.objects.exclude(branch=year.branch).delete()
    assert queries() == three


def test_year_begun_before_december_is_measured_says_so(cast, client_as, january):
    january.move_to("2026-11-20T04:00:00Z")
    scored([cast.branch, cast.other_branch], months=[Month(2026, 10)])
    client = client_as("officer")
    assert "开始2026年年终考核" in client.get("/year-end/2026/").content.decode()
    client.post("/year-end/2026/begin/")
    scores = client.get("/year-end/2026/?step=1").content.decode()
    assert "12月还没有计量" in scores and "人工评分项都已评定" not in scores
    entries = client.get("/year-end/2026/?step=2").content.decode()
    assert "12月1日后再录入" in entries and "0/0" not in entries
    assert "/year-end/2026/export/" not in scores


def test_sheet_of_results_is_offered_once_there_are_some(year, client_as):
    client = client_as("officer")
    client.post("/year-end/2025/begin/")
    assert "/year-end/2025/export/" not in client.get("/year-end/2025/").content.decode()
    settled(client, year)
    assert "/year-end/2025/export/" in client.get("/year-end/2025/").content.decode()
