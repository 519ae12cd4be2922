"""The burden meter: pieces times what is declared, by branch and month, within the viewer's scope."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from core.periods import Month
from notices.services import notify
from officeforms.exports import burden_workbook
from officeforms.selectors.burden import collection_loads, declared, figures_filled, meter
from officeforms.services import asking
from officeforms.services.binding import bind_cell
from officeforms.services.exporting import export_form
from tests.factories import activities as records
from tests.factories.branches import BranchFactory, TermFactory
from tests.officeforms.conftest import NOW, OCTOBER

NOVEMBER = Month(2026, 11)
pytestmark = pytest.mark.both_databases


@pytest.fixture
def busy_cast(cast):
    """The branch sent two records in November and got one reminder; the other branch one record on its behalf."""
    for branch in (cast.branch, cast.other_branch):
        TermFactory(branch=branch)
    records.load_scheme(cast.root)
    records.sent(cast, held_on=date(2026, 11, 10))
    records.sent(cast, "committee_meeting", held_on=date(2026, 11, 12))
    records.sent(cast, by="officer", branch=cast.other_branch, held_on=date(2026, 11, 11))
    records.draft(cast, title="没有报送的", held_on=date(2026, 11, 13))
    notify(
        recipients=[cast.secretary.pk], kind="reminder", title="快到期", dedupe_key="a", root_id=cast.root.pk, now=NOW
    )
    notify(recipients=[cast.secretary.pk], kind="approved", title="通过", dedupe_key="b", root_id=cast.root.pk, now=NOW)
    return cast


def row_of(found, branch):
    return next(row for row in found.rows if row.branch == branch)


def test_load_of_a_branch_is_what_it_sent_and_got(busy_cast, officer):
    ask = declared()
    found = meter(officer, NOVEMBER)
    load = row_of(found, busy_cast.branch).load
    assert load.pieces == {"record.gathering": 2, "reminder": 1}
    assert load.fields == 2 * ask["record.gathering"].fields
    assert load.minutes == 2 * ask["record.gathering"].minutes + ask["reminder"].minutes
    assert found.whole.minutes == load.minutes


def test_what_the_committee_entered_itself_is_nobodys_burden(busy_cast, officer):
    assert row_of(meter(officer, NOVEMBER), busy_cast.other_branch).load.pieces == {}


def test_work_counts_in_the_month_it_was_sent(busy_cast, officer):
    found = meter(officer, NOVEMBER.next)
    assert row_of(found, busy_cast.branch).load.pieces == {}
    assert [load.minutes for month, load, _ in found.trend if month == NOVEMBER] == [
        meter(officer, NOVEMBER).whole.minutes
    ]
    assert len(found.trend) == 12
    assert row_of(found, busy_cast.branch).usual_tenths > 0


def test_secretary_sees_the_own_branch_and_nobody_else_any(busy_cast):
    found = meter(busy_cast.viewer("secretary"), NOVEMBER)
    assert [row.branch for row in found.rows] == [busy_cast.branch]
    assert meter(busy_cast.viewer("outsider"), NOVEMBER).whole.pieces == {}
    assert meter(busy_cast.viewer("member"), NOVEMBER).rows == []


def test_queries_do_not_grow_with_branches(busy_cast, officer, django_assert_max_num_queries):
    with django_assert_max_num_queries(10) as one:
        meter(officer, NOVEMBER)
    for _ in range(3):
        BranchFactory(parent=busy_cast.root)
    with django_assert_max_num_queries(len(one)):
        assert len(meter(officer, NOVEMBER).rows) == 6


def test_answers_and_copies_are_counted(busy_cast, officer, upload):
    asked = {"actor": officer, "now": NOW}
    collection = asking.begin_collection(
        **asked, root=busy_cast.root, name="防汛值守", reason="汛期", due_on=date(2026, 11, 30)
    )
    field = asking.add_field(**asked, collection_id=collection.pk, name="值守电话", kind="text")
    asking.send_collection(**asked, collection_id=collection.pk)
    secretary = busy_cast.viewer("secretary")
    asking.answer(
        actor=secretary, branch=busy_cast.branch, collection_id=collection.pk, values={field.pk: "12"}, now=NOW
    )
    assert row_of(meter(officer, NOVEMBER), busy_cast.branch).load.pieces["answer"] == 1
    assert [(one.collection, one.fields, one.answers) for one in collection_loads(officer, NOVEMBER)] == [
        (collection, 1, 1)
    ]
    assert collection_loads(officer, OCTOBER) == []
    version = upload()
    bind_cell(actor=officer, version_id=version.pk, sheet="汇总表", address="G2", field="copy.day", now=NOW)
    export_form(actor=officer, version_id=version.pk, month=OCTOBER, now=NOW)
    assert figures_filled(officer, NOVEMBER) == (1, 1)


def test_sheet_says_what_the_page_says(busy_cast, officer):
    found = meter(officer, NOVEMBER)
    sheet = openpyxl.load_workbook(burden_workbook(found, on=NOW.date())).active
    lines = {row[0].value: [cell.value for cell in row[1:5]] for row in sheet.iter_rows() if row[0].value}
    row = row_of(found, busy_cast.branch)
    assert lines[busy_cast.branch.short_name] == [row.load.fields, 0, 1, row.load.minutes]


def test_page_for_officer_secretary_and_others(busy_cast, client_as):
    page = client_as("officer").get("/burden/?month=2026-11")
    assert busy_cast.other_branch.short_name in page.content.decode()
    own = client_as("secretary").get("/burden/?month=2026-11").content.decode()
    assert busy_cast.branch.short_name in own and busy_cast.other_branch.short_name not in own
    assert client_as("member").get("/burden/").status_code == 404
    assert client_as("leader").get("/burden/").status_code == 404
