"""Publishing a scheme: without errors, from an open month on, by a decision, asked for by one officer and done by another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.http import Http404

from assessment import rollup, schemes
from assessment.drafts.copying import copy_scheme
from assessment.drafts.editing import save_part
from assessment.drafts.publishing import Decision, publish_draft, submit_draft, withdraw_submission
from assessment.models import DirtyMark, Metric, MonthClosing, Scheme, SchemeStatus
from assessment.rules.document import part_digest
from assessment.selectors.documents import document_of
from assessment.selectors.schemes import waiting_to_publish
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.models import AuditEntry
from core.periods import Month
from tests.factories.assessment import noon

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = noon(TODAY)
DECISION = Decision(10, "交机党〔2026〕12号", date(2026, 11, 20), "调整主题党日分值")


def viewer(cast, name="officer"):
    return Viewer.of(getattr(cast, name), TODAY)


@pytest.fixture
def draft(cast) -> Scheme:
    """This year's scheme copied; its passed deadlines make warnings."""
    source = schemes.load_default(2026)
    return copy_scheme(actor=viewer(cast), source_id=source.pk, root=cast.root, year=2026, now=NOW)


def change(cast, draft, code, name="officer", **changes):
    rule = next(one for one in document_of(draft).rules if one.code == code)
    save_part(
        actor=viewer(cast, name),
        scheme_id=draft.pk,
        kind="rule",
        pk=rule.pk,
        part=replace(rule, **changes),
        digest=part_digest(rule),
        now=NOW,
    )


def reasons(cast, draft, month=10):
    """A reason for every warning that this month brings."""
    with pytest.raises(InvalidInput) as refused:
        submit(cast, draft, replace(DECISION, valid_month=month))
    return dict.fromkeys(refused.value.fields, "年初已有同样要求")


def submit(cast, draft, decision=DECISION, name="officer"):
    return submit_draft(actor=viewer(cast, name), scheme_id=draft.pk, decision=decision, now=NOW)


def publish(cast, draft, name="second_officer"):
    return publish_draft(actor=viewer(cast, name), scheme_id=draft.pk, now=NOW)


@pytest.fixture
def ready(cast, draft) -> Scheme:
    """Submitted by the first officer, from January on: no warnings."""
    return submit(cast, draft, replace(DECISION, valid_month=1))


def freeze(cast, month):
    MonthClosing.objects.create(
        root=cast.root,
        month=month.key,
        scheme=Scheme.objects.filter(root__isnull=True).get(),
        closed_at=NOW,
        fact_count=0,
        digest="0" * 64,
    )


def test_second_officer_publishes_what_the_first_asked_for(cast, ready):
    made = publish(cast, ready)

    assert (made.status, made.submitted_by, made.published_by) == (
        SchemeStatus.PUBLISHED,
        cast.officer,
        cast.second_officer,
    )
    assert (made.valid_from, made.decision_no, made.published_at) == (202601, "交机党〔2026〕12号", NOW)
    assert schemes.scheme_for(cast.root.pk, Month(2026, 10)) == made
    assert AuditEntry.objects.filter(action="scheme.publish", target_id=str(made.pk)).count() == 1


def test_published_version_has_every_branch_computed_again_from_its_month_on(cast, draft):
    rollup.run(root_id=cast.root.pk, month=Month(2026, 10), now=NOW)
    DirtyMark.objects.all().delete()
    given = reasons(cast, draft)
    submit(cast, draft, replace(DECISION, reasons=given))
    made = publish(cast, draft)

    assert set(DirtyMark.objects.values_list("branch_id", "month")) == {
        (branch.pk, 202610) for branch in (cast.branch, cast.other_branch, cast.far_branch)
    }
    rollup.catch_up_root(cast.root.pk, now=NOW)
    assert schemes.scheme_for(cast.root.pk, Month(2026, 9)) != made
    assert DirtyMark.objects.count() == 0


def test_draft_waits_for_the_other_officers_only(cast, ready):
    names = ("officer", "second_officer", "secretary", "stranger")
    waiting = {name: list(waiting_to_publish(viewer(cast, name))) for name in names}

    assert waiting == {"officer": [], "second_officer": [ready], "secretary": [], "stranger": []}
    publish(cast, ready)
    assert list(waiting_to_publish(viewer(cast, "second_officer"))) == []


def test_nobody_publishes_what_he_asked_for_himself(cast, ready):
    with pytest.raises(Refused):
        publish(cast, ready, "officer")
    assert Scheme.objects.get(pk=ready.pk).status == SchemeStatus.DRAFT


def test_draft_is_not_published_before_it_was_submitted(cast, draft):
    with pytest.raises(Conflict):
        publish(cast, draft)


@pytest.mark.parametrize("name", ["secretary", "leader", "member", "stranger"])
def test_only_officers_submit_and_publish(cast, ready, name):
    for attempt in (submit, publish):
        with pytest.raises((Http404, Refused)):
            attempt(cast, ready, name=name)
    assert Scheme.objects.get(pk=ready.pk).status == SchemeStatus.DRAFT


def test_scheme_with_errors_is_refused_with_each_named(cast, draft):
    change(cast, draft, "D4.1", points=7_000_000)

    with pytest.raises(InvalidInput, match=r"1处错误.*小项“主题党日”8分，各规则合计9分"):
        submit(cast, draft)


def test_warning_needs_a_reason_that_stays_with_the_version(cast, draft):
    given = reasons(cast, draft)
    assert {key.split("#")[0] for key in given} == {"window.past@B1.1", "window.past@B1.2", "window.past@E1.1"}
    with pytest.raises(InvalidInput, match="1条提醒"):
        submit(cast, draft, replace(DECISION, reasons=dict(list(given.items())[1:])))

    done = submit(cast, draft, replace(DECISION, reasons=given))
    assert [one["reason"] for one in done.accepted] == ["年初已有同样要求"] * 3


@pytest.mark.parametrize(
    "wrong",
    [{"decision_no": " "}, {"decision_on": None}, {"decision_on": date(2026, 11, 22)}, {"valid_month": 13}],
)
def test_decision_must_be_whole(cast, draft, wrong):
    with pytest.raises(InvalidInput):
        submit(cast, draft, replace(DECISION, **wrong))


def test_version_is_not_valid_from_a_closed_month(cast, draft):
    freeze(cast, Month(2026, 10))

    for month in (1, 10):
        with pytest.raises(InvalidInput, match="2026年10月已经封存"):
            submit(cast, draft, replace(DECISION, valid_month=month))
    assert submit(cast, draft, replace(DECISION, valid_month=11, reasons=reasons(cast, draft, 11))).valid_from == 202611


def test_month_closed_after_submitting_stops_the_publishing(cast, ready):
    freeze(cast, Month(2026, 1))

    with pytest.raises(InvalidInput, match="已经封存"):
        publish(cast, ready)


def test_change_after_submitting_takes_the_request_back(cast, ready):
    change(cast, ready, "D4.1", target=1500, name="second_officer")

    with pytest.raises(Conflict, match="还没有提请"):
        publish(cast, ready)
    assert "收回" in ready.edits.first().words


def test_rows_altered_behind_the_editor_are_noticed(cast, ready):
    ready.rules.filter(code="D4.1").update(points=5_000_000)
    ready.rules.filter(code="D4.2").update(points=3_000_000)

    with pytest.raises(Conflict, match="又改过"):
        publish(cast, ready)


def test_metric_that_lost_its_reporter_meanwhile_stops_the_publishing(cast, ready):
    Metric.objects.filter(code="dues.due").update(reported_by="sensors")

    with pytest.raises(InvalidInput, match="没有人报送"):
        publish(cast, ready)


def test_request_can_be_withdrawn_once(cast, ready):
    withdraw_submission(actor=viewer(cast), scheme_id=ready.pk, now=NOW)

    with pytest.raises(Conflict):
        withdraw_submission(actor=viewer(cast), scheme_id=ready.pk, now=NOW)
    with pytest.raises(Conflict):
        publish(cast, ready)


def test_published_version_is_published_once(cast, ready):
    publish(cast, ready)

    with pytest.raises(Locked):
        publish(cast, ready)
