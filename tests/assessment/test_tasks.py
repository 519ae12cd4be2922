"""The scheduled doors: every missing month, twice without harm, and finished after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction

from assessment import closing, ledger, rollup, schemes, tasks
from assessment.models import BranchMonth, MonthClosing, RuleScore, Scheme
from branches.permissions import SYSTEM
from core.models import JobRun
from core.periods import SHANGHAI, Month
from tests.factories.assessment import after, branch, committee, noon, tell

pytestmark = pytest.mark.django_db
APRIL_8 = datetime(2026, 4, 8, 12, tzinfo=SHANGHAI)


def months_computed(root) -> list[int]:
    return sorted(set(RuleScore.objects.filter(root_id=root.pk).values_list("month", flat=True)))


@pytest.fixture
def of():
    schemes.load_default(2026)
    made = branch(committee())
    tell(made, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2))
    return made


def test_every_month_since_the_first_fact_is_computed(of):
    tasks.compute(now=APRIL_8)

    assert months_computed(of.root) == [202601, 202602, 202603, 202604]
    assert set(JobRun.objects.values_list("state", flat=True)) == {"DONE"}


def test_second_night_writes_nothing(of):
    tasks.compute(now=APRIL_8)

    assert tasks.compute(now=APRIL_8) == {str(of.root_id): 0}


def test_committee_begins_with_the_month_it_went_live():
    schemes.load_default(2026)
    root = committee(go_live_month=202602)
    branch(root)

    tasks.compute(now=APRIL_8)

    assert months_computed(root) == [202602, 202603, 202604]


def test_monthly_rollup_computes_the_month_before(of):
    with time_machine.travel(datetime(2026, 4, 6, 1, 30, tzinfo=SHANGHAI), tick=False):
        tasks.monthly_rollup()

    assert JobRun.objects.filter(job=tasks.JOB, period_key=f"{of.root_id}:2026-03", state="DONE").exists()


def test_nightly_rollup_leaves_closed_months_alone(of):
    tasks.compute(now=APRIL_8)
    closing.close_month(actor=SYSTEM, root_id=of.root_id, month=Month(2026, 3), now=APRIL_8)
    tell(of, "theme_day.held", date(2026, 2, 9))

    with time_machine.travel(noon(date(2026, 4, 9)), tick=False):
        tasks.nightly_rollup()

    done = dict(RuleScore.objects.filter(branch=of, rule__code="D4.1").values_list("month", "done_confirmed"))
    assert done == {202601: 1000, 202602: 2000, 202603: 2000, 202604: 3000}
    assert MonthClosing.objects.count() == 1


def test_closed_month_asked_for_is_verified_and_a_difference_logged(of, caplog):
    closing.close_month(actor=SYSTEM, root_id=of.root_id, month=Month(2026, 3), now=APRIL_8)
    tasks.compute_root(of.root_id, now=APRIL_8, months=[Month(2026, 3)])
    run = JobRun.objects.get(period_key=f"{of.root_id}:2026-03")
    assert run.counts == {"is_valid": True, "difference": ""}

    RuleScore.objects.filter(branch=of, month=202603, rule__code="D4.1").update(earned_confirmed=0)
    tasks.compute_root(of.root_id, now=APRIL_8, months=[Month(2026, 3)])

    run.refresh_from_db()
    assert (run.counts["is_valid"], "D4.1" in run.counts["difference"]) == (False, True)
    assert "does not verify" in caplog.text


def test_new_year_begins_with_the_default_scheme(of):
    with time_machine.travel(noon(date(2027, 1, 2)), tick=False):
        tasks.nightly_rollup()

    assert Scheme.objects.get(subject="branch", year=2027).version == Scheme.objects.get(year=2026).version
    assert RuleScore.objects.filter(branch=of, month=202701).count() == 40


def test_month_on_demand(of):
    with time_machine.travel(APRIL_8, tick=False):
        assert tasks.rollup_month(of.root_id, "2026-02")[str(of.root_id)] > 0


def test_commands_compute_and_verify(of, capsys):
    with time_machine.travel(APRIL_8, tick=False):
        call_command("rollup", root=of.root_id)
    closing.close_month(actor=SYSTEM, root_id=of.root_id, month=Month(2026, 3), now=APRIL_8)

    call_command("verify_months")

    assert "2026年3月：一致" in capsys.readouterr().out


CHILD = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from assessment import tasks
from assessment.models import *
from datetime import datetime
tasks.compute_root(int(sys.argv[2]), now=datetime.fromisoformat(sys.argv[3]))
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a killed process is a matter of the server")
def test_run_that_was_killed_in_the_middle_is_finished_by_the_next():
    schemes.load_default(2026)
    of = branch(committee())
    tell(of, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2))
    rollup.run(root_id=of.root_id, month=Month(2026, 1), now=after(Month(2026, 1)))
    BranchMonth.objects.filter(month=202601).delete()  # January is missing again, its scores half done
    RuleScore.objects.filter(rule__code__startswith="D").delete()

    with transaction.atomic():
        ledger.lock_root(of.root_id, ledger.ROLLUP)  # the child stops where it would write
        child = _start(of.root_id)
        _wait_for(lambda: JobRun.objects.filter(state="STARTED").exists(), child)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(timeout=20)
    assert JobRun.objects.get().state == "STARTED"

    tasks.compute_root(of.root_id, now=APRIL_8)

    assert set(JobRun.objects.values_list("state", flat=True)) == {"DONE"}
    assert RuleScore.objects.filter(branch=of).count() == 4 * 40
    assert tasks.compute_root(of.root_id, now=APRIL_8) == 0


def _start(root_id: int) -> subprocess.Popen:
    name = connection.settings_dict["NAME"]
    return subprocess.Popen([sys.executable, "-c", CHILD, name, str(root_id), APRIL_8.isoformat()])


def _wait_for(condition, child: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert child.poll() is None, "the child ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.05)
