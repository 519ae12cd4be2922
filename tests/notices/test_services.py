"""Each person is told once per occasion; reading is one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notices import services
from notices.models import Notice
from notices.selectors import unread
from tests.factories.branches import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def tell(*people, **options) -> int:
    values = {"kind": "returned", "title": "退回", "dedupe_key": "a", "root_id": 1, "now": NOW}
    return services.notify(recipients=[person.pk for person in people], **{**values, **options})


def test_each_recipient_is_told_once_per_key() -> None:
    one, two = UserFactory(), UserFactory()

    assert tell(one, one) == 1
    assert tell(one, two) == 1
    assert tell(one, two) == 0
    assert tell(one, dedupe_key="b") == 1
    assert (unread(one.pk).count(), unread(two.pk).count()) == (2, 1)


def test_number_of_queries_does_not_grow_with_recipients(django_assert_num_queries) -> None:
    people = [UserFactory() for _ in range(3)]
    with django_assert_num_queries(2):
        tell(people[0], dedupe_key="a")
    with django_assert_num_queries(2):
        tell(*people, dedupe_key="b")


def test_nobody_to_tell_is_no_fault() -> None:
    assert tell() == 0


def test_notice_says_why_it_came() -> None:
    user = UserFactory()
    tell(user)
    tell(user, dedupe_key="b", reason="您是包片领导。")
    tell(user, dedupe_key="c", kind="unheard-of")

    reasons = list(Notice.objects.order_by("id").values_list("reason", flat=True))
    assert reasons == ["您报送的内容被退回，需要修改后再报。", "您是包片领导。", "此通知发给您的账号。"]


def test_long_words_are_cut_not_refused() -> None:
    tell(UserFactory(), title="长" * 300, text="长" * 2000, dedupe_key="k" * 300)

    assert len(Notice.objects.get().title) == 200


def test_reading_marks_own_notices_only() -> None:
    one, two = UserFactory(), UserFactory()
    tell(one, two)
    foreign = Notice.objects.get(recipient=two)

    assert services.mark_read(actor=one, notice_id=foreign.pk, now=NOW) is None
    assert services.mark_all_read(actor=one, now=NOW) == 1
    assert services.mark_all_read(actor=one, now=NOW) == 0
    assert unread(two.pk).count() == 1


def test_notice_that_arrives_meanwhile_stays_unread() -> None:
    user = UserFactory()
    tell(user, now=NOW + timedelta(seconds=1))

    assert services.mark_all_read(actor=user, now=NOW) == 0


def test_first_reading_time_stays() -> None:
    user = UserFactory()
    tell(user)
    notice = Notice.objects.get()
    services.mark_read(actor=user, notice_id=notice.pk, now=NOW)
    services.mark_read(actor=user, notice_id=notice.pk, now=NOW + timedelta(days=1))

    notice.refresh_from_db()
    assert notice.read_at == NOW
