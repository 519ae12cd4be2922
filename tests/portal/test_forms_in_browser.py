"""What the form scripts promise, in a real browser: a draft, no network, an ended session, one record of two sendings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from activities.models import Activity
from tests.factories.activities import load_scheme
from tests.factories.branches import PASSWORD, build_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FORM = "/activities/new/?kind=theme_day"


@pytest.fixture
def cast(transactional_db: Any) -> Any:
    built = build_cast()
    load_scheme(built.root)
    return built


@pytest.fixture
def page(cast: Any, live_server: Any, chromium: Any) -> Iterator[Any]:
    """The secretary's browser with the form of a theme day open."""
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/login/")
    sign_in(page, "main")
    page.wait_for_url("**/")
    page.goto(FORM)
    yield page
    context.close()


def sign_in(page: Any, where: str) -> None:
    page.fill(f"{where} input[autocomplete=username]", "secretary")
    page.fill(f"{where} input[type=password]", PASSWORD)
    page.click(f"{where} button[type=submit]")


def state(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()


def fill_in(page: Any) -> None:
    values = {"title": "学习条例", "held_on": "2026-11-12", "starts_at": "14:30", "ends_at": "16:00"}
    values |= {"place": "会议室", "host": "王书记", "recorder": "赵委员"}
    for name, value in values.items():
        page.fill(f"[name={name}]", value)
    for box in page.query_selector_all("main textarea"):
        box.fill("大家学习了条例，交流了体会，也提出了不同看法。")


def forget_session(page: Any) -> None:
    page.context.clear_cookies(name="portal_session")


def test_draft_is_kept_and_offered_again(page):
    page.fill("[name=place]", "三楼会议室")
    state(page, "已保存")
    page.goto(FORM)
    page.get_by_role("button", name="恢复草稿").click()
    assert page.input_value("[name=place]") == "三楼会议室"
    state(page, "已恢复草稿")


def test_lost_network_keeps_the_text_and_saves_it_later(page):
    page.context.set_offline(True)
    page.fill("[name=place]", "工地板房")
    state(page, "网络不通，内容还在这个页面上")
    assert page.input_value("[name=place]") == "工地板房"
    page.context.set_offline(False)
    state(page, "已保存")


def test_ended_session_is_renewed_on_the_page_without_losing_text(page):
    forget_session(page)
    page.fill("[name=place]", "二楼会议室")
    page.get_by_text("登录已过期").first.wait_for()
    sign_in(page, "dialog")
    state(page, "已保存")
    assert page.input_value("[name=place]") == "二楼会议室"


def test_sending_over_a_lost_network_and_an_ended_session_makes_one_record(page):
    fill_in(page)
    state(page, "已保存")
    forget_session(page)
    page.context.set_offline(True)
    page.locator("main form[data-once] button.btn-primary").click()
    state(page, "不会重复登记")
    page.context.set_offline(False)
    page.locator("dialog[open]").wait_for()
    sign_in(page, "dialog")
    page.wait_for_url("**/activities/*/")
    assert [row.title for row in Activity.objects.all()] == ["学习条例"]


def test_faults_come_back_beside_the_fields_and_the_text_stays(page):
    page.fill("[name=place]", "五楼")
    page.fill("[name=title]", "")
    page.locator("main form[data-once] button.btn-primary").click()
    page.locator("[data-form-errors]").wait_for()
    assert page.input_value("[name=place]") == "五楼"
    assert not Activity.objects.exclude(state="draft").exists()


def test_roll_call_counts_as_one_clicks(page):
    due = page.locator("[data-count=due]").first.inner_text()
    assert page.locator("[data-count=present]").first.inner_text() == due
    page.locator(".attend-name").first.click()
    page.locator("main select[name^=att_]").first.select_option("leave_sick")
    assert page.locator("[data-count=present]").first.inner_text() == str(int(due) - 1)
