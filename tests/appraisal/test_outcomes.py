"""What-if, awards, bonus evidence, a branch's year on a page, the mark grid's two writers, verified publications."""

from __future__ import annotations

import io
import threading
from fractions import Fraction

import openpyxl
import pytest
import time_machine
from django.db import connection, connections
from django.http import QueryDict

from appraisal import services
from appraisal.forms.whatif import assumptions
from appraisal.models import AwardRule, PartMark, Publication, VetoCase, YearResult
from appraisal.rules.award import Terms, YearFact, conditions
from appraisal.rules.whatif import Assumptions
from appraisal.selectors.awards import award_list
from appraisal.selectors.whatif import what_if
from appraisal.services import MarkEntry, StaleMarks
from appraisal.services import awards as award_services
from appraisal.verify import verify_publication
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput
from core.models import AuditEntry
from tests.factories.appraisal import JANUARY, LATER, entries, publish, settle, veto
from worklists.services import open_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_january():
    with time_machine.travel("2026-01-20T04:00:00Z", tick=False):
        yield


# -- what-if --------------------------------------------------------------------------------------


def stored(model) -> list:
    return list(model.objects.order_by("pk").values())


def test_without_assumptions_it_says_what_settling_says(settled_cast, officer, year_end):
    rows = settle(settled_cast, officer, year_end)
    for line in what_if(officer, year_end, Assumptions()):
        row = rows[line.year.branch_id]
        assert line.now == line.then
        assert (line.now.hundredths, line.now.rank, line.now.grade) == (row.shown_hundredths, row.rank, row.grade)


def test_an_assumed_mark_gives_what_entering_it_gives_and_stores_nothing(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    before = [stored(model) for model in (PartMark, YearResult, AuditEntry)]
    pk = settled_cast.branch.pk
    lines = {
        line.year.branch_id: line
        for line in what_if(officer, year_end, Assumptions(marks={(pk, "committee"): Fraction(60)}))
    }
    assert [stored(model) for model in (PartMark, YearResult, AuditEntry)] == before
    services.enter_marks(
        actor=officer, year_end_id=year_end.pk, entries=[MarkEntry(pk, "committee", "60")], now=JANUARY
    )
    services.settle(actor=officer, year_end_id=year_end.pk, now=JANUARY)
    for row in YearResult.objects.all():
        then = lines[row.branch_id].then
        assert (then.hundredths, then.rank, then.grade) == (row.shown_hundredths, row.rank, row.grade)
    assert lines[pk].has_moved and not lines[settled_cast.far_branch.pk].change


def test_assumed_weights_vetoes_and_grades_move_what_they_should(settled_cast, officer, year_end):
    rows = settle(settled_cast, officer, year_end)
    pk = settled_cast.branch.pk
    only_daily = dict.fromkeys(("committee", "members", "peers", "half"), Fraction(0))
    found = {line.year.branch_id: line for line in what_if(officer, year_end, Assumptions(weights=only_daily))}
    daily = next(part for part in rows[pk].composition["parts"] if part["code"] == "daily")
    base = (
        Fraction(daily["value"]) + Fraction(rows[pk].composition["bonus"]) - Fraction(rows[pk].composition["penalty"])
    )
    assert found[pk].then.hundredths == (min(base, Fraction(105)) * 200 + 1) // 2
    vetoed = {one.year.branch_id: one for one in what_if(officer, year_end, Assumptions(caps={pk: "fail"}))}
    assert (vetoed[pk].then.grade, vetoed[pk].change) == ("fail", 0)
    graded = {one.year.branch_id: one for one in what_if(officer, year_end, Assumptions(grades={pk: "excellent"}))}
    assert graded[pk].then.fault != ""


def test_a_veto_can_be_assumed_away(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    services.decide_veto(actor=officer, case_id=case.pk, document_no="1号", decided_on=LATER.date(), now=LATER)
    settle(settled_cast, officer, year_end)
    pk = settled_cast.branch.pk
    line = next(one for one in what_if(officer, year_end, Assumptions(caps={pk: ""})) if one.year.branch_id == pk)
    assert (line.now.grade, line.then.grade != "fail") == ("fail", True)
    assert VetoCase.objects.get().state == "decided"


def test_form_reads_what_is_assumed_and_says_what_it_cannot():
    data = QueryDict("weight-half=20&weight-x=3&committee-7=好&peers-7=101&cap-7=-&grade-8=good&grade-9=best&csrf=1")
    found, faults = assumptions(data, ("excellent", "good"))
    assert found == Assumptions({"half": Fraction(1, 5)}, {(7, "committee"): Fraction(100)}, {7: ""}, {8: "good"})
    assert len(faults) == 1 and "101" in faults[0]


def test_page_answers_post_without_saving(settled_cast, officer, year_end, client_as, at_january):
    settle(settled_cast, officer, year_end)
    before = [stored(model) for model in (PartMark, YearResult, AuditEntry)]
    html = client_as("officer").post(
        "/year-end/2025/what-if/", {f"committee-{settled_cast.branch.pk}": "10", "weight-half": "x"}
    )
    assert html.status_code == 200
    text = html.content.decode()
    assert "有变" in text and "“x”不是可用的权重" in text and 'value="10"' in text
    assert [stored(model) for model in (PartMark, YearResult, AuditEntry)] == before


# -- awards ---------------------------------------------------------------------------------------

ORDER = ("excellent", "good", "pass", "fail")
NAMES = {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}


def met(terms: Terms, years: dict[int, YearFact], open_items: int = 0) -> list[bool]:
    return [one.is_met for one in conditions(terms, 2025, years, open_items, NAMES)]


def fact(grade: str, hundredths: int = 9000, vetoes: tuple[str, ...] = ()) -> YearFact:
    return YearFact(ORDER, grade, hundredths, vetoes)


def test_award_conditions_one_by_one():
    terms = Terms("good", years_in_row=2, min_hundredths=8500)
    years = {2025: fact("good"), 2024: fact("excellent")}
    assert met(terms, years) == [True] * 4
    assert met(terms, {2025: fact("good")}) == [False, True, True, True]
    assert met(terms, {**years, 2024: fact("pass")}) == [False, True, True, True]
    assert met(terms, {**years, 2025: fact("good", 8499)}) == [True, False, True, True]
    assert met(terms, {**years, 2024: fact("good", vetoes=("V01",))}) == [True, True, False, True]
    assert met(terms, years, open_items=1) == [True, True, True, False]
    assert met(Terms("good", without_veto=False, without_open_items=False), years, open_items=1) == [True]


@pytest.fixture
def award(settled_cast, officer):
    award_services.load_default_awards(actor=officer, root=settled_cast.root, now=JANUARY)
    rule = AwardRule.objects.get(code="A1")
    AwardRule.objects.filter(pk=rule.pk).update(min_grade="pass")
    rule.refresh_from_db()
    return rule


def test_defaults_are_loaded_once(settled_cast, officer, award):
    assert award_services.load_default_awards(actor=officer, root=settled_cast.root, now=LATER) == 0
    assert AwardRule.objects.count() == 3


def test_award_list_stands_on_published_results_and_closed_rectifications(
    settled_cast, officer, second, year_end, award
):
    settle(settled_cast, officer, year_end)
    assert "还没有公布" in award_list(officer, award, 2025).why
    case = veto(settled_cast, officer, year_end)
    services.decide_veto(actor=officer, case_id=case.pk, document_no="1号", decided_on=LATER.date(), now=LATER)
    publish(settled_cast, officer, second, year_end)
    open_item(
        actor=officer,
        branch=settled_cast.other_branch,
        source="finding:1",
        title="补记录",
        demand="补齐",
        due_on=LATER.date(),
        now=JANUARY,
    )
    found = award_list(officer, award, 2025)
    lines = {line.branch.pk: line for line in found.lines}
    assert not lines[settled_cast.branch.pk].is_eligible
    assert [one.words for one in lines[settled_cast.branch.pk].conditions if one.name == "无一票否决"] == ["2025年V01"]
    assert lines[settled_cast.other_branch.pk].open_items == 1
    assert not lines[settled_cast.other_branch.pk].is_eligible
    assert found.eligible == sum(line.is_eligible for line in found.lines) <= 1


def test_award_sheet_is_the_page(settled_cast, officer, second, year_end, award, client_as, at_january):
    publish(settled_cast, officer, second, year_end)
    client = client_as("officer")
    html = client.get(f"/awards/{award.pk}/2025/").content.decode()
    book = b"".join(client.get(f"/awards/{award.pk}/2025/export/").streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True))
    body = {row[1]: row[4] for row in rows if isinstance(row[0], int)}
    assert set(body) == {"公路党支部", "港航党支部", "运管党支部"}
    assert sum(word == "符合" for word in body.values()) == html.count(">符合</") or "个支部符合条件" in html


def test_conditions_are_changed_under_their_version(settled_cast, officer, award):
    values = {name: getattr(award, name) for name in award_services.FIELDS}
    grades = tuple(NAMES)
    changed = award_services.edit_award(
        actor=officer, rule_id=award.pk, version=1, values={**values, "years_in_row": 2}, grades=grades, now=LATER
    )
    assert (changed.years_in_row, changed.version, changed.edited_by_id) == (2, 2, officer.user_id)
    with pytest.raises(Conflict, match="刚被别人改过"):
        award_services.edit_award(actor=officer, rule_id=award.pk, version=1, values=values, grades=grades, now=LATER)
    with pytest.raises(InvalidInput):
        award_services.edit_award(
            actor=officer, rule_id=award.pk, version=2, values={**values, "years_in_row": 6}, grades=grades, now=LATER
        )


# -- two writers ----------------------------------------------------------------------------------


def one(cast, value: str, version: str) -> list[MarkEntry]:
    return [MarkEntry(cast.branch.pk, "committee", value, version=version)]


def test_the_second_writer_gets_both_versions_and_nothing_is_lost(settled_cast, officer, second, year_end):
    services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=one(settled_cast, "88", "0"), now=JANUARY)
    services.enter_marks(actor=second, year_end_id=year_end.pk, entries=one(settled_cast, "90", "1"), now=JANUARY)
    with pytest.raises(StaleMarks) as caught:
        services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=one(settled_cast, "70", "1"), now=LATER)
    (cell,) = caught.value.cells.values()
    assert (cell.yours, cell.theirs, cell.by, cell.version) == ("70", "90", str(settled_cast.second_officer), 2)
    assert PartMark.objects.get().hundredths == 9000
    services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=one(settled_cast, "70", "2"), now=LATER)
    assert PartMark.objects.get().hundredths == 7000


def test_the_same_value_is_no_conflict(settled_cast, officer, second, year_end):
    services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=one(settled_cast, "88", "0"), now=JANUARY)
    assert (
        services.enter_marks(actor=second, year_end_id=year_end.pk, entries=one(settled_cast, "88", "0"), now=LATER)
        == 0
    )


def test_grid_comes_back_with_what_was_typed_and_what_stands(settled_cast, officer, year_end, client_as, at_january):
    services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=one(settled_cast, "88", "0"), now=JANUARY)
    pk, other = settled_cast.branch.pk, settled_cast.other_branch.pk
    data = {
        f"committee-{pk}": "70",
        f"committee_v-{pk}": "0",
        f"committee-{other}": "65.5",
        f"committee_v-{other}": "0",
    }
    client = client_as("second_officer")
    answer = client.post("/year-end/2025/marks/", data)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="70"' in html and 'value="65.5"' in html
    assert "已存88；您填的70没有保存" in html
    assert PartMark.objects.count() == 1
    fragment = client.post("/year-end/2025/marks/", data, headers={"HX-Request": "true"}).content.decode()
    assert "仍存我的" in fragment and f'id="v-committee-{pk}"' in fragment and 'value="1"' in fragment


def test_a_bad_cell_loses_nothing_of_the_grid(settled_cast, officer, year_end, client_as, at_january):
    pk, other = settled_cast.branch.pk, settled_cast.other_branch.pk
    answer = client_as("officer").post("/year-end/2025/marks/", {f"committee-{pk}": "优", f"committee-{other}": "66"})
    html = answer.content.decode()
    assert (answer.status_code, PartMark.objects.count()) == (400, 0)
    assert 'value="优"' in html and 'value="66"' in html and "“优”不是可用的分数" in html


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_one_wins_and_the_other_is_told(settled_cast, officer, second, year_end):
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once need PostgreSQL")
    start, said = threading.Barrier(2), []

    def write(actor: Viewer, value: str) -> None:
        start.wait()
        try:
            services.enter_marks(
                actor=actor, year_end_id=year_end.pk, entries=one(settled_cast, value, "0"), now=JANUARY
            )
            said.append("saved")
        except StaleMarks as fault:
            said.append(next(iter(fault.cells.values())).yours)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=pair) for pair in ((officer, "88"), (second, "77"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = PartMark.objects.get().hundredths
    assert sorted(said) == sorted(["saved", "77" if kept == 8800 else "88"])


@pytest.mark.django_db(transaction=True)
def test_two_settlings_at_once_leave_one_result_for_each_branch(settled_cast, officer, second, year_end):
    if connection.vendor != "postgresql":
        pytest.skip("two at once need PostgreSQL")
    services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=entries(settled_cast), now=JANUARY)
    start, faults = threading.Barrier(2), []

    def run(actor: Viewer) -> None:
        start.wait()
        try:
            services.settle(actor=actor, year_end_id=year_end.pk, now=JANUARY)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(actor,)) for actor in (officer, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, YearResult.objects.count()) == ([], 3)


# -- pages and verification -----------------------------------------------------------------------


def test_branch_year_shows_all_items_and_the_result_once_it_is_published(
    settled_cast, officer, second, year_end, client_as, at_january
):
    path = f"/branch-year/{settled_cast.branch.pk}/2025/"
    settle(settled_cast, officer, year_end)
    shown = str(YearResult.objects.get(branch=settled_cast.branch).shown)
    before = client_as("secretary").get(path).content.decode()
    assert "18个小项" in before and "年终结果" not in before
    assert shown in client_as("officer").get(path).content.decode()
    publish(settled_cast, officer, second, year_end)
    assert shown in client_as("secretary").get(path).content.decode()
    assert client_as("other_secretary").get(path).status_code == 404


def test_bonus_page_names_every_point_with_its_record(settled_cast, officer, year_end, client_as, at_january):
    html = client_as("officer").get("/year-end/2025/bonus/").content.decode()
    from assessment.models import ExtraScore

    points = ExtraScore.objects.filter(month=202512, points_confirmed__gt=0)
    for row in points.select_related():
        assert row.extra.code in html
    assert client_as("secretary").get("/year-end/2025/bonus/").status_code == 404


@pytest.mark.parametrize(
    ("model", "change", "table", "words"),
    [
        (YearResult, "numerator = '105', denominator = '1'", "年终结果", "总分"),
        (YearResult, "shown_hundredths = 1", "年终结果", "显示总分"),
        (YearResult, "rank = 99", "年终结果", "名次"),
        (YearResult, "proposed_grade = 'x'", "年终结果", "建议等次"),
        (YearResult, "decided_grade = 'excellent'", "年终结果", "审定等次excellent"),
        (Publication, "digest = 'x'", "结果发布", "摘要"),
        (PartMark, "hundredths = 100", "由封存得分和评价重算", "总分"),
    ],
)
def test_verification_of_a_publication_names_the_row_that_was_altered(
    settled_cast, officer, second, year_end, model, change, table, words
):
    published = publish(settled_cast, officer, second, year_end)
    assert verify_publication(published).is_valid
    where = {} if model is Publication else {"branch": settled_cast.branch}
    if model is PartMark:
        where["part"] = "committee"
    pk = model.objects.filter(**where).values_list("pk", flat=True).get()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {change} WHERE id = %s", [pk])
    published.refresh_from_db()
    first = verify_publication(published).first
    assert (first.table, words in first.where) == (table, True)
    if model is not Publication:
        assert first.where.startswith(settled_cast.branch.short_name)


def test_an_older_revision_is_verified_by_its_digests(settled_cast, officer, second, year_end):
    old = publish(settled_cast, officer, second, year_end)
    services.start_correction(actor=officer, year_end_id=year_end.pk, reason="漏计", now=LATER)
    year_end.refresh_from_db()
    settle(settled_cast, officer, year_end, committee="95")
    old.refresh_from_db()
    assert verify_publication(old).is_valid
    YearResult.objects.filter(revision=1, branch=settled_cast.branch).update(decided_grade="good")
    assert verify_publication(Publication.objects.get(pk=old.pk)).is_valid is False
