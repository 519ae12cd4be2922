"""Pages, sheets and the calendar feed of the year plan."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from activities.ical import calendar_of
from activities.models import CalendarFeed, PlanEntry
from activities.selectors.feed import FeedEvent, feed_events
from activities.selectors.yearplan import plan_matrix
from activities.services.feeds import digest_of, open_feed
from core.models import AuditEntry
from tests.factories import activities as records
from tests.factories.branches import TODAY, Cast, GrantFactory, GroupFactory

YEAR = 2026


@pytest.fixture(autouse=True)
def november():
    """The clock of the pages stands on the day of the cast."""
    with time_machine.travel(records.NOW, tick=True):
        yield


@pytest.fixture
def scheme(cast: Cast) -> Cast:
    records.load_scheme(cast.root)
    return cast


def sheets_of(answer) -> openpyxl.Workbook:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return openpyxl.load_workbook(io.BytesIO(content))


def feed_url(cast: Cast, who: str) -> str:
    return reverse("activities:feed_file", args=[open_feed(actor=cast.viewer(who), now=records.NOW)])


def read(client: Client, url: str, **headers) -> list:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_own_plan_opens_for_the_secretary_and_the_matrix_for_the_officer(scheme: Cast, client_as) -> None:
    own = reverse("activities:plan_branch", args=[YEAR, scheme.branch.pk])
    assert client_as("secretary").get(reverse("activities:plan")).url == own
    assert client_as("leader").get(reverse("activities:plan")).url == reverse("activities:plan_year", args=[YEAR])


def test_wall_shows_day_word_and_link(scheme: Cast, client_as) -> None:
    made = records.approved(scheme, held_on=date(2026, 10, 14), now=records.at(date(2026, 10, 20)))
    text = client_as("secretary").get(reverse("activities:plan_branch", args=[YEAR, scheme.branch.pk])).content.decode()
    assert f'href="/activities/{made.pk}/"' in text
    assert "14日" in text and "已办" in text and "缺" in text and "四个一" in text
    assert text.count('class="wall-month') == 12


def test_leader_sees_no_way_to_plan(scheme: Cast, client_as) -> None:
    url = reverse("activities:plan_branch", args=[YEAR, scheme.branch.pk])
    assert "/lines/" in client_as("secretary").get(url).content.decode()
    text = client_as("leader").get(url).content.decode()
    assert "/lines/" not in text and "/activities/new/" not in text


def test_planning_through_the_form(scheme: Cast, client_as) -> None:
    url = reverse("activities:plan_edit", args=[YEAR, scheme.branch.pk, "theme_day~202612"])
    answer = client_as("secretary").post(url, {"planned_on": "2026-12-11", "note": "联建", "version": 0})
    assert (answer.status_code, answer.url) == (302, f"/plan/2026/{scheme.branch.pk}/#m12")
    entry = PlanEntry.objects.get()
    assert (entry.planned_on, entry.note, entry.organisation) == (date(2026, 12, 11), "联建", scheme.branch)
    late = client_as("secretary").post(url, {"planned_on": "2027-02-01", "version": 1})
    assert late.status_code == 400 and "12月31日" in late.content.decode()
    stale = client_as("secretary").post(url, {"planned_on": "2026-12-12", "version": 0})
    assert stale.status_code == 409


def test_committee_line_is_ticked_in_the_browser(scheme: Cast, client_as) -> None:
    url = reverse("activities:plan_committee_edit", args=[YEAR, "half_year_check~2026"])
    data = {"done_on": "2026-07-28", "evidence": "交党〔2026〕18号", "owner_name": "江明远", "version": 0}
    assert client_as("officer").post(url, data).status_code == 302
    text = client_as("officer").get(reverse("activities:plan_committee", args=[YEAR])).content.decode()
    assert "江明远" in text


def test_sheet_says_what_the_page_says(scheme: Cast, client_as) -> None:
    records.approved(scheme, held_on=date(2026, 10, 14), now=records.at(date(2026, 10, 20)))
    matrix = plan_matrix(scheme.viewer("officer"), scheme.root, YEAR, today=TODAY)
    book = sheets_of(client_as("officer").get(reverse("activities:plan_year_export", args=[YEAR])))
    page = client_as("officer").get(reverse("activities:plan_year", args=[YEAR])).content.decode()
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    total = next(row for row in rows if "合计" in row)
    assert list(total[2:14]) == [cell.text or None for cell in matrix.columns]
    assert total[14:19] == (
        matrix.total.filled, matrix.total["lacking"], matrix.total.total, matrix.four.filled, matrix.four.total,
    )  # fmt: skip
    assert f"{matrix.total.filled}/{matrix.total.total}" in page
    lines = [row for row in book.worksheets[1].iter_rows(values_only=True) if isinstance(row[0], int)]
    assert len(lines) == matrix.total.total
    assert sum(row[7] == "缺" for row in lines) == matrix.total["lacking"]
    assert AuditEntry.objects.filter(action="export").count() == 1


def test_branch_sheet_has_the_lines_of_the_branch_only(scheme: Cast, client_as) -> None:
    book = sheets_of(client_as("secretary").get(reverse("activities:plan_export", args=[YEAR, scheme.branch.pk])))
    rows = [row for row in book.active.iter_rows(values_only=True) if isinstance(row[0], int)]
    names = {row[1] for row in rows if row[1]}
    assert rows and names == {scheme.branch.short_name}


# -- the feed ------------------------------------------------------------------------------------------


def test_only_the_digest_of_the_token_is_kept(scheme: Cast) -> None:
    token = open_feed(actor=scheme.viewer("secretary"), now=records.NOW)
    feed = CalendarFeed.objects.get()
    assert feed.digest == digest_of(token) and token not in str(CalendarFeed.objects.values())
    assert token not in str(list(AuditEntry.objects.values()))


def test_feed_is_a_valid_calendar_of_the_own_branch(scheme: Cast) -> None:
    records.approved(scheme, held_on=date(2026, 10, 14), now=records.at(date(2026, 10, 20)))
    client, url = Client(), feed_url(scheme, "secretary")
    events = read(client, url)
    answer = client.get(url)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH") and calendar["PRODID"]
    body = answer.content.decode()
    assert body.count("\r\n") == body.count("\n") and max(len(line.encode()) for line in body.split("\r\n")) <= 75
    uids = [str(event["UID"]) for event in events]
    assert len(uids) == len(set(uids)) and all(f"plan-{scheme.branch.pk}-" in uid for uid in uids)
    (done,) = [event for event in events if "theme_day~202610@" in str(event["UID"])]
    assert done["DTSTART"].dt == date(2026, 10, 14) and done["DTEND"].dt == date(2026, 10, 15)
    assert str(done["SUMMARY"]) == "已办：主题党日"
    assert all(event["DTSTAMP"].dt.utcoffset() == timedelta(0) for event in events)


def test_feed_names_nobody(scheme: Cast) -> None:
    GroupFactory(parent=scheme.branch)
    body = Client().get(feed_url(scheme, "secretary")).content.decode().replace("\r\n ", "")
    for name in ("王书记", "赵委员", "孙党员", "责任人"):
        assert name not in body


def test_planned_day_moves_the_entry_and_keeps_its_uid(scheme: Cast) -> None:
    client, url = Client(), feed_url(scheme, "secretary")
    before = {str(event["UID"]): event["DTSTART"].dt for event in read(client, url)}
    PlanEntry.objects.create(
        root=scheme.root, organisation=scheme.branch, year=YEAR, key="theme_day~202612",
        planned_on=date(2026, 12, 11), changed_at=records.NOW,
    )  # fmt: skip
    after = {str(event["UID"]): event["DTSTART"].dt for event in read(client, url)}
    assert before.keys() == after.keys()
    moved = {uid for uid in after if after[uid] != before[uid]}
    assert [uid.split("@")[0] for uid in moved] == [f"plan-{scheme.branch.pk}-2026-theme_day~202612"]


def test_unchanged_feed_is_answered_304(scheme: Cast) -> None:
    client, url = Client(), feed_url(scheme, "secretary")
    etag = client.get(url)["ETag"]
    same = client.get(url, headers={"if-none-match": etag})
    assert (same.status_code, same.content) == (304, b"")
    records.sent(scheme, held_on=date(2026, 11, 12))
    changed = client.get(url, headers={"if-none-match": etag})
    assert changed.status_code == 200 and changed["ETag"] != etag


def test_revoked_renewed_and_wrong_addresses_are_empty(scheme: Cast, client_as) -> None:
    first = feed_url(scheme, "secretary")
    second = feed_url(scheme, "secretary")
    anyone = Client()
    assert anyone.get(first).status_code == 404
    assert anyone.get(second).status_code == 200
    assert client_as("secretary").post(reverse("activities:feed_revoke")).status_code == 302
    assert anyone.get(second).status_code == 404
    assert anyone.get(reverse("activities:feed_file", args=["nonsense"])).status_code == 404
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 0


def test_feed_ends_with_the_account_and_the_office(scheme: Cast) -> None:
    url, anyone = feed_url(scheme, "secretary"), Client()
    scheme.secretary.member.appointments.update(to_on=date(2026, 11, 19))
    assert anyone.get(url).status_code == 404
    scheme.secretary.member.appointments.update(to_on=None)
    assert anyone.get(url).status_code == 200
    scheme.secretary.is_active = False
    scheme.secretary.save()
    assert anyone.get(url).status_code == 404


def test_leader_gets_sums_of_the_own_patch(scheme: Cast) -> None:
    records.approved(scheme, held_on=date(2026, 10, 14), now=records.at(date(2026, 10, 20)))
    events = feed_events(scheme.viewer("leader"), today=TODAY)
    (october,) = [event for event in events if event.uid == "sum-2026-theme_day-20261031"]
    assert october.summary == "主题党日到期：2项已办1项，缺1项"
    assert not [event for event in events if event.uid.startswith("plan-")]
    officer = feed_events(scheme.viewer("officer"), today=TODAY)
    (october,) = [event for event in officer if event.uid == "sum-2026-theme_day-20261031"]
    assert october.summary == "主题党日到期：3项已办1项，缺2项"
    assert [event for event in officer if event.uid == f"plan-{scheme.root.pk}-2026-half_year_check~2026"]


def test_coming_year_is_there_from_november_on(scheme: Cast) -> None:
    viewer = scheme.viewer("secretary")
    assert {event.day.year for event in feed_events(viewer, today=date(2026, 10, 31))} <= {2026, 2027}
    assert not [e for e in feed_events(viewer, today=date(2026, 10, 31)) if "theme_day~202701" in e.uid]
    assert [e for e in feed_events(viewer, today=date(2026, 11, 1)) if "theme_day~202701" in e.uid]


def test_feed_of_an_officer_of_one_part_of_the_committee(scheme: Cast) -> None:
    GrantFactory(user=scheme.other_secretary, organisation=scheme.branch)

    uids = {event.uid for event in feed_events(scheme.viewer("other_secretary"), today=TODAY)}

    assert any(uid.startswith(f"plan-{scheme.other_branch.pk}-") for uid in uids)
    assert any(uid.startswith("sum-") for uid in uids)
    assert not any(uid.startswith(f"plan-{scheme.root.pk}-") for uid in uids)


def test_who_may_have_a_feed(scheme: Cast, client_as) -> None:
    for who in ("member", "administrator", "stranger"):
        assert client_as(who).post(reverse("activities:feed_open")).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_text_is_escaped_and_folded() -> None:
    event = FeedEvent("u1", date(2026, 12, 1), "甲;乙,丙\\丁" * 12, "一\n二", "/x")
    body = calendar_of([event], name="计划", host="h", base_url="https://h", today=TODAY)
    (read_back,) = Calendar.from_ical(body).walk("VEVENT")
    assert (str(read_back["SUMMARY"]), str(read_back["DESCRIPTION"])) == (event.summary, event.description)
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
