"""The page of messages: own ones only, in pages, opened, marked as read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notices.models import Notice
from notices.services import notify

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def tell(user, n: int = 1, **options) -> list[Notice]:
    for _ in range(n):
        values = {"kind": "returned", "title": f"消息{Notice.objects.count()}", "root_id": 1, "now": NOW}
        notify(recipients=[user.pk], dedupe_key=str(Notice.objects.count()), **{**values, **options})
    return list(Notice.objects.filter(recipient=user))


def shown(client, query: str = "") -> str:
    answer = client.get(f"/notices/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_empty_page_says_what_would_be_here(client_as) -> None:
    assert "还没有消息" in shown(client_as("secretary"))
    assert "没有符合条件的消息" in shown(client_as("secretary"), "?unread=1")


def test_page_shows_own_messages_and_why_they_came(cast, client_as) -> None:
    tell(cast.secretary, title="主题党日被退回", url="/activities/7/")
    tell(cast.other_secretary, title="别人的消息")
    page = shown(client_as("secretary"))

    assert "主题党日被退回" in page
    assert "为什么收到：您报送的内容被退回" in page
    assert "别人的消息" not in page


def test_queries_are_the_same_for_one_and_three(cast, client_as) -> None:
    client = client_as("secretary")
    tell(cast.secretary)
    shown(client)
    counts = []
    for more in (0, 2):
        tell(cast.secretary, more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown(client)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_pages_go_on_and_filters_narrow(cast, client_as) -> None:
    client = client_as("secretary")
    tell(cast.secretary, 31)
    tell(cast.secretary, kind="job", title="导入完成")
    first = client.get("/notices/")

    assert len(first.context["page"]) == 30
    second = client.get("/notices/", {"after": first.context["page"].next_cursor})
    assert len(second.context["page"]) == 2
    assert "导入完成" in shown(client, "?kind=job")
    assert len(client.get("/notices/?kind=job").context["page"]) == 1


def test_unknown_kind_narrows_nothing(cast, client_as) -> None:
    tell(cast.secretary, title="还在")

    assert "还在" in shown(client_as("secretary"), "?kind=unheard-of")


def test_opening_goes_to_the_matter_and_counts_as_read(cast, client_as) -> None:
    [notice] = tell(cast.secretary, url="/activities/7/")
    answer = client_as("secretary").get(f"/notices/{notice.pk}/")

    assert (answer.status_code, answer["Location"]) == (302, "/activities/7/")
    notice.refresh_from_db()
    assert notice.is_read


@pytest.mark.parametrize("url", ["https://x.invalid/", "//x.invalid/", "javascript:alert(1)", ""])
def test_opening_never_leaves_the_portal(cast, client_as, url: str) -> None:
    [notice] = tell(cast.secretary, url=url)

    assert client_as("secretary").get(f"/notices/{notice.pk}/")["Location"] == "/notices/"


def test_foreign_message_does_not_exist(cast, client_as) -> None:
    [notice] = tell(cast.secretary)
    other = client_as("other_secretary")

    assert other.get(f"/notices/{notice.pk}/").status_code == 404
    assert other.post(f"/notices/{notice.pk}/read/").status_code == 404
    notice.refresh_from_db()
    assert not notice.is_read


def test_one_is_marked_read_with_and_without_script(cast, client_as) -> None:
    first, second = tell(cast.secretary, 2)
    client = client_as("secretary")
    part = client.post(f"/notices/{first.pk}/read/", headers={"HX-Request": "true"})
    whole = client.post(f"/notices/{second.pk}/read/")

    assert part.content.decode().lstrip().startswith("<tr")
    assert "已读" in part.content.decode()
    assert whole.status_code == 302
    assert Notice.objects.filter(read_at=None).count() == 0


def test_all_are_marked_read_by_post_only(cast, client_as) -> None:
    tell(cast.secretary, 3)
    client = client_as("secretary")

    assert client.get("/notices/read/").status_code == 405
    assert "已将 3 条消息标为已读。" in client.post("/notices/read/", follow=True).content.decode()


def test_signed_out_person_is_sent_to_the_login(client_as) -> None:
    assert client_as("anonymous").get("/notices/").status_code in (302, 401)
