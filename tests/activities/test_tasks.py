"""The doors of the timetable: they run twice without effect and leave their figures."""

from datetime import date

import time_machine

from activities.tasks import daily_collect, daily_reminders
from assessment.models import Fact
from core.models import JobRun
from notices.models import Notice
from tests.factories.activities import approved, at


def test_daily_collect_twice_writes_nothing_the_second_time(cast):
    approved(cast, held_on=date(2026, 10, 12), now=at(date(2026, 10, 13)))
    with time_machine.travel(at(date(2026, 11, 20)), tick=True):
        daily_collect()
        facts = Fact.objects.count()
        daily_collect()
    assert Fact.objects.filter(metric__code="record.on_time").count() == 1
    assert Fact.objects.count() == facts
    run = JobRun.objects.get(job="daily_collect", period_key=f"{cast.root.pk}:2026-11-20")
    assert (run.state, run.counts) == ("DONE", {"recorded": 0, "confirmed": 0, "reversed": 0})


def test_daily_reminders_twice_tells_nobody_again(cast):
    with time_machine.travel(at(date(2026, 11, 25)), tick=True):
        daily_reminders()
        first = Notice.objects.count()
        daily_reminders()
    assert (first > 0, Notice.objects.count()) == (True, first)
