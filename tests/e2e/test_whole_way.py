"""The main job in a real browser: from a roster to a year-end sheet, each step by the person whose step it is."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from branches.models import Member, Organisation
from core.periods import SHANGHAI
from portal.demo.cast import invented_id
from tests.e2e.conftest import Person, clock_at

BRANCH = "质监科党支部"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_the_roster_to_the_year_end_sheet(demo_on, at_browser, tmp_path):
    demo_on(datetime(2026, 1, 8, 9, tzinfo=SHANGHAI), settled=False)
    with clock_at(datetime(2026, 1, 8, 10, 30, tzinfo=SHANGHAI)):
        officer, secretary, second = (at_browser() for _ in range(3))
        officer.sign_in("dangwei")
        secretary.sign_in("shuji")
        second.sign_in("dangwei2")

        import_roster(officer, tmp_path)
        url = log_theme_day(secretary)
        send_month(secretary)
        review_everything(officer)
        statement = read_statement(secretary, url)
        close_december(officer)
        compose_year(officer)
        assert [*officer.complaints, *secretary.complaints, *second.complaints] == []
    with clock_at(datetime(2026, 1, 16, 9, 30, tzinfo=SHANGHAI)):  # the notice ran through the 15th
        for person, name in ((officer, "dangwei"), (secretary, "shuji"), (second, "dangwei2")):
            person.context.clear_cookies()
            person.sign_in(name)
        publish_year(officer, second)
        total = read_result(secretary)
        download_sheets(officer, statement, total)
        assert [*officer.complaints, *secretary.complaints, *second.complaints] == []


# -- the steps ------------------------------------------------------------------------------------


def import_roster(officer: Person, folder: Path) -> None:
    """Two new members come in, the one with a wrong ID number is refused by row, column and remedy."""
    officer.go("/imports/")
    template = officer.download(lambda: officer.page.locator("a[href*='template/members']").first.click())
    roster = folder / "roster.xlsx"
    roster.write_bytes(filled(template))
    officer.page.set_input_files("[name=file]", roster)
    officer.press("上传并核对")
    officer.page.wait_for_url("**/imports/*/")
    assert "还没有写入任何内容" in officer.text
    assert Member.objects.filter(name__in=["试新甲", "试新乙", "试错丙"]).count() == 0
    refused = officer.page.locator("#refused").inner_text()
    assert "试错丙" in refused and "身份证" in refused
    officer.press("确认导入", confirm=True)
    officer.page.wait_for_selector("text=导入结果")
    assert set(Member.objects.filter(name__startswith="试").values_list("name", flat=True)) == {"试新甲", "试新乙"}


def filled(template: bytes) -> bytes:
    book = openpyxl.load_workbook(BytesIO(template))
    sheet = book.worksheets[0]
    place = {str(cell.value or "").lstrip("*"): cell.column for cell in sheet[1]}
    for name, serial in (("试新甲", 401), ("试新乙", 402), ("试错丙", 403)):
        number = invented_id(datetime(1990, 5, 1).date(), serial, is_male=True)
        if name == "试错丙":
            number = number[:-1] + ("1" if number[-1] != "1" else "2")
        cells = {
            "姓名": name,
            "性别": "男",
            "所在党支部": BRANCH,
            "出生日期": "1990-05-01",
            "身份证号": number,
            "入党时间": "2015-07-01",
        }
        row = sheet.max_row + 1
        for title, value in cells.items():
            sheet.cell(row, place[title]).value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def log_theme_day(secretary: Person) -> str:
    """A theme day with an absent member, ticked as integrity education; the page says what it counts for."""
    page = secretary.page
    secretary.go("/activities/new/?kind=theme_day&held_on=2026-01-07")
    page.fill("[name=title]", "主题党日：学习新年重点任务")
    page.fill("[name=starts_at]", "14:30")
    page.fill("[name=ends_at]", "16:00")
    page.fill("[name=place]", "党员活动室")
    page.locator(".attend select").nth(2).select_option("leave_sick")
    page.get_by_label("廉政教育", exact=True).check()
    page.fill("[name=agenda]", "学习新年重点任务")
    page.fill("[name=speeches]", "卢桂芳提出每周固定学习时间；曹守业不同意占用休息时间，经讨论采纳每周固定一次。")
    page.fill("[name=resolution]", "一致同意，由组织委员负责。")
    secretary.press("报送")
    page.wait_for_selector("text=已报送，计入")
    text = secretary.text
    assert "D4" in text and "E2" in text
    return page.url.split("?")[0].removeprefix(secretary.base)


def send_month(secretary: Person) -> None:
    branch = Organisation.objects.get(short_name=BRANCH)
    secretary.go(f"/month/{branch.pk}/2026-01/")
    secretary.press("报送1月月报")
    secretary.page.wait_for_selector("text=照此报送")
    secretary.press("照此报送")
    secretary.page.wait_for_selector("text=已报送")


def review_everything(officer: Person) -> None:
    """All that is shown is approved, records first, then claims; what was just logged is among it."""
    for tab in ("records", "claims"):
        officer.go(f"/review/?tab={tab}")
        while officer.page.get_by_label("全选").count():
            approve_all_shown(officer)
            officer.page.wait_for_selector("text=审核通过")
            officer.go(f"/review/?tab={tab}")
        assert "没有待审的" in officer.text


def approve_all_shown(officer: Person) -> None:
    """Nothing is ticked to begin with; 全选 ticks all, and the button and its question say how many."""
    page = officer.page
    button = page.get_by_role("button", name="通过勾选的")
    assert page.locator("#approve tbody input:checked").count() == 0 and button.is_disabled()
    page.get_by_label("全选").check()
    words = f"通过勾选的{page.locator('#approve tbody input:checked').count()}条"
    assert button.inner_text().strip() == words
    button.click()
    assert words.removeprefix("通过") in page.locator("dialog[open]").inner_text()
    page.locator("dialog[open] .btn-primary").click()


def read_statement(secretary: Person, record_url: str) -> str:
    """The theme day stands in the statement, linked; the confirmed score is the one shown on top."""
    branch = Organisation.objects.get(short_name=BRANCH)
    secretary.go(f"/statements/{branch.pk}/2026-01/")
    assert secretary.page.locator(f"a[href='{record_url}']").count() >= 1
    assert "主题党日" in secretary.text
    secretary.go(f"/statements/{branch.pk}/2025-12/")
    return secretary.page.locator(".figure-total .figure-value").inner_text().strip()


def close_december(officer: Person) -> None:
    officer.go("/months/2025-12/")
    officer.press("封存2025年12月", confirm=True)
    officer.page.wait_for_selector("text=已封存")
    officer.go("/months/2025-12/")
    officer.press("核验")
    officer.page.wait_for_selector("#verify-result >> text=一致")


def compose_year(officer: Person) -> None:
    """Marks, composition, grades, and the public notice of five working days."""
    page = officer.page
    officer.go("/year-end/2025/")
    officer.press("开始2025年年终考核")
    officer.go("/year-end/2025/?step=2")
    for cell in page.locator("input[name^='committee-']").all():
        cell.fill("88")
    officer.press("全部保存")
    officer.go("/year-end/2025/?step=4")
    officer.press("合成")
    page.wait_for_selector("text=优秀名额")
    for _ in range(page.get_by_text("待定", exact=True).count()):
        row = (
            page.locator("tr", has=page.get_by_text("待定", exact=True))
            .filter(has=page.locator("summary", has_text="审定"))
            .first
        )
        row.locator("summary", has_text="审定").click()
        row.locator("[name=grade]").select_option("good")
        row.locator("[name=reason]").fill("并列，经党委会研究定为良好")
        row.get_by_role("button", name="保存").click()
        page.wait_for_load_state()
    officer.go("/year-end/2025/?step=5")
    officer.press("开始公示", confirm=True)
    page.wait_for_selector("text=2026年1月15日，期满后登记党委会审定")


def publish_year(officer: Person, second: Person) -> None:
    """The committee's decision after the notice, proposal by one, publication by the other."""
    page = officer.page
    officer.go("/year-end/2025/?step=5")
    page.fill("[name=held_on]", "2026-01-16")
    page.fill("[name=document_no]", "交机党纪要〔2026〕1号")
    page.fill("[name=decision_text]", "党委会审定，同意发布。")
    officer.press("登记审定")
    officer.press("提请发布", confirm=True)
    page.wait_for_selector("text=不能自己复核")
    second.go("/year-end/2025/?step=6")
    second.press("复核并发布", confirm=True)
    second.page.wait_for_selector("text=第1版已发布")


def read_result(secretary: Person) -> str:
    secretary.go("/results/")
    assert "2025年度" in secretary.text and BRANCH in secretary.text
    return secretary.page.locator(".result-total").first.inner_text().strip()


def download_sheets(officer: Person, score: str, total: str) -> None:
    """The five sheets open in Excel's format, and say what the pages said."""
    branch = Organisation.objects.get(short_name=BRANCH)
    addresses = {
        "汇总表": "/year-end/2025/export/",
        "评分表": f"/statements/{branch.pk}/2025-12/export/",
        "台账": f"/ledger/export/?branch={branch.pk}&year=2025",
        "统计": "/ledger/statistics/2025/export/",
        "名册": f"/members/export/?branch={branch.pk}",
    }
    sheets = {name: cells_of(officer, address) for name, address in addresses.items()}
    assert total in sheets["汇总表"]
    assert score in sheets["评分表"]
    assert any("主题党日" in cell for cell in sheets["台账"])
    assert BRANCH in sheets["统计"]
    assert {"试新甲", "试新乙"} <= set(sheets["名册"])
    assert not any(cell.startswith("370099") for cell in sheets["名册"])  # ID numbers are masked


def cells_of(officer: Person, address: str) -> list[str]:
    answer = officer.context.request.get(officer.base + address)
    assert answer.status == 200, address
    book = openpyxl.load_workbook(BytesIO(answer.body()))
    cells = (cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None)
    return [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
