"""Long jobs show how far they are, end in a sentence and a notice, and are found again when the queue loses them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core import progress, uploads
from core.errors import InvalidInput
from core.models import LongJob
from core.tasks import sweep_long_jobs
from notices.models import Notice
from portal.celery import app
from tests.factories.branches import UserFactory

pytestmark = pytest.mark.django_db


@progress.handles("test.good")
def do_well(work: progress.Progress) -> str:
    work.report(1, 2, "一半")
    work.report(2, 2, f"共 {work.job.arguments.get('rows', 0)} 行。")
    return "/done/"


@progress.handles("test.refused")
def refuse(work: progress.Progress) -> str:
    raise InvalidInput("第 7 行有误。", remedy="请改正。")


@progress.handles("test.broken")
def break_down(work: progress.Progress) -> str:
    raise ZeroDivisionError("secret detail")


def started(kind: str, **options) -> LongJob:
    """A job whose ring is lost, unless the test lets the transaction commit."""
    return progress.start(actor=options.pop("actor", None) or UserFactory(), kind=kind, title="导入名册", **options)


def test_job_runs_after_commit_and_tells_its_owner(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = started("test.good", arguments={"rows": 413})
        assert job.state == LongJob.State.WAITING

    job.refresh_from_db()
    assert (job.state, job.percent, job.message, job.result_url) == ("done", 100, "共 413 行。", "/done/")
    notice = Notice.objects.get()
    assert (notice.recipient_id, notice.title, notice.url) == (job.owner_id, "导入名册：已完成", "/done/")


@pytest.mark.parametrize(
    ("kind", "message"), [("test.refused", "第 7 行有误。请改正。"), ("test.broken", progress.SORRY)]
)
def test_failed_job_says_so_in_words(kind: str, message: str) -> None:
    job = progress.run(started(kind).pk, now=timezone.now())

    assert job is not None
    assert (job.state, job.message) == ("failed", message)
    assert Notice.objects.get().text == message


def test_job_is_done_by_one_worker_only() -> None:
    job = started("test.good")

    assert progress.run(job.pk, now=timezone.now()) is not None
    assert progress.run(job.pk, now=timezone.now()) is None
    assert Notice.objects.count() == 1


def test_lost_and_dead_jobs_are_swept() -> None:
    lost, dead, fresh = (started("test.good") for _ in range(3))
    long_ago = timezone.now() - timedelta(minutes=6)
    LongJob.objects.filter(pk=lost.pk).update(created_at=long_ago)
    LongJob.objects.filter(pk=dead.pk).update(state="running", heartbeat_at=long_ago)

    assert sweep_long_jobs() == 2
    assert set(LongJob.objects.filter(state="done")) == {lost, dead}
    assert fresh.pk not in progress.overdue(now=timezone.now())


def test_unknown_kind_is_a_fault_of_the_programmer() -> None:
    with pytest.raises(LookupError):
        started("test.nobody")


def test_page_shows_progress_and_its_part_alone(cast, client_as) -> None:
    job = started("test.good", actor=cast.secretary)
    LongJob.objects.filter(pk=job.pk).update(state="running", heartbeat_at=timezone.now(), done=100, total=413)
    client = client_as("secretary")
    page, part = client.get(f"/jobs/{job.pk}/"), client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})

    assert "已处理 100 / 413（24%）" in page.content.decode()
    assert 'hx-trigger="every 1s"' in part.content.decode()
    assert "<html" not in part.content.decode()
    progress.run(job.pk, now=timezone.now() + timedelta(hours=1))
    done = client.get(f"/jobs/{job.pk}/").content.decode()
    assert 'href="/done/"' in done
    assert "hx-trigger" not in done


def test_another_persons_job_and_file_do_not_exist(cast, client_as) -> None:
    job = started("test.good", actor=cast.secretary)
    attachment = uploads.accept(SimpleUploadedFile("a.pdf", b"%PDF-1"), actor=cast.secretary, root_id=1)
    assert client_as("secretary").get(f"/jobs/{job.pk}/file/").status_code == 404
    LongJob.objects.filter(pk=job.pk).update(attachment=attachment)

    assert client_as("other_secretary").get(f"/jobs/{job.pk}/").status_code == 404
    assert client_as("other_secretary").get(f"/jobs/{job.pk}/file/").status_code == 404
    response = client_as("secretary").get(f"/jobs/{job.pk}/file/")
    assert b"".join(response.streaming_content) == b"%PDF-1"
    response.close()


@contextmanager
def broker_down() -> Iterator[None]:
    """The queue as it is when nobody answers at the broker's address."""
    kept = app.conf.task_always_eager, app.conf.broker_url
    app.conf.task_always_eager, app.conf.broker_url = False, "redis://127.0.0.1:1/0"
    try:
        yield
    finally:
        app.conf.task_always_eager, app.conf.broker_url = kept


def test_broker_that_is_down_loses_no_job(django_capture_on_commit_callbacks) -> None:
    with broker_down(), django_capture_on_commit_callbacks(execute=True):
        job = started("test.good")

    job.refresh_from_db()
    assert job.state == LongJob.State.WAITING
    LongJob.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert sweep_long_jobs() == 1
