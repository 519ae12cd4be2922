"""Items in the browser's way: the list and its sheet, a task by hand, the steps, and who is offered which."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.worklists import closed, done, opened
from worklists.models import Item, ItemFile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel("2026-11-20T02:00:00Z", tick=False) as traveller:
        yield traveller


def page(client, path: str) -> str:
    return client.get(path).content.decode()


def test_list_begins_with_what_is_not_closed(cast, client_as):
    closed(cast, opened(cast, title="已经办完", source="finding:1"))
    opened(cast, title="还在办理", source="finding:2")
    officer = client_as("officer")
    assert [words in page(officer, "/worklists/") for words in ("已经办完", "还在办理")] == [False, True]
    assert [words in page(officer, "/worklists/?state=all") for words in ("已经办完", "还在办理")] == [True, True]
    assert [words in page(officer, "/worklists/?state=closed") for words in ("已经办完", "还在办理")] == [True, False]


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("q=甲", {"甲事"}),
        ("kind=task", {"乙事"}),
        ("state=overdue", {"甲事"}),
        ("state=done", set()),
        ("mine=on", {"乙事"}),
        ("branch=x", {"甲事", "乙事"}),
    ],
)
def test_list_is_narrowed(cast, client_as, november, query, seen):
    opened(cast, title="甲事", due_on=date(2026, 11, 20), source="finding:1")
    opened(cast, title="乙事", source="task:1", owner=cast.officer)
    november.move_to("2026-11-21T02:00:00Z")
    html = page(client_as("officer"), f"/worklists/?{query}")
    assert {words for words in ("甲事", "乙事") if words in html} == seen


def test_sheet_shows_the_rows_of_the_page(cast, client_as):
    done(cast, opened(cast, title="甲事", source="finding:1"))
    opened(cast, title="乙事", source="finding:2", branch=cast.other_branch)
    answer = client_as("secretary").get("/worklists/export/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [(row[1], row[3], row[9]) for row in rows] == [("公路党支部", "甲事", "待核验")]


def test_the_whole_way_in_the_browser(cast, client_as):
    officer, secretary, second = client_as("officer"), client_as("secretary"), client_as("second_officer")
    officer.post(
        "/worklists/new/",
        {"branch": cast.branch.pk, "title": "补配资料", "demand": "按清单补配", "due_on": "2026-11-30"},
    )
    item = Item.objects.get()
    url = f"/worklists/{item.pk}/"
    assert "报完成" in page(secretary, url)
    proof = SimpleUploadedFile("领用单.txt", "已领".encode())
    secretary.post(f"{url}done/", {"note": "已补配", "files": [proof], "version": item.version})
    file = ItemFile.objects.get()
    assert "等待核验" in page(secretary, url) and f"{url}files/{file.pk}/" in page(second, url)
    assert "核验通过" not in page(officer, url)  # opened it
    second.post(f"{url}verify/", {"note": "看过现场"})
    item.refresh_from_db()
    assert (item.state, item.kind) == ("closed", "task")
    assert "看过现场" in page(secretary, url)


def test_task_with_a_past_day_comes_back_with_the_fault(cast, client_as):
    data = {"branch": cast.branch.pk, "title": "补配资料", "demand": "按清单补配", "due_on": "2026-11-01"}
    answer = client_as("officer").post("/worklists/new/", data)
    assert (answer.status_code, Item.objects.count()) == (422, 0)
    assert "办理期限不能早于今天" in answer.content.decode()


def test_second_sending_has_one_effect(cast, client_as):
    item, secretary = opened(cast), client_as("secretary")
    html = page(secretary, f"/worklists/{item.pk}/")
    token = html.split('name="_token" value="')[1].split('"')[0]
    for _ in range(2):
        answer = secretary.post(f"/worklists/{item.pk}/done/", {"note": "已改", "_token": token})
        assert answer.status_code == 302
    assert item.steps.count() == 2


def test_a_member_who_owns_an_item_finds_it(cast, client_as):
    member = client_as("member")
    assert member.get("/worklists/").status_code == 403
    item = opened(cast, owner=cast.member)
    assert item.title in page(member, "/worklists/")
    assert "报完成" in page(member, f"/worklists/{item.pk}/")
