"""Rounds and inspections in the browser's way: made, looked at, findings, frozen, verified, printed, in a sheet."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
import time_machine

from appraisal.models import Finding, InspectionRound, ItemCheck
from tests.factories import activities as records
from tests.factories.rounds import SEED, finding, finished, frozen, inspection_of, started

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel("2026-11-20T02:00:00Z", tick=False):
        yield


@pytest.fixture
def world(cast):
    records.load_scheme(cast.root)
    for day in (8, 14, 20):
        records.sent(cast, title=f"10月{day}日", held_on=date(2026, 10, day))
    return cast


def page(client, path: str) -> str:
    return client.get(path).content.decode()


def test_made_in_the_browser_with_its_seed_shown(world, client_as):
    officer = client_as("officer")
    data = {
        "kind": "special",
        "title": "专项检查",
        "first": "2026-10",
        "last": "2026-11",
        "cut_off": "2026-11-20",
        "record_size": "2",
        "branch_size": "2",
        "seed": "0731",
        "inspectors": [world.officer.pk, world.leader.pk],
    }
    answer = officer.post("/rounds/new/", data)
    found = InspectionRound.objects.get()
    assert (answer["Location"], found.seed, found.inspections.count()) == (f"/rounds/{found.pk}/", "0731", 2)
    html = page(officer, f"/rounds/{found.pk}/")
    assert "0731" in html and "3个支部中抽2个" in html


def test_what_cannot_be_comes_back_under_its_field(world, client_as):
    data = {"kind": "half", "title": "半年", "first": "2026-01", "last": "2026-11", "cut_off": "2026-11-20"}
    data |= {"record_size": "2", "inspectors": [world.officer.pk]}
    answer = client_as("officer").post("/rounds/new/", data)
    assert (answer.status_code, InspectionRound.objects.count()) == (422, 0)
    assert "半年检查查到6月" in answer.content.decode()


def test_inspected_in_the_browser(world, client_as):
    found = started(world, inspectors=[world.officer.pk])
    one, officer = inspection_of(found, world.branch), client_as("officer")
    url = f"/inspections/{one.pk}/"
    html = page(officer, url)
    assert html.count('name="item-') == 18 and html.count('name="record-') == 2
    codes = [part.split('"')[0] for part in html.split('name="item-')[1:]]
    officer.post(
        f"{url}items/", {f"item-{code}": "ok" for code in codes} | {"item-D4": "fault", "item_note-D4": "缺签到"}
    )
    officer.post(f"{url}records/", {f"record-{row.pk}": "match" for row in one.records.all()})
    fault = {"item_code": "D4", "severity": "minor", "text": "缺签到表", "demand": "补齐", "due_on": "2026-12-01"}
    officer.post(f"{url}findings/", fault | {"record": one.records.first().pk})
    assert (ItemCheck.objects.filter(verdict="fault").get().note, Finding.objects.get().record) == (
        "缺签到",
        one.records.first(),
    )
    secretary = client_as("secretary")
    assert secretary.get(url).status_code == 404  # not finished
    officer.post(f"{url}finish/", {"conclusion": "总体正常"})
    assert all(words in page(secretary, url) for words in ("总体正常", "缺签到表"))
    assert "总体正常" in page(secretary, f"{url}print/") and "检查人签字" in page(secretary, f"{url}print/")
    assert "缺签到表" in page(secretary, "/worklists/")
    assert "组织生活专项检查" in page(secretary, "/rounds/")


def test_a_finding_without_a_day_comes_back_with_what_was_typed(world, client_as):
    one = inspection_of(started(world), world.branch)
    answer = client_as("officer").post(
        f"/inspections/{one.pk}/findings/", {"item_code": "D4", "severity": "minor", "text": "缺签到表"}
    )
    assert (answer.status_code, Finding.objects.count()) == (422, 0)
    assert "缺签到表" in answer.content.decode()


def test_frozen_and_verified_in_the_browser(world, client_as):
    found = started(world)
    for one in found.inspections.all():
        finished(world, one)
    officer = client_as("officer")
    officer.post(f"/rounds/{found.pk}/freeze/")
    assert "核验一致" in page(officer, f"/rounds/{found.pk}/?verify=1")
    ItemCheck.objects.filter(item_code="B1", inspection__branch=world.branch).update(verdict="na")
    html = page(officer, f"/rounds/{found.pk}/?verify=1")
    assert "核验不一致" in html and "公路党支部 逐项检查" in html


def test_leader_sees_the_own_patch_only(world, client_as):
    found = started(world)
    html = page(client_as("leader"), f"/rounds/{found.pk}/")
    assert [name in html for name in ("公路党支部", "港航党支部", "运管党支部")] == [True, True, False]


def test_sheet_shows_findings_and_branches(world, client_as):
    found = frozen(world)
    answer = client_as("officer").get(f"/rounds/{found.pk}/export/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    faults, branches = (
        [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)] for sheet in book.worksheets
    )
    assert [(row[1], row[3], row[4], row[9]) for row in faults] == [
        ("公路党支部", "较重", "10月主题党日没有签到表", "办理中")
    ]
    assert [(row[1], row[4], row[5]) for row in branches] == [
        ("公路党支部", 2, 1),
        ("港航党支部", 0, 0),
        ("运管党支部", 0, 0),
    ]
    texts = [
        str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row if cell
    ]
    assert any(SEED in text for text in texts) and any(found.digest in text for text in texts)


def test_reassigned_and_withdrawn_in_the_browser(world, client_as):
    found = started(world)
    one, officer = inspection_of(found, world.branch), client_as("officer")
    officer.post(f"/rounds/{found.pk}/assign/", {"inspection": one.pk, "inspector": world.leader.pk})
    one.refresh_from_db()
    assert one.inspector == world.leader
    fault = finding(world, one)
    officer.post(f"/findings/{fault.pk}/withdraw/", {"reason": "看错了"})
    fault.refresh_from_db()
    assert fault.withdraw_reason == "看错了"
    officer.post(f"/rounds/{found.pk}/cancel/", {"reason": "另开"})
    assert "已取消" in page(officer, f"/rounds/{found.pk}/")
    assert officer.get(f"/inspections/{one.pk}/").status_code == 404
