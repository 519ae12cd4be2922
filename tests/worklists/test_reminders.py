"""Who hears of which item on which day, once for each occasion, and no longer when it is done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from notices.models import Notice
from tests.factories.activities import at
from tests.factories.branches import TODAY
from tests.factories.worklists import DUE, done, on, opened
from worklists import services
from worklists.reminders import remind

pytestmark = pytest.mark.django_db


def told(cast, day: date) -> list[tuple[str, str]]:
    """What is newly told on that day."""
    before = set(Notice.objects.values_list("pk", flat=True))
    remind(root=cast.root, today=day, now=at(day))
    fresh = Notice.objects.exclude(pk__in=before).select_related("recipient").order_by("recipient__username")
    return [(row.recipient.username, row.title) for row in fresh]


def test_owner_hears_before_and_after_the_day(cast):
    opened(cast)
    days = [TODAY, DUE - timedelta(days=7), DUE - timedelta(days=5), DUE - timedelta(days=1), DUE]
    assert [told(cast, day) for day in days] == [
        [],
        [("secretary", "“补齐会议记录”还有7天")],
        [],
        [("secretary", "“补齐会议记录”还有1天")],
        [("secretary", "“补齐会议记录”今天到期")],
    ]


def test_a_second_run_tells_nobody(cast):
    opened(cast)
    told(cast, DUE)
    assert told(cast, DUE) == []


def test_named_owner_hears_instead_of_the_secretary(cast):
    opened(cast, owner=cast.member)
    assert [name for name, _ in told(cast, DUE)] == ["member"]


def test_done_is_reminded_of_no_more(cast):
    done(cast, opened(cast))
    assert told(cast, DUE + timedelta(days=1)) == [
        ("officer", "整改事项：1件待核验"),
        ("second_officer", "整改事项：1件待核验"),
    ]


def test_officers_hear_of_what_is_overdue_for_days_once_a_week(cast):
    opened(cast)
    assert [name for name, _ in told(cast, DUE + timedelta(days=2))] == ["secretary"]
    late = told(cast, DUE + timedelta(days=3))
    assert late == [("officer", "整改事项：1件逾期未办结"), ("second_officer", "整改事项：1件逾期未办结")]
    assert told(cast, DUE + timedelta(days=4)) == []


def test_sent_back_is_reminded_of_anew(cast):
    item = done(cast, opened(cast))
    told(cast, DUE)
    day = DUE
    services.send_back(actor=on(cast, "second_officer", day), item_id=item.pk, reason="缺签字", now=at(day))
    assert ("secretary", "“补齐会议记录”今天到期") in told(cast, DUE)


def test_extended_is_reminded_of_by_the_new_day(cast):
    item = opened(cast)
    day = DUE + timedelta(days=14)
    services.extend_due(actor=cast.viewer("officer"), item_id=item.pk, due_on=day, reason="等批复", now=at(TODAY))
    assert told(cast, DUE) == []
    assert told(cast, day) == [("secretary", "“补齐会议记录”今天到期")]


def test_another_committee_hears_nothing(cast):
    opened(cast)
    assert remind(root=cast.foreign_branch.root, today=DUE, now=at(DUE)) == 0
