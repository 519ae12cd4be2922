"""The browser of the browser tests starts and shows the sign-in page without a breach of the content policy."""

from __future__ import annotations

import pytest


@pytest.mark.browser
@pytest.mark.django_db
def test_chromium_shows_the_login_page_with_styles_and_no_complaint(chromium, live_server):
    complaints: list[str] = []
    page = chromium.new_page(locale="zh-CN", viewport={"width": 1366, "height": 768})
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(f"{live_server.url}/login/")
    assert page.locator("input[name=username]").is_visible()
    page.close()
    assert complaints == []
