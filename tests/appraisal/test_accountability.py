"""The accountability review: drafted from the records, sent on time, counted once, judged, published, mended."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.http import Http404
from docx import Document
from openpyxl import load_workbook

from appraisal.models import AccountabilityReport
from appraisal.papers import circular_docx, report_docx
from appraisal.selectors.accountability import rectifications_of, report_lines
from appraisal.services import accountability, polls, review_meeting
from assessment.models import Fact, ReviewMark
from assessment.schemes import load_default
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from notices.models import Notice
from tests.factories import activities as records
from tests.factories.assessment import spec
from tests.factories.polls import close, codes, people, vote_all
from tests.factories.reviews import DUE, NOVEMBER, accepted, assessed, drafted, held, report_of, review_of, sent

pytestmark = pytest.mark.django_db
METRIC = "accountability_report.sent"


@pytest.fixture
def review(cast):
    load_default(2026, cast.root, now=NOVEMBER)
    return review_of(cast)


@pytest.fixture
def report(cast, review):
    return report_of(cast, review)


def live(cast, state: str | None = None) -> int:
    facts = Fact.objects.filter(branch=cast.branch, metric__code=METRIC, reverses=None, reversal=None)
    return facts.filter(state=state).count() if state else facts.count()


def test_each_secretary_in_office_has_one_report_and_is_told(cast, review):
    found = AccountabilityReport.objects.filter(review=review)
    assert {report.branch: report.member for report in found} == {
        cast.branch: cast.secretary.member,
        cast.other_branch: cast.other_secretary.member,
    }
    assert (
        Notice.objects.filter(recipient=cast.secretary, title__contains="12月25日前报送2026年度述职报告").count() == 1
    )
    with pytest.raises(Conflict):
        review_of(cast)


def test_draft_says_what_the_records_say_and_links_to_them(cast, report, client_as):
    records.approve(cast, records.sent(cast, held_on=date(2026, 10, 14)), by="second_officer")
    drafted(cast, report)
    report.refresh_from_db()

    theme_days = next(row for row in report.figures if row["code"] == "theme_days")
    assert theme_days["value"] == "1"
    assert f"主题党日1次〔{theme_days['number']}〕" in report.text
    page = client_as("secretary").get(theme_days["url"])
    assert page.status_code == 200
    assert [fact.metric.code for fact in page.context["page"]] == ["theme_day.held"]


def test_every_figure_of_a_report_leads_to_a_page_that_opens(cast, report, client_as):
    drafted(cast, report)
    report.refresh_from_db()
    for row in report.figures:
        if row["code"] != "score":  # no month is computed here
            assert client_as("secretary").get(row["url"]).status_code == 200, row


def test_report_counts_from_the_day_of_its_first_sending_and_once(cast, report):
    sent(cast, report)
    assert live(cast, "pending") == 1
    accountability.return_report(
        actor=cast.viewer("officer"), report_id=report.pk, reason="请补充问题", now=NOVEMBER + timedelta(days=1)
    )
    assert live(cast) == 0
    report.refresh_from_db()
    accountability.send_report(
        actor=cast.viewer("secretary"),
        report_id=report.pk,
        version=report.version,
        text=report.text,
        now=NOVEMBER + timedelta(days=5),
    )
    accountability.accept_report(actor=cast.viewer("officer"), report_id=report.pk, now=NOVEMBER + timedelta(days=6))

    assert (live(cast), live(cast, "confirmed")) == (1, 1)
    assert Fact.objects.get(metric__code=METRIC, reversal=None, reverses=None).entered_at == NOVEMBER
    assert Fact.objects.filter(metric__code=METRIC, reversal=None, reverses=None).get().happened_on == date(
        2026, 11, 20
    )


def test_what_was_claimed_before_is_not_fed_twice(cast, report):
    from assessment import ledger

    ledger.record_facts([spec(cast.branch, METRIC, date(2026, 3, 1), source_type="claim")], now=NOVEMBER)
    sent(cast, report)

    assert live(cast) == 1


def test_report_with_a_number_that_is_not_in_the_records_is_not_sent(cast, report):
    report = drafted(cast, report)
    number = next(row for row in report.figures if row["code"] == "members")
    wrong = report.text.replace(f"{number['value']}名〔1〕", "99名〔1〕")
    with pytest.raises(InvalidInput, match="在册党员写的是99"):
        accountability.send_report(
            actor=cast.viewer("secretary"), report_id=report.pk, version=report.version, text=wrong, now=NOVEMBER
        )
    own = wrong.replace("99名〔1〕", "99名")
    accountability.send_report(
        actor=cast.viewer("secretary"), report_id=report.pk, version=report.version, text=own, now=NOVEMBER
    )
    assert live(cast) == 1


def test_late_report_is_marked_late_for_ever(cast, report):
    sent(cast, report, now=NOVEMBER.replace(month=12, day=26))
    report.refresh_from_db()
    assert report.is_late
    lines = {
        line.report.branch: line.state
        for line in report_lines(cast.viewer("officer", date(2026, 12, 27)), report.review)
    }
    assert lines == {cast.branch: "late", cast.other_branch: "overdue"}


def test_stale_version_is_refused_and_nothing_is_lost(cast, report):
    report = drafted(cast, report)
    accountability.save_text(actor=cast.viewer("secretary"), report_id=report.pk, version=report.version, text="一稿")
    with pytest.raises(Conflict, match="刚刚改过"):
        accountability.save_text(actor=cast.viewer("officer"), report_id=report.pk, version=report.version, text="二稿")
    report.refresh_from_db()
    assert report.text == "一稿\n"


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("committee_member", Refused),
        ("leader", Refused),
        ("other_secretary", Http404),
        ("outsider", Http404),
        ("member", Http404),
    ],
)
def test_only_the_secretary_and_the_committee_write_a_report(cast, report, who, error):
    with pytest.raises(error):
        drafted(cast, report, by=who)


def test_nobody_accepts_what_they_sent(cast, report):
    sent(cast, report, by="officer")
    with pytest.raises(Refused, match="由您报送"):
        accountability.accept_report(actor=cast.viewer("officer"), report_id=report.pk, now=NOVEMBER)
    accountability.accept_report(actor=cast.viewer("second_officer"), report_id=report.pk, now=NOVEMBER)


def test_grade_is_the_mark_of_the_scheme_s_rule_and_changes_with_it(cast, review, report):
    accepted(cast, report)
    with pytest.raises(Conflict, match="还没有登记"):
        assessed(cast, report)
    held(cast, review)
    assessed(cast, report, "good")
    assessed(cast, report, "good", comment="再看一遍")
    assessed(cast, report, "fair")

    standing = ReviewMark.objects.filter(branch=cast.branch, withdrawn_at=None)
    assert [(mark.rule_code, mark.level_code, mark.year) for mark in standing] == [("A3.4", "fair", 2026)]
    assert ReviewMark.objects.filter(branch=cast.branch).count() == 2


def ballot(cast, review, grades: list[str]):
    people(cast)
    poll = review_meeting.begin_ballot(actor=cast.viewer("officer"), review_id=review.pk, now=NOVEMBER).poll
    group = poll.groups.get(label="党员代表")
    from appraisal.services.polls import set_sizes

    set_sizes(actor=cast.viewer("officer"), poll_id=poll.pk, sizes={group.pk: len(grades)})
    vote_all(codes(cast, poll, group_id=group.pk)[group.label], grades)
    return close(cast, poll)


def test_ballots_suggest_and_another_grade_needs_a_reason(cast, review, report):
    accepted(cast, report)
    held(cast, review)
    ballot(cast, review, ["fair"] * 8)
    with pytest.raises(InvalidInput, match="测评综合为“较好”"):
        assessed(cast, report, "good")
    assessed(cast, report, "good", reason="班子集体研究")
    assessed(cast, report, "fair")


@pytest.mark.parametrize(("votes", "cells"), [(4, "＊"), (6, "6")])
def test_under_five_votes_page_sheet_and_paper_show_nothing(cast, review, report, client_as, votes, cells):
    accepted(cast, report)
    held(cast, review)
    ballot(cast, review, ["good"] * votes)
    assessed(cast, report, "good")
    officer = client_as("officer")

    page = officer.get(f"/accountability/{review.year}/").content.decode()
    sheet = load_workbook(BytesIO(b"".join(officer.get(f"/accountability/{review.year}/export/").streaming_content)))
    paper = Document(BytesIO(officer.get(f"/accountability/{review.year}/circular.docx").content))
    poll_page = officer.get(f"/polls/{review.__class__.objects.get(pk=review.pk).poll_id}/").content.decode()

    row = next(row for row in sheet.active.values if cast.secretary.member.name in [str(one) for one in row])
    cell_texts = [cell.text for cell in paper.tables[0].rows[1].cells]
    assert str(row[5]) == cells
    assert cell_texts[2] == cells
    hidden = votes < 5
    assert (f'<td class="num">{votes}</td>' in page) is not hidden
    assert ("＊</td>" in page) is hidden
    assert ("不足5票，不显示" in poll_page) is hidden


def test_secretaries_see_their_own_result_after_the_circular_and_no_other(cast, review, report, client_as):
    accepted(cast, report)
    accepted(cast, report_of(cast, review, cast.other_branch), by="other_secretary")
    held(cast, review)
    assessed(cast, report, "good", comment="点评甲")
    client = client_as("secretary")
    assert "点评甲" not in client.get(f"/accountability/reports/{report.pk}/").content.decode()
    with pytest.raises(Conflict, match="港航党支部"):
        publish(cast, review)
    assessed(cast, report_of(cast, review, cast.other_branch), "fair", comment="点评乙")
    publish(cast, review)

    page = client.get(f"/accountability/reports/{report.pk}/").content.decode()
    table = client.get("/accountability/2026/").content.decode()
    assert "点评甲" in page and "综合评价：<b>好</b>" in page
    assert cast.other_branch.short_name not in table
    assert client.get(f"/accountability/reports/{report_of(cast, review, cast.other_branch).pk}/").status_code == 404
    with pytest.raises(Conflict, match="已经通报"):
        assessed(cast, report, "poor")


def test_after_the_circular_neither_report_nor_ballots_are_taken_back(cast, review, report):
    accepted(cast, report)
    held(cast, review)
    poll = ballot(cast, review, ["good"] * 8)
    assessed(cast, report, "good")
    publish(cast, review)

    with pytest.raises(Conflict, match="已经通报"):
        accountability.return_report(
            actor=cast.viewer("second_officer"), report_id=report.pk, reason="改写", now=NOVEMBER
        )
    with pytest.raises(Conflict, match="已经通报"):
        polls.void_poll(actor=cast.viewer("officer"), poll_id=poll.pk, reason="重来")
    assert live(cast, "confirmed") == 1


def publish(cast, review):
    return review_meeting.issue_circular(
        actor=cast.viewer("officer"),
        review_id=review.pk,
        document_no="机党〔2026〕9号",
        text="总体较好。",
        now=NOVEMBER,
    )


def test_rectification_list_opens_each_item_once(cast, review, report):
    def demand(title: str, by: str = "officer"):
        return review_meeting.demand_rectification(
            actor=cast.viewer(by),
            report_id=report.pk,
            title=title,
            demand="",
            due_on=date(2026, 12, 31),
            now=NOVEMBER,
        )

    first = demand("党课质量不高")
    assert demand("党课质量不高") == first
    second = demand("谈心谈话不全")
    assert rectifications_of(cast.viewer("secretary"), [report]) == [first, second]
    assert rectifications_of(cast.viewer("other_secretary"), [report]) == []
    assert first.origin_url == f"/accountability/reports/{report.pk}/"
    with pytest.raises(Refused):
        demand("由书记自己提", by="secretary")


def test_papers_are_read_back(cast, review, report):
    accepted(cast, report)
    held(cast, review)
    assessed(cast, report)
    report.refresh_from_db()
    text = "\n".join(line.text for line in Document(BytesIO(report_docx(report))).paragraphs)
    assert "〔" not in text.replace("数据截至", "")
    assert "一、履行党建工作责任情况" in text
    review.refresh_from_db()
    lines = report_lines(cast.viewer("officer"), review)
    circular = "\n".join(line.text for line in Document(BytesIO(circular_docx(review, lines, []))).paragraphs)
    assert f"好（1名）：{cast.secretary.member.name}。" in circular


def test_new_secretary_is_added_later(cast, review):
    from tests.factories.branches import make_secretary

    make_secretary(cast.far_branch, name="冯书记")
    officer = cast.viewer("officer")
    assert accountability.add_missing_reports(actor=officer, review_id=review.pk, now=NOVEMBER) == 1
    assert accountability.add_missing_reports(actor=officer, review_id=review.pk, now=NOVEMBER) == 0


def test_another_committee_s_officer_finds_no_review(cast, review):
    from branches.permissions import Viewer
    from tests.factories.branches import make_committee_officer

    stranger = Viewer.of(make_committee_officer(cast.foreign_branch.root), date(2026, 11, 20))
    with pytest.raises(Http404):
        accountability.add_missing_reports(actor=stranger, review_id=review.pk, now=NOVEMBER)


def test_writing_in_the_page_saves_sends_and_keeps_a_refused_text(cast, report, client_as):
    client = client_as("secretary")
    url = f"/accountability/reports/{report.pk}/edit/"
    client.post(f"/accountability/reports/{report.pk}/draft/", {"version": "1"})
    report.refresh_from_db()
    refused = client.post(url, {"text": "我写了999名〔1〕。" + "长" * 60, "version": report.version, "step": "send"})
    assert refused.status_code == 422
    assert "我写了999名" in refused.content.decode()
    done = client.post(url, {"text": report.text, "version": report.version, "step": "send"})
    assert (done.status_code, done["Location"]) == (302, f"/accountability/reports/{report.pk}/")
    report.refresh_from_db()
    assert report.state == "sent"


def test_each_step_leaves_one_audit_entry(cast, review, report):
    before = AuditEntry.objects.count()
    accepted(cast, report)
    held(cast, review)
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[before:]
    assert actions == ["report.draft", "report.send", "report.accept", "review.meet"]
    assert review.due_on == DUE
