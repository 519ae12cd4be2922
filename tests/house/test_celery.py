"""The timetable names tasks that exist, and a task goes through a real Redis."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.celery import app
from portal.tasks import sweep


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    assert [entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"] not in app.tasks] == []


def test_schedule_keeps_office_time():
    assert app.conf.timezone == "Asia/Shanghai"
    monthly = app.conf.beat_schedule["monthly-rollup"]["schedule"]
    assert (monthly.day_of_month, monthly.hour, monthly.minute) == ({6}, {1}, {30})


def test_only_json_is_accepted_and_work_is_acknowledged_late():
    conf = app.conf
    assert (conf.accept_content, conf.task_serializer) == (["json"], "json")
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier) == (True, 1)
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit


def expired_session() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))


@pytest.mark.django_db
def test_sweep_without_a_broker_runs_inline():
    expired_session()
    sweep.delay()
    assert not Session.objects.exists()


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_sweep_through_redis_is_done_by_a_worker(redis_url):
    queued = Celery("queued", broker=redis_url, set_as_current=False)
    queued.config_from_object("django.conf:settings", namespace="CELERY")
    queued.conf.update(broker_url=redis_url, task_always_eager=False, task_default_queue="portal-test")
    done = []

    @queued.task(name="swept")
    def swept() -> None:
        sweep.run()
        done.append(Session.objects.count())

    expired_session()
    try:
        with start_worker(queued, perform_ping_check=False, pool="solo"):
            swept.delay()
            wait_for(done)
    finally:  # the worker made its own app the current one; later tests want ours
        app.set_current()
        app.set_default()
    assert done == [0]


def wait_for(done: list[int]) -> None:
    from time import monotonic, sleep

    deadline = monotonic() + 10
    while not done and monotonic() < deadline:
        sleep(0.05)
