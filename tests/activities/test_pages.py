"""The pages of records: logging with and without script, lists, steps, files, printing, scope."""

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from activities.models import Activity, ActivityFile, Attendance, Participation, TalkPair
from assessment.ledger import live_facts
from branches.models import Member
from core.forms import new_token
from core.models import Draft
from tests.factories.activities import NOW, approved, draft, sent

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def _today(monkeypatch, settings):
    """Pages read the clock; the cast's day is fixed."""
    import time_machine

    with time_machine.travel("2026-11-20 09:00+08:00", tick=False):
        yield


@pytest.fixture
def as_user(cast, client):
    def sign_in(name: str):
        client.force_login(getattr(cast, name))
        return client

    return sign_in


def typed(cast, **changes):
    """What the browser sends for a theme day, everyone present."""
    members = Member.objects.filter(branch=cast.branch)
    data = {f"att_{member.pk}": "present" for member in members}
    data |= {
        "kind": "theme_day",
        "branch": str(cast.branch.pk),
        "action": "submit",
        "_token": new_token(cast.secretary, "/activities/new/"),
        "held_on": "2026-11-12",
        "title": "重温入党誓词",
        "starts_at": "14:30",
        "ends_at": "16:00",
        "place": "二楼会议室",
        "host": "王书记",
        "recorder": "赵委员",
        "agenda": "重温誓词",
        "speeches": "各人谈体会。",
        "resolution": "继续学习。",
        "tags": ["integrity_education"],
    }
    return data | changes


def test_new_offers_the_types_first(as_user):
    page = as_user("secretary").get(reverse("activities:new")).content.decode()
    assert 'name="kind" value="theme_day"' in page


def test_form_works_without_script_everyone_present(cast, as_user):
    page = as_user("secretary").get(reverse("activities:new"), {"kind": "theme_day", "held_on": "2026-11-12"})
    html = page.content.decode()
    chosen = re.findall(r'<select name="att_(\d+)".*?</select>', html, re.S)
    assert len(chosen) == 5
    assert html.count('<option value="present" data-tone="green" selected>') == 5
    assert "vote-0-matter" not in html  # a theme day has no votes
    assert 'data-draft-key="activity-new-theme_day-' in html


def test_form_has_votes_where_the_type_has_them(as_user):
    html = as_user("secretary").get(reverse("activities:new"), {"kind": "general_meeting"}).content.decode()
    assert "vote-0-matter" in html


def test_absence_keeps_its_reason(cast, as_user):
    away = Member.objects.get(branch=cast.branch, name="周一").pk
    here = Member.objects.get(branch=cast.branch, name="吴二").pk
    changes = {f"att_{away}": "leave_official", f"why_{away}": "外出督查", f"why_{here}": "本来请假，后来到了"}
    as_user("secretary").post(reverse("activities:new"), typed(cast, **changes))
    rows = dict(Attendance.objects.exclude(reason="").values_list("member_id", "reason"))
    assert rows == {away: "外出督查"}


def test_talks_take_the_talker_of_the_line_before(cast, as_user):
    leader, first, second = (
        Member.objects.get(branch=cast.branch, name=name).pk for name in ("王书记", "周一", "吴二")
    )
    data = {"kind": "heart_talk", "branch": cast.branch.pk, "held_on": "2026-11-12", "action": "submit"}
    data |= {"talk-0-talker": leader, "talk-0-talked": first, "talk-1-talked": second, "title": "谈心"}
    as_user("secretary").post(reverse("activities:new"), data | {"_token": new_token(cast.secretary)})
    assert list(TalkPair.objects.values_list("talker_id", "talked_id")) == [(leader, first), (leader, second)]


def test_form_takes_time_and_place_from_the_last_of_the_type(cast, as_user):
    sent(cast, held_on=date(2026, 10, 12), place="党员活动室")
    html = as_user("secretary").get(reverse("activities:new"), {"kind": "theme_day"}).content.decode()
    assert 'value="党员活动室"' in html
    assert 'value="14:30"' in html


def test_sending_counts_and_says_for_what(cast, as_user):
    client = as_user("secretary")
    response = client.post(reverse("activities:new"), typed(cast), follow=True)
    html = response.content.decode()
    activity = Activity.objects.get()
    assert response.redirect_chain == [(f"/activities/{activity.pk}/", 302)]
    assert activity.state == "submitted"
    assert "已报送，计入" in html
    assert "主题党日" in html and "E2" in html and "D4" in html
    assert "已报送，计入" not in client.get(f"/activities/{activity.pk}/").content.decode()


def test_sending_the_same_form_twice_makes_one_record(cast, as_user):
    client, data = as_user("secretary"), typed(cast)
    first, second = (client.post(reverse("activities:new"), data) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Activity.objects.count() == 1


def test_a_new_token_cannot_double_a_gathering(cast, as_user):
    client = as_user("secretary")
    client.post(reverse("activities:new"), typed(cast))
    again = client.post(reverse("activities:new"), typed(cast))
    assert again.status_code == 409
    assert "没有重复登记" in again.content.decode()
    assert live_facts().filter(metric__code="theme_day.held").count() == 1


def test_faults_come_back_at_their_fields_with_everything_typed(cast, as_user):
    data = typed(cast, place="", agenda="")
    data.pop(next(name for name in data if name.startswith("att_")))
    response = as_user("secretary").post(reverse("activities:new"), data)
    html = response.content.decode()
    assert response.status_code == 200
    assert "请填地点。" in html and "请填议题（内容）" in html and "没有出席情况" in html
    assert "各人谈体会。" in html
    activity = Activity.objects.get()
    assert activity.state == "draft"
    assert f'action="/activities/{activity.pk}/edit/"' in html
    mended = client_post_edit(as_user, cast, activity)
    assert mended.status_code == 302
    assert Activity.objects.get().state == "submitted"


def client_post_edit(as_user, cast, activity):
    data = typed(cast, version=str(activity.version))
    return as_user("secretary").post(reverse("activities:edit", args=[activity.pk]), data)


def test_a_bad_date_loses_nothing(cast, as_user):
    html = as_user("secretary").post(reverse("activities:new"), typed(cast, held_on="昨天")).content.decode()
    assert "日期写成" in html and "各人谈体会。" in html


def test_files_are_kept_when_something_else_is_wrong(cast, as_user):
    photo = SimpleUploadedFile("现场.png", PNG, "image/png")
    html = as_user("secretary").post(reverse("activities:new"), typed(cast, place="", files=[photo])).content.decode()
    assert "现场.png" in html
    assert ActivityFile.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("病毒.exe", b"MZ\x90\x00" + b"\0" * 100, "病毒.exe"),
        ("照片.jpg", b"<html></html>", "照片.jpg"),
        ("空.pdf", b"", "空"),
    ],
)
def test_attachments_of_the_wrong_kind_are_refused_by_name(cast, as_user, name, content, words):
    upload = SimpleUploadedFile(name, content)
    response = as_user("secretary").post(reverse("activities:new"), typed(cast, files=[upload]))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not ActivityFile.objects.exists()


def test_attachment_above_20_mb_is_refused(cast, as_user):
    big = io.BytesIO(b"%PDF-1.4\n" + b"0" * (20 * 1024 * 1024))
    big.name = "大.pdf"
    html = as_user("secretary").post(reverse("activities:new"), typed(cast, files=[big])).content.decode()
    assert "超过 20 MB" in html


def test_file_is_served_only_to_those_who_see_the_record(cast, as_user):
    photo = SimpleUploadedFile("现场.png", PNG, "image/png")
    as_user("secretary").post(reverse("activities:new"), typed(cast, files=[photo]))
    row = ActivityFile.objects.get()
    url = reverse("activities:file", args=[row.activity_id, row.pk])
    response = as_user("officer").get(url)
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in response["Content-Disposition"]
    for name in ("other_secretary", "outsider", "stranger", "administrator"):
        assert as_user(name).get(url).status_code == 404


def test_draft_stays_a_draft(cast, as_user):
    as_user("committee_member").post(
        reverse("activities:new"),
        typed(cast, action="draft", place="", _token=new_token(cast.committee_member, "/activities/new/")),
    )
    activity = Activity.objects.get()
    assert (activity.state, activity.revision) == ("draft", 0)
    assert not live_facts().exists()


def test_what_the_browser_kept_goes_when_it_is_saved(cast, as_user):
    key = f"activity-new-theme_day-{cast.branch.pk}"
    Draft.objects.create(owner=cast.secretary, key=key, data={"agenda": ["重温"]}, updated_at=NOW)
    as_user("secretary").post(reverse("activities:new"), typed(cast))
    assert not Draft.objects.filter(key=key).exists()


def test_edit_of_a_changed_record_is_a_conflict_that_keeps_the_text(cast, as_user):
    activity = draft(cast)
    data = typed(cast, version=str(activity.version - 1 or 99), speeches="我的新发言")
    response = as_user("secretary").post(reverse("activities:edit", args=[activity.pk]), data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "data-error-message" in html
    assert re.search(r"发言要点</th>\s*<td[^>]*>我的新发言</td>\s*<td[^>]*>大家谈了体会，也有不同看法。</td>", html)
    assert "二楼会议室" in html


def test_people_fragment_follows_day_and_keeps_choices(cast, as_user):
    member = Member.objects.get(branch=cast.branch, name="周一")
    query = {"kind": "theme_day", "branch": cast.branch.pk, "held_on": "2026-11-12", f"att_{member.pk}": "leave_sick"}
    html = as_user("secretary").get(reverse("activities:people"), query).content.decode()
    assert '<option value="leave_sick" data-tone="blue" selected>' in html


@pytest.mark.parametrize("who", ["other_secretary", "outsider", "administrator", "stranger", "member"])
def test_a_record_outside_the_scope_is_404_everywhere(cast, as_user, who):
    activity = sent(cast)
    client = as_user(who)
    for name in ("detail", "edit", "print"):
        assert client.get(reverse(f"activities:{name}", args=[activity.pk])).status_code == 404
    for name in ("pull_back", "withdraw", "delete", "approve", "return", "false", "note", "approve_shares"):
        assert client.post(reverse(f"activities:{name}", args=[activity.pk])).status_code == 404
    assert activity.title not in client.get(reverse("activities:list")).content.decode()


def test_member_sees_what_they_attended_once_it_is_approved(cast, as_user):
    activity = approved(cast)
    assert as_user("member").get(reverse("activities:detail", args=[activity.pk])).status_code == 200
    assert activity.title in as_user("member").get(reverse("activities:list")).content.decode()


def test_leader_reads_and_does_not_act(cast, as_user):
    activity = sent(cast)
    client = as_user("leader")
    assert client.get(reverse("activities:detail", args=[activity.pk])).status_code == 200
    assert client.post(reverse("activities:approve", args=[activity.pk])).status_code == 403
    assert client.get(reverse("activities:new")).status_code == 403


def test_officer_approves_and_returns_in_the_page(cast, as_user):
    first, second = sent(cast), sent(cast, held_on=date(2026, 10, 9))
    client = as_user("officer")
    client.post(reverse("activities:approve", args=[first.pk]))
    client.post(reverse("activities:return", args=[second.pk]), {"reason": "请补缺席原因"})
    assert dict(Activity.objects.values_list("pk", "state")) == {first.pk: "approved", second.pk: "returned"}
    assert client.post(reverse("activities:approve", args=[second.pk])).status_code == 409


def test_list_filters_and_searches(cast, as_user):
    sent(cast, title="学习党章")
    sent(cast, "committee_meeting", title="研究发展", held_on=date(2026, 10, 9))
    client, url = as_user("secretary"), reverse("activities:list")
    for query in ({"q": "党章"}, {"kind": "theme_day"}, {"month": "2026-11"}):
        html = client.get(url, query).content.decode()
        assert "学习党章" in html and "研究发展" not in html
    assert (
        "没有符合条件的记录" in client.get(url, {"late": "on"}).content.decode()
        or "研究发展" in client.get(url, {"late": "on"}).content.decode()
    )


def test_export_is_exactly_the_list_shown(cast, as_user):
    sent(cast, title="学习党章")
    sent(cast, "committee_meeting", title="=1+1", held_on=date(2026, 10, 9))
    client = as_user("secretary")
    response = client.get(reverse("activities:export"), {"kind": "committee_meeting"})
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True))
    titles = [row[3] for row in rows if row[3] in ("学习党章", "=1+1")]
    assert titles == ["=1+1"]
    assert as_user("member").get(reverse("activities:export")).status_code == 403


@pytest.mark.parametrize("name", ["list", "new", "detail", "book"])
def test_number_of_queries_does_not_follow_the_rows(cast, as_user, name):
    client = as_user("secretary")
    first = sent(cast, held_on=date(2026, 11, 1))
    url = {
        "list": reverse("activities:list"),
        "new": reverse("activities:new") + "?kind=theme_day",
        "detail": reverse("activities:detail", args=[first.pk]),
        "book": reverse("activities:book", args=[cast.branch.pk, 2026]),
    }[name]
    client.get(url)
    one = _queries(client, url)
    for day in (8, 9):
        sent(cast, held_on=date(2026, 11, day))
    assert _queries(client, url) == one


def _queries(client, url: str) -> int:
    from django.db import connection

    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_print_has_signature_lines_and_a_year_is_one_book(cast, as_user):
    activity = sent(cast)
    sent(cast, "committee_meeting", held_on=date(2026, 10, 9))
    client = as_user("secretary")
    one = client.get(reverse("activities:print", args=[activity.pk])).content.decode()
    assert "主题党日记录表" in one and "主持人签字" in one and "记录人签字" in one
    book = client.get(reverse("activities:book", args=[cast.branch.pk, 2026])).content.decode()
    assert book.count("主持人签字") == 2 and "会议记录" in book
    assert as_user("other_secretary").get(reverse("activities:book", args=[cast.branch.pk, 2026])).status_code == 404


def test_invited_branch_confirms_on_its_page(cast, as_user):
    activity = sent(cast, invited=(cast.other_branch.pk,))
    share = Participation.objects.get(branch=cast.other_branch)
    client = as_user("other_secretary")
    assert "确认出席" in client.get(reverse("activities:detail", args=[activity.pk])).content.decode()
    members = Member.objects.filter(branch=cast.other_branch)
    client.post(reverse("activities:share", args=[share.pk]), {f"att_{member.pk}": "present" for member in members})
    assert Participation.objects.get(pk=share.pk).state == "confirmed"
    assert "孙党员" not in client.get(reverse("activities:detail", args=[activity.pk])).content.decode()
    assert as_user("secretary").get(reverse("activities:share", args=[share.pk])).status_code == 404


def test_fault_on_sending_says_so_and_that_it_is_kept(cast, as_user):
    html = as_user("secretary").post(reverse("activities:new"), typed(cast, place="")).content.decode()
    assert "还不能报送，请改正下面" in html and "（已存为草稿）" in html
    assert "<h1>登记主题党日</h1>" in html
    assert Activity.objects.get().state == "draft"


def test_form_points_to_the_own_draft_of_the_month(cast, as_user):
    kept = draft(cast)
    url = f"{reverse('activities:new')}?kind=theme_day&held_on=2026-11-18"
    html = as_user("secretary").get(url).content.decode()
    assert "您有一条11月12日的主题党日草稿没有报送" in html
    assert reverse("activities:edit", args=[kept.pk]) in html
    for other in (url.replace("-11-", "-10-"), url.replace("theme_day", "general_meeting")):
        assert "草稿没有报送" not in as_user("secretary").get(other).content.decode()
    assert "草稿没有报送" not in as_user("committee_member").get(url).content.decode()
