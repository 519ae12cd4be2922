"""The register of decisions: discussed first, then decided; the wrong order is refused, a mistake stays visible."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from appraisal.models import Decision
from appraisal.selectors.decisions import decisions
from appraisal.services.decisions import log_decision, withdraw_decision
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories.contracts import NOW

TODAY = date(2026, 11, 20)
DAY = date(2026, 3, 10)


def log(cast, who: str = "secretary", **changes) -> Decision:
    values = {
        "branch": cast.branch,
        "matter": "养护工程大额资金安排",
        "discussed_on": DAY,
        "decided_on": DAY + timedelta(days=2),
        "decided_by": "局长办公会",
        "opinion": "同意提交",
        "document_no": "纪要〔2026〕3号",
    }
    return log_decision(actor=cast.viewer(who, TODAY), now=NOW, **(values | changes))


def test_a_matter_discussed_first_is_entered_and_audited(cast):
    row = log(cast)
    assert (row.discussed_on, row.decided_on, row.entered_by) == (DAY, date(2026, 3, 12), cast.secretary)
    assert AuditEntry.objects.get(action="decision.log").target_id == str(row.pk)


def test_the_same_day_is_in_order(cast):
    assert log(cast, decided_on=DAY).pk


def test_decided_before_it_was_discussed_is_refused(cast):
    with pytest.raises(InvalidInput, match="应在决策之前") as caught:
        log(cast, decided_on=DAY - timedelta(days=1))
    assert list(caught.value.fields) == ["decided_on"]
    assert Decision.objects.count() == 0


def test_the_database_refuses_the_wrong_order_too(cast):
    row = log(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=row.pk).update(decided_on=DAY - timedelta(days=1))


@pytest.mark.parametrize(
    "changes", [{"matter": " "}, {"decided_by": ""}, {"decided_on": TODAY + timedelta(days=1)}, {"matter": "长" * 201}]
)
def test_what_is_lacking_is_refused(cast, changes):
    with pytest.raises(InvalidInput):
        log(cast, **changes)


def test_the_same_matter_of_one_day_is_entered_once(cast):
    row = log(cast)
    with pytest.raises(Conflict, match="已经登记"):
        log(cast, who="officer")
    withdraw_decision(actor=cast.viewer("secretary", TODAY), decision_id=row.pk, reason="写错", now=NOW)
    assert log(cast).pk != row.pk


def test_a_mistake_is_withdrawn_once_and_stays(cast):
    row, secretary = log(cast), cast.viewer("secretary", TODAY)
    with pytest.raises(InvalidInput):
        withdraw_decision(actor=secretary, decision_id=row.pk, reason="", now=NOW)
    withdraw_decision(actor=secretary, decision_id=row.pk, reason="重复登记", now=NOW)
    with pytest.raises(Conflict):
        withdraw_decision(actor=secretary, decision_id=row.pk, reason="重复登记", now=NOW)
    row.refresh_from_db()
    assert (row.withdrawal_reason, row.withdrawn_by) == ("重复登记", cast.secretary)
    assert list(decisions(secretary)) == [row]


@pytest.mark.parametrize(("who", "error"), [("leader", Refused), ("other_secretary", Http404), ("outsider", Http404)])
def test_who_may_not_enter(cast, who, error):
    with pytest.raises(error):
        log(cast, who=who)


def test_the_committee_enters_its_own(cast):
    row = log(cast, who="officer", branch=cast.root)
    assert list(decisions(cast.viewer("officer", TODAY))) == [row]
    assert list(decisions(cast.viewer("secretary", TODAY))) == []


def test_the_register_is_found_by_year_and_words(cast):
    officer = cast.viewer("officer", TODAY)
    rows = [log(cast), log(cast, matter="干部调整方案", branch=cast.other_branch, who="officer")]
    assert set(decisions(officer)) == set(rows)
    assert list(decisions(officer, text="干部")) == [rows[1]]
    assert list(decisions(officer, year=2025)) == []
    assert list(decisions(officer, branch_id=cast.branch.pk)) == [rows[0]]


def test_the_page_refuses_the_wrong_order_in_words_and_keeps_what_was_typed(cast, client_as):
    data = {
        "branch": cast.branch.pk,
        "matter": "车辆购置",
        "discussed_on": "2026-03-10",
        "decided_on": "2026-03-09",
        "decided_by": "局长办公会",
    }
    client = client_as("secretary")
    answer = client.post(reverse("appraisal:decision_new"), data)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "党组织研究讨论应在决策之前" in html
    assert "车辆购置" in html
    assert client.post(reverse("appraisal:decision_new"), data | {"decided_on": "2026-03-10"}).status_code == 302
    assert "车辆购置" in client.get(reverse("appraisal:decisions")).content.decode()


def test_a_secretary_chooses_among_the_own_branch_alone(cast, client_as):
    html = client_as("secretary").get(reverse("appraisal:decision_new")).content.decode()
    assert "公路党支部" in html
    assert "港航党支部</option>" not in html
