"""The job queue and its timetable: one static table, read by `celery beat`; the tasks are sweeps that may run twice."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Office time (Asia/Shanghai). Records of a month are due at 24:00 on the 5th, so the month is rolled up on the 6th.
app.conf.beat_schedule = {
    # Before the rollups: whether a month was sent in time is known only when what was due has been collected.
    "daily-collect": {"task": "activities.tasks.daily_collect", "schedule": crontab("10", "1")},
    "monthly-rollup": {"task": "assessment.tasks.monthly_rollup", "schedule": crontab("30", "1", day_of_month="6")},
    "nightly-rollup": {"task": "assessment.tasks.nightly_rollup", "schedule": crontab("10", "2")},
    "daily-reminders": {"task": "activities.tasks.daily_reminders", "schedule": crontab("0", "8")},
    "worklist-reminders": {"task": "worklists.tasks.daily_reminders", "schedule": crontab("5", "8")},
    "daily-unsigned": {"task": "signing.tasks.daily_unsigned", "schedule": crontab("10", "8")},
    "nightly-orphans": {"task": "branches.tasks.nightly_orphans", "schedule": crontab("20", "3")},
    "appeal-reminders": {"task": "appraisal.tasks.daily_reminders", "schedule": crontab("10", "8")},
    "sweep": {"task": "portal.tasks.sweep", "schedule": crontab("40", "3")},
    "forget-imports": {"task": "branches.tasks.forget_expired_imports", "schedule": crontab("45", "3")},
    "tidy": {"task": "core.tasks.tidy", "schedule": crontab("50", "3")},
    # What the queue lost is found again within a minute.
    "sweep-long-jobs": {"task": "core.tasks.sweep_long_jobs", "schedule": crontab()},
}
