"""Appeals in the browser's way: from the statement to the answer, and what each person sees."""

from __future__ import annotations

import io

import openpyxl
import pytest
import time_machine

from appraisal.models import Appeal
from tests.factories.appeals import answered, filed
from tests.factories.appraisal import announce, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def january():
    with time_machine.travel("2026-01-20T05:00:00Z", tick=False):
        yield


def statement_of(client, cast) -> str:
    return client.get(f"/statements/{cast.branch.pk}/2025-12/").content.decode()


def test_from_the_statement_to_the_answer(settled_cast, client_as):
    secretary, second = client_as("secretary"), client_as("second_officer")
    way = f"/appeals/new/?branch={settled_cast.branch.pk}&amp;month=2025-12&amp;subject=item&amp;code=D4"
    assert way in statement_of(secretary, settled_cast)
    form = secretary.get(way.replace("&amp;", "&"))
    assert 'value="item:D4" selected' in form.content.decode()
    posted = secretary.post(way.replace("&amp;", "&"), {"about": "item:D4", "ground": "11月已开", "wanted": "计入"})
    appeal = Appeal.objects.get()
    assert posted["Location"] == f"/appeals/{appeal.pk}/"
    page = second.get(f"/appeals/{appeal.pk}/").content.decode()
    assert "11月已开" in page and "答复" in page
    second.post(f"/appeals/{appeal.pk}/answer/", {"verdict": "upheld", "answer": "应予计入"})
    html = statement_of(secretary, settled_cast)
    assert all(words in html for words in ("申诉支持", "应予计入", f"/appeals/{appeal.pk}/", "待更正"))
    ways = second.get(f"/appeals/{appeal.pk}/").content.decode()
    assert "/months/2025-12/" in ways and "metric=theme_day.held" in ways


def test_only_the_secretary_finds_the_way_to_object(settled_cast, client_as):
    for name in ("officer", "committee_member", "leader"):
        assert "/appeals/new/" not in statement_of(client_as(name), settled_cast)


def test_form_says_what_is_missing(settled_cast, client_as):
    url = f"/appeals/new/?branch={settled_cast.branch.pk}&month=2025-12&subject=item&code=D4"
    answer = client_as("secretary").post(url, {"about": "item:D4", "ground": "", "wanted": ""})
    assert (answer.status_code, Appeal.objects.count()) == (422, 0)


def test_sent_twice_is_one_appeal(settled_cast, client_as):
    secretary = client_as("secretary")
    url = f"/appeals/new/?branch={settled_cast.branch.pk}&month=2025-12&subject=item&code=D4"
    html = secretary.get(url).content.decode()
    token = html.split('name="_token" value="')[1].split('"')[0]
    data = {"about": "item:D4", "ground": "理由", "wanted": "请求", "_token": token}
    assert secretary.post(url, data)["Location"] == secretary.post(url, data)["Location"]
    assert Appeal.objects.count() == 1


def test_statement_sheet_names_the_appeal(settled_cast, client_as):
    answered(settled_cast, filed(settled_cast), "rejected")
    answer = client_as("secretary").get(f"/statements/{settled_cast.branch.pk}/2025-12/export/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    texts = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("申诉 D4 主题党日（2026-01-20）" in text and "不支持" in text for text in texts)


def test_list_and_its_sheet_show_the_same(settled_cast, client_as):
    filed(settled_cast)
    filed(settled_cast, code="A1")
    filed(settled_cast, branch=settled_cast.other_branch, by="other_secretary")
    officer = client_as("officer")
    html = officer.get("/appeals/?state=open").content.decode()
    assert html.count('data-label="申诉事项"') == 3
    answer = officer.get("/appeals/export/?state=open")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [(row[1], row[9]) for row in rows] == [
        ("港航党支部", "待答复"),
        ("公路党支部", "待答复"),
        ("公路党支部", "待答复"),
    ]
    own = client_as("other_secretary").get("/appeals/").content.decode()
    assert "公路党支部" not in own


def test_result_is_objected_to_from_the_notice(settled_cast, officer, year_end, client_as):
    settle(settled_cast, officer, year_end)
    announce(officer, year_end)
    secretary = client_as("secretary")
    way = f"/appeals/new/?branch={settled_cast.branch.pk}&amp;month=2025-12&amp;subject=result"
    assert way in secretary.get("/results/").content.decode()
    secretary.post(way.replace("&amp;", "&"), {"about": "result:", "ground": "互评有误", "wanted": "复核"})
    assert Appeal.objects.get().subject == "result"
    assert "2025年度考核结果" in secretary.get("/results/").content.decode()
    assert "2025年度考核结果" in statement_of(secretary, settled_cast)
