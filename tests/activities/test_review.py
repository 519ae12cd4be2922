"""The review queue: what waits, exactly what was shown is approved, nobody reviews their own."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Activity, Claim
from activities.selectors.review import (
    QueueFilter,
    claim_queue,
    queue_counts,
    record_queue,
    sample_of,
    sheet_queue,
)
from activities.services.review import Selection, approve_shown, return_part
from activities.services.submitting import pull_back
from core.errors import Conflict, Refused
from core.periods import Month
from notices.models import Notice
from tests.activities.test_claims import dues, sent_claim
from tests.activities.test_sheets import send
from tests.factories.activities import NOW, approved, at, sent


@pytest.fixture(autouse=True)
def november():
    """The clock of the pages stands on the day of the cast."""
    with time_machine.travel(NOW, tick=True):
        yield


def titles(queryset) -> list[str]:
    return [row.title for row in queryset.order_by("submitted_at", "id")]


def approve(cast, who="officer", **shown) -> int:
    return approve_shown(actor=cast.viewer(who), shown=Selection(**shown), now=NOW)


def test_queue_holds_what_waits_in_the_scope(cast):
    sent(cast, title="待审的")
    approved(cast, title="审过的", held_on=date(2026, 11, 3))
    sent(cast, by="other_secretary", branch=cast.other_branch, title="港航的")
    assert titles(record_queue(cast.viewer("officer"), QueueFilter())) == ["待审的", "港航的"]
    assert titles(record_queue(cast.viewer("committee_member"), QueueFilter())) == ["待审的"]
    assert titles(record_queue(cast.viewer("outsider"), QueueFilter())) == []


def test_filters_narrow_the_queue(cast):
    sent(cast, title="本月主题党日")
    sent(cast, "party_lecture", title="党课", held_on=date(2026, 9, 3))
    officer = cast.viewer("officer")
    assert titles(record_queue(officer, QueueFilter(kind="party_lecture"))) == ["党课"]
    assert titles(record_queue(officer, QueueFilter(month=Month(2026, 11)))) == ["本月主题党日"]
    assert titles(record_queue(officer, QueueFilter(late=True))) == ["党课"]
    assert titles(record_queue(officer, QueueFilter(branch_id=cast.other_branch.pk))) == []
    assert titles(record_queue(officer, QueueFilter(q="主题"))) == ["本月主题党日"]


def test_what_the_officer_entered_is_left_to_another(cast):
    own = sent(cast, by="officer", title="代录的")
    assert titles(record_queue(cast.viewer("officer"), QueueFilter())) == []
    assert titles(record_queue(cast.viewer("officer"), QueueFilter(mine=True))) == ["代录的"]
    assert queue_counts(cast.viewer("officer")).own == 1
    with pytest.raises(Refused):
        approve(cast, records={own.pk: own.version})
    assert approve(cast, who="second_officer", records={own.pk: own.version}) == 1


def test_approving_all_shown_confirms_records_claims_and_sheets(cast):
    record, claim = sent(cast), dues(cast)
    send(cast)
    assert approve(cast, records={record.pk: record.version}, claims={claim.pk: claim.version}) == 2
    record.refresh_from_db()
    claim.refresh_from_db()
    assert (record.state, claim.state) == ("approved", "approved")
    assert not sheet_queue(cast.viewer("officer"), QueueFilter()).exists()


def test_one_change_meanwhile_stops_the_whole_batch_and_is_named(cast):
    one, two = sent(cast, title="甲"), sent(cast, title="乙", held_on=date(2026, 11, 13))
    claim = dues(cast)
    shown = {one.pk: one.version, two.pk: two.version}
    pull_back(actor=cast.viewer("secretary"), activity_id=two.pk, now=NOW)
    with pytest.raises(Conflict) as caught:
        approve(cast, records=shown, claims={claim.pk: claim.version})
    assert caught.value.fields == {"records": ["公路党支部 11月13日 乙"]}
    assert dict(Activity.objects.values_list("title", "state")) == {"甲": "submitted", "乙": "draft"}
    assert Claim.objects.get().state == "submitted"


def test_record_outside_the_scope_stops_the_batch(cast):
    record = sent(cast)
    with pytest.raises(Conflict):
        approve(cast, who="outsider", records={record.pk: record.version})


def test_leader_looks_but_does_not_review(cast):
    record = sent(cast)
    with pytest.raises(Refused):
        approve(cast, who="leader", records={record.pk: record.version})


def test_returning_a_record_tells_the_secretary(cast):
    record = sent(cast, title="甲")
    return_part(
        actor=cast.viewer("officer"), what="record", pk=record.pk, version=record.version, reason="缺原因", now=NOW
    )
    record.refresh_from_db()
    assert (record.state, record.return_reason) == ("returned", "缺原因")
    assert list(Notice.objects.values_list("recipient", "kind")) == [(cast.secretary.pk, "returned")]


def test_the_same_seed_draws_the_same_sample(cast):
    for day in range(2, 8):
        approved(cast, held_on=date(2026, 11, day), title=f"{day}日")
    sent(cast, title="没审的")
    officer = cast.viewer("officer")
    drawn = [row.pk for row in sample_of(officer, first=Month(2026, 1), last=Month(2026, 11), size=3, seed="甲")]
    again = [row.pk for row in sample_of(officer, first=Month(2026, 1), last=Month(2026, 11), size=3, seed="甲")]
    assert (len(drawn), drawn) == (3, again)
    all_ = sample_of(officer, first=Month(2026, 1), last=Month(2026, 11), size=99, seed="甲")
    assert {row.title for row in all_} == {f"{day}日" for day in range(2, 8)}
    assert sample_of(cast.viewer("outsider"), first=Month(2026, 1), last=Month(2026, 11), size=9, seed="甲") == []


def test_page_approves_what_is_ticked_only(cast, client):
    one, two = sent(cast), sent(cast, held_on=date(2026, 11, 13))
    client.force_login(cast.officer)
    page = client.get(reverse("activities:review"))
    assert [row.pk for row in page.context["page"]] == [one.pk, two.pk]
    answer = client.post(
        reverse("activities:review_approve"), {"record": f"{one.pk}:{one.version}", "query": "tab=records"}
    )
    assert answer.url == reverse("activities:review") + "?tab=records"
    assert set(Activity.objects.values_list("pk", "state")) == {(one.pk, "approved"), (two.pk, "submitted")}


def test_page_answers_409_and_lists_what_changed(cast, client):
    record = sent(cast, title="甲")
    client.force_login(cast.officer)
    answer = client.post(reverse("activities:review_approve"), {"record": f"{record.pk}:{record.version + 1}"})
    assert answer.status_code == 409
    assert "公路党支部 11月12日 甲" in answer.content.decode()
    assert Activity.objects.get().state == "submitted"


def test_page_returns_with_a_usual_reason_and_own_words(cast, client):
    claim = sent_claim(cast)
    client.force_login(cast.officer)
    url = reverse("activities:review_return", args=["claim", claim.pk])
    client.post(url, {"reason": ["缺少佐证材料", "请附立项表"], "version": claim.version})
    claim.refresh_from_db()
    assert (claim.state, claim.return_reason) == ("returned", "缺少佐证材料；请附立项表")


@pytest.mark.parametrize(("who", "status"), [("secretary", 403), ("member", 403), ("leader", 200), ("officer", 200)])
def test_who_sees_the_queue(cast, client, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("activities:review")).status_code == status
    assert client.get(reverse("activities:review_sample")).status_code == status


def test_secretary_cannot_approve_by_address(cast, client):
    record = sent(cast)
    client.force_login(cast.secretary)
    answer = client.post(reverse("activities:review_approve"), {"record": f"{record.pk}:{record.version}"})
    assert answer.status_code == 403
    assert Activity.objects.get().state == "submitted"


@pytest.mark.parametrize("tab", ["records", "claims", "sheets"])
def test_queue_costs_the_same_for_one_and_three(cast, client, tab):
    client.force_login(cast.officer)
    url = reverse("activities:review") + f"?tab={tab}"

    def add(number: int) -> None:
        if tab == "records":
            sent(cast, held_on=date(2026, 11, number))
        elif tab == "claims":
            sent_claim(cast, note=str(number))
        else:
            send(cast, month=Month(2026, number), now=at(date(2026, 11, 20)))

    add(3)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    add(4)
    add(5)
    with CaptureQueriesContext(connection) as three:
        page = client.get(url)
    assert len(page.context["page"]) == 3
    assert len(one) == len(three)


def test_claims_of_other_roots_are_not_in_the_queue(cast):
    sent_claim(cast)
    assert claim_queue(cast.viewer("outsider"), QueueFilter()).count() == 0


def test_nothing_is_ticked_when_the_queue_opens(cast, client):
    sent(cast)
    client.force_login(cast.officer)
    text = client.get(reverse("activities:review")).content.decode()
    assert 'name="record"' in text and 'id="id_all"' in text
    assert " checked" not in text


def approve_page(client, record, queue: str = ""):
    return client.post(reverse("activities:approve", args=[record.pk]), {"queue": queue}, follow=True)


def test_approving_on_the_record_goes_on_to_the_next_of_the_queue(cast, client):
    one = sent(cast, title="甲", held_on=date(2026, 11, 3), now=at(date(2026, 11, 4)))
    theirs = sent(
        cast,
        by="other_secretary",
        branch=cast.other_branch,
        title="港航的",
        held_on=date(2026, 11, 3),
        now=at(date(2026, 11, 5)),
    )
    two = sent(cast, "party_lecture", title="乙", held_on=date(2026, 11, 6), now=at(date(2026, 11, 7)))
    client.force_login(cast.officer)
    queue = f"tab=records&branch={cast.branch.pk}"
    page = approve_page(client, one, queue)
    assert page.context["activity"] == two
    assert "“甲”已审核通过，得分已确认。下面是下一条待审的。" in page.content.decode()
    page = approve_page(client, two, page.context["queue"])
    assert page.redirect_chain[-1][0] == f"{reverse('activities:review')}?{queue}"
    assert "这里没有待审的记录了。" in page.content.decode()
    assert approve_page(client, theirs).redirect_chain[-1][0] == reverse("activities:review")


def test_approve_and_return_stand_in_the_head_of_the_page(cast, client):
    record = sent(cast)
    client.force_login(cast.officer)
    head = client.get(reverse("activities:detail", args=[record.pk])).content.decode().split('id="page-messages"')[0]
    assert "审核通过" in head and 'data-open="return-box"' in head
    client.force_login(cast.secretary)
    head = client.get(reverse("activities:detail", args=[record.pk])).content.decode().split('id="page-messages"')[0]
    assert "审核通过" not in head and "退回" not in head
