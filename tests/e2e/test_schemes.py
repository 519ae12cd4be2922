"""The scheme editor in a real browser: copied, broken, told so while typing, mended, and published by a second officer."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from assessment.models import Rule, Scheme
from core.periods import SHANGHAI
from tests.e2e.conftest import NARROW, Person, clock_at
from tests.factories.activities import load_scheme
from tests.factories.branches import PASSWORD, build_cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def cast(transactional_db):
    built = build_cast()
    load_scheme(built.root)
    with clock_at(datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)):
        yield built


def open_rule(person: Person, code: str) -> Rule:
    rule = Rule.objects.get(scheme=Scheme.objects.get(status="draft"), code=code)
    person.go(f"/schemes/{rule.scheme_id}/rule/{rule.pk}/")
    return rule


def test_scheme_is_copied_broken_mended_and_published_by_two_officers(cast, at_browser):
    first = at_browser().sign_in("officer", PASSWORD)
    first.go("/schemes/")
    first.press("复制")
    rule = open_rule(first, "D1.2")
    first.page.fill("[name=tiers-0-score]", "1.8")
    first.page.keyboard.press("Tab")
    expect(first.page.locator("#notes")).to_contain_text("最高档只写1.8分")
    assert rule.tiers.filter(score=1_800_000).count() == 0
    first.press("保存")
    expect(first.page.locator("main")).to_contain_text("已保存")

    first.go(f"/schemes/{rule.scheme_id}/check/")
    assert "最高档只写1.8分，拿不满" in first.text
    expect(first.page.get_by_role("button", name="提请发布")).to_be_disabled()
    first.page.get_by_role("link", name="D1.2值2分，最高档只写1.8分，拿不满").click()
    first.page.fill("[name=tiers-0-score]", "2")
    first.press("保存")
    expect(first.page.locator("main")).to_contain_text("已保存")

    first.go(f"/schemes/{rule.scheme_id}/check/")
    first.page.fill("[name=decision_no]", "交机党〔2026〕18号")
    first.page.fill("[name=decision_on]", "2026-11-18")
    first.press("提请发布")
    expect(first.page.locator("main")).to_contain_text("提请的人不能自己发布")

    second = at_browser(NARROW).sign_in("second_officer", PASSWORD)
    second.go(f"/schemes/{rule.scheme_id}/check/")
    second.press("核对无误，发布", confirm=True)
    second.page.wait_for_url(f"{second.base}/schemes/{rule.scheme_id}/")
    assert "交机党〔2026〕18号" in second.text
    assert Scheme.objects.get(pk=rule.scheme_id).status == "published"
    assert (first.complaints, second.complaints) == ([], [])


def test_row_is_added_and_kind_changed_without_losing_what_was_typed(cast, at_browser):
    officer = at_browser(NARROW).sign_in("officer", PASSWORD)
    officer.go("/schemes/")
    officer.press("复制")
    open_rule(officer, "D1.2")
    officer.page.wait_for_load_state("networkidle")
    officer.page.fill("[name=points]", "3")
    officer.press("加一行")
    expect(officer.page.locator("[name=tiers-5-score]")).to_be_visible()
    officer.page.select_option("[name=kind]", "yes_no")
    expect(officer.page.locator("[name=deadline_day]")).to_be_visible()
    assert officer.page.input_value("[name=points]") == "3"
    assert officer.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert officer.complaints == []
