"""An official form in a real browser: uploaded, bound by clicking, exported; only the bound cells have changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assessment import rollup
from core.periods import Month
from officeforms.offline import check_form
from tests.factories import activities as records
from tests.factories.branches import PASSWORD, build_cast
from tests.factories.workbooks import parts_of, summary_form

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FRAME = {"[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml"}
SHEET, OTHER = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
CELL = re.compile(r"<c r=\"([A-Z]+\d+)\"(?:[^>\"]|\"[^\"]*\")*?(?:/>|>.*?</c>)", re.S)


@pytest.fixture
def cast(transactional_db: Any) -> Any:
    built = build_cast()
    records.load_scheme(built.root)
    records.approved(built, held_on=date(2026, 10, 14))
    rollup.run(root_id=built.root.pk, month=Month(2026, 10), now=records.NOW)
    return built


@pytest.fixture
def page(cast: Any, live_server: Any, chromium: Any) -> Iterator[Any]:
    """The officer's browser."""
    context = chromium.new_context(locale="zh-CN", base_url=live_server.url, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto("/login/")
    page.fill("main input[autocomplete=username]", "officer")
    page.fill("main input[type=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/")
    yield page
    context.close()


def test_form_is_bound_by_clicking_and_comes_back_with_only_the_bound_cells_changed(page, cast, tmp_path):
    empty, filled = tmp_path / "空表.xlsx", tmp_path / "填好.xlsx"
    empty.write_bytes(summary_form())
    upload(page, empty)
    page.get_by_role("button", name="按表头自动绑定").click()
    page.get_by_text("按表头绑定了8处").wait_for()
    page.locator('.sheet-grid a[data-at="H9"]').click()
    page.get_by_role("heading", name="单元格 H9").wait_for()
    page.fill("[name=q]", "党员总数")
    page.get_by_role("button", name="查", exact=True).click()
    page.locator('input[value="copy.members"]').check()
    page.get_by_role("button", name="绑定", exact=True).click()
    page.get_by_text("H9 已绑定").wait_for()
    page.locator(".page-actions").get_by_role("link", name="预览").click()
    page.fill("[name=month]", "2026-10")
    page.get_by_role("button", name="换一份看").click()
    page.get_by_text(cast.branch.short_name).first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出2026年10月的一份").click()
    download.value.save_as(filled)
    assert check_form.check(str(filled)) == []
    compare(empty, filled)


def upload(page: Any, file: Path) -> None:
    page.goto("/forms/new/")
    page.fill("[name=name]", "党支部考核得分汇总表")
    page.set_input_files("[name=file]", str(file))
    page.get_by_role("button", name="上传", exact=True).click()
    page.wait_for_url("**/forms/versions/*/**")


def compare(empty: Path, filled: Path) -> None:
    """Of the old parts only the frame and the sheets with bound cells and their formulas differ, and those only there."""
    before, after = parts_of(empty.read_bytes()), parts_of(filled.read_bytes())
    assert {name for name in before if before[name] != after[name]} == FRAME | {SHEET, OTHER}
    bound = {f"{column}{row}" for column in "ABCDEG" for row in range(5, 9)} | {"A2", "G2", "H9"}
    assert rest(after[SHEET], bound) == rest(before[SHEET], bound)
    assert rest(after[OTHER], set()) == rest(before[OTHER], set())


def rest(xml: bytes, bound: set[str]) -> str:
    """A sheet without its bound cells and without the remembered results of its formulas."""
    text = CELL.sub(lambda cell: "" if cell[1] in bound else cell[0], xml.decode())
    return re.sub(r"(</f>)<v>[^<]*</v>", r"\1", text)
