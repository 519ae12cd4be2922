"""Polls from setting up to the year end: groups, codes once, own branch never, closing, voiding, rights."""

from __future__ import annotations

import pytest
from django.http import Http404

from appraisal.models import PartMark, Poll, PollCode, PollGroup, PollTally
from appraisal.selectors.polls import poll_results
from appraisal.services import casting, marks, polls
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories.polls import NOON, YEAR, close, codes, new_poll, people, vote, vote_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(cast):
    people(cast)
    return cast


def members_slips(cast, poll) -> list[str]:
    return codes(cast, poll)[cast.branch.short_name]


def result_of(cast, poll, branch):
    return next(row for row in poll_results(cast.viewer("officer"), poll) if row.branch == branch)


def test_members_rate_their_own_branch_alone(crowd):
    poll = new_poll(crowd)
    slips = codes(crowd, poll)

    ballot = casting.ballot_for(slips[crowd.branch.short_name][0])
    assert [subject.branch for subject in ballot.subjects] == [crowd.branch]
    assert {label: len(found) for label, found in slips.items()} == {
        crowd.branch.short_name: 9,
        crowd.other_branch.short_name: 7,
        crowd.far_branch.short_name: 6,
    }


def test_secretaries_rate_every_branch_but_their_own(crowd):
    poll = new_poll(crowd, "peers")
    slips = codes(crowd, poll)

    ballot = casting.ballot_for(slips[f"{crowd.branch.short_name}书记"][0])
    assert [subject.branch for subject in ballot.subjects] == [crowd.other_branch, crowd.far_branch]
    assert f"{crowd.far_branch.short_name}书记" not in slips  # nobody is secretary there
    with pytest.raises(InvalidInput, match="票面与票码不符"):
        own = poll.subjects.get(branch=crowd.branch)
        casting.cast_ballot(typed=slips[f"{crowd.branch.short_name}书记"][0], grades={own.pk: "good"})


def test_codes_are_shown_once_and_stored_as_digests_only(crowd):
    poll = new_poll(crowd)
    slips = members_slips(crowd, poll)

    stored = "".join(PollCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in stored for code in slips)
    with pytest.raises(Conflict, match="不再显示"):
        polls.issue_codes(actor=crowd.viewer("officer"), poll_id=poll.pk)


def test_lost_sheet_is_printed_anew_and_the_lost_codes_are_dead(crowd):
    poll = new_poll(crowd)
    first = members_slips(crowd, poll)
    vote(first[0])
    group = poll.groups.get(branch=crowd.branch)

    second = codes(crowd, poll, group_id=group.pk, again=True)[group.label]

    assert len(second) == len(first) - 1
    assert not set(second) & set(first)
    with pytest.raises(InvalidInput, match="没有这个票码"):
        vote(first[1])
    with pytest.raises(Conflict, match="已经用过"):
        vote(first[0])
    assert PollCode.objects.filter(group=group).count() == len(first)


def test_code_counts_once(crowd):
    poll = new_poll(crowd)
    slips = members_slips(crowd, poll)
    vote(slips[0])
    with pytest.raises(Conflict, match="已经用过"):
        vote(slips[0], "poor")

    assert sum(PollTally.objects.filter(poll=poll).values_list("votes", flat=True)) == 1


def test_refused_ballot_leaves_its_code_unused(crowd):
    poll = new_poll(crowd)
    code = members_slips(crowd, poll)[0]
    subject = poll.subjects.get(branch=crowd.branch)
    for grades, words in (({subject.pk: "super"}, "票面"), ({}, "还没有评价"), ({subject.pk: ""}, "还没有评价")):
        with pytest.raises(InvalidInput, match=words):
            casting.cast_ballot(typed=code, grades=grades)

    assert not PollCode.objects.filter(is_used=True).exists()
    vote(code)


def test_result_of_a_closed_poll(crowd):
    poll = new_poll(crowd)
    slips = members_slips(crowd, poll)
    vote_all(slips, ["good"] * 4 + ["fair"] * 2 + ["plain"])
    close(crowd, poll)

    poll.refresh_from_db()
    row = result_of(crowd, poll, crowd.branch)
    assert (row.counts, row.votes) == ({"good": 4, "fair": 2, "plain": 1, "poor": 0}, 7)
    assert (row.handed_out, row.returned, row.is_valid) == (9, 7, True)
    assert (row.hundredths, row.overall_name) == (8857, "较好")


def test_nothing_is_shown_while_the_poll_is_open(crowd):
    poll = new_poll(crowd)
    vote_all(members_slips(crowd, poll), ["good"] * 9)
    poll.refresh_from_db()

    assert poll_results(crowd.viewer("officer"), poll) == []


@pytest.mark.parametrize("votes", [0, 1, 4, 5])
def test_under_five_marks_nothing_is_shown_or_counted(crowd, votes):
    year_end = marks.open_year(actor=crowd.viewer("officer"), root=crowd.root, year=YEAR, now=NOON)
    poll = new_poll(crowd)
    vote_all(members_slips(crowd, poll), ["good"] * votes)
    group = poll.groups.get(branch=crowd.branch)
    close(crowd, poll, handed_out={group.pk: max(votes, 1)})
    poll.refresh_from_db()

    row = result_of(crowd, poll, crowd.branch)
    if votes < 5:
        assert row.is_hidden
        assert (row.counts, row.votes, row.hundredths, row.overall, row.cells) == (None, None, None, "", [None] * 4)
        assert not PartMark.objects.filter(year_end=year_end, branch=crowd.branch).exists()
    else:
        assert (row.is_hidden, row.hundredths) == (False, 10000)
        assert PartMark.objects.get(year_end=year_end, branch=crowd.branch).hundredths == 10000


def test_abstentions_come_back_but_are_no_votes(crowd):
    poll = new_poll(crowd, "committee")
    group = poll.groups.get()
    polls.set_sizes(actor=crowd.viewer("officer"), poll_id=poll.pk, sizes={group.pk: 6})
    for number, code in enumerate(codes(crowd, poll)[group.label]):
        vote(code, lambda subject, n=number: "" if n < 2 and subject.branch == crowd.branch else "fair")
    close(crowd, poll)
    poll.refresh_from_db()

    rows = {row.branch: row for row in poll_results(crowd.viewer("officer"), poll)}
    assert (rows[crowd.branch].returned, rows[crowd.branch].is_hidden) == (6, True)  # 4 marks only
    assert (rows[crowd.other_branch].votes, rows[crowd.other_branch].hundredths) == (6, 8000)


def test_closed_valid_poll_gives_the_year_end_its_part(crowd):
    officer = crowd.viewer("officer")
    year_end = marks.open_year(actor=officer, root=crowd.root, year=YEAR, now=NOON)
    poll = new_poll(crowd)
    slips = codes(crowd, poll)
    vote_all(slips[crowd.branch.short_name], ["good"] * 7)
    vote_all(slips[crowd.other_branch.short_name], ["good"] * 4)  # 4 of 7: hidden and not valid
    vote_all(slips[crowd.far_branch.short_name], ["fair"] * 5)
    close(crowd, poll)

    found = {mark.branch_id: mark for mark in PartMark.objects.filter(year_end=year_end)}
    assert found.keys() == {crowd.branch.pk, crowd.far_branch.pk}
    mark = found[crowd.branch.pk]
    assert (mark.part, mark.hundredths, mark.handed_out, mark.returned) == ("members", 10000, 9, 7)
    assert mark.origin_label == "2025年党员民主测评"
    assert found[crowd.far_branch.pk].hundredths == 8000


def test_invalid_result_is_shown_as_invalid_and_not_counted(crowd):
    year_end = marks.open_year(actor=crowd.viewer("officer"), root=crowd.root, year=YEAR, now=NOON)
    poll = new_poll(crowd)
    vote_all(members_slips(crowd, poll), ["good"] * 6)  # 6 of 9 is under 70 %
    close(crowd, poll)
    poll.refresh_from_db()

    row = result_of(crowd, poll, crowd.branch)
    assert (row.is_hidden, row.is_valid, row.word) == (False, False, "收回率不足，无效")
    assert not PartMark.objects.filter(year_end=year_end).exists()


def test_year_begun_later_takes_the_poll_then(crowd):
    poll = new_poll(crowd)
    vote_all(members_slips(crowd, poll), ["good"] * 9)
    close(crowd, poll)
    officer = crowd.viewer("officer")
    with pytest.raises(Conflict, match="还没有开始"):
        polls.take_to_year_end(actor=officer, poll_id=poll.pk, now=NOON)
    marks.open_year(actor=officer, root=crowd.root, year=YEAR, now=NOON)

    assert polls.take_to_year_end(actor=officer, poll_id=poll.pk, now=NOON) == 1
    assert polls.take_to_year_end(actor=officer, poll_id=poll.pk, now=NOON) == 1
    assert PartMark.objects.filter(branch=crowd.branch, hundredths=10000).count() == 1


def test_void_poll_takes_its_marks_with_it_and_may_be_held_again(crowd):
    officer = crowd.viewer("officer")
    marks.open_year(actor=officer, root=crowd.root, year=YEAR, now=NOON)
    poll = new_poll(crowd)
    vote_all(members_slips(crowd, poll), ["good"] * 9)
    close(crowd, poll)
    with pytest.raises(InvalidInput):
        polls.void_poll(actor=officer, poll_id=poll.pk, reason=" ")

    polls.void_poll(actor=officer, poll_id=poll.pk, reason="发票有误")

    assert not PartMark.objects.filter(hundredths__isnull=False).exists()
    assert new_poll(crowd).pk != poll.pk
    with pytest.raises(Conflict, match="已经建立"):
        new_poll(crowd)


def test_more_back_than_handed_out_is_refused(crowd):
    poll = new_poll(crowd)
    vote_all(members_slips(crowd, poll), ["good"] * 5)
    group = poll.groups.get(branch=crowd.branch)
    for given in (4, 10):
        with pytest.raises(InvalidInput, match="发出票数应在"):
            close(crowd, poll, handed_out={group.pk: given})
    close(crowd, poll, handed_out={group.pk: 5})
    group.refresh_from_db()
    assert (group.issued, group.handed_out, group.returned) == (9, 5, 5)


def test_closing_forgets_every_code_and_seals_the_counts(crowd):
    poll = new_poll(crowd)
    slips = members_slips(crowd, poll)
    vote_all(slips, ["good"] * 7)
    close(crowd, poll)
    poll.refresh_from_db()

    assert not PollCode.objects.exists()
    assert polls.sealed(poll) == poll.digest
    PollTally.objects.filter(poll=poll, votes=7).update(votes=8)
    assert polls.sealed(poll) != poll.digest
    with pytest.raises(InvalidInput, match="没有这个票码"):
        vote(slips[8])
    with pytest.raises(Conflict):
        close(crowd, poll)


def test_sizes_stand_once_the_slips_are_out(crowd):
    poll = new_poll(crowd)
    group = poll.groups.get(branch=crowd.branch)
    officer = crowd.viewer("officer")
    polls.set_sizes(actor=officer, poll_id=poll.pk, sizes={group.pk: 12})
    with pytest.raises(InvalidInput):
        polls.set_sizes(actor=officer, poll_id=poll.pk, sizes={group.pk: 2001})
    assert len(members_slips(crowd, poll)) == 12
    polls.set_sizes(actor=officer, poll_id=poll.pk, sizes={group.pk: 30})
    assert PollGroup.objects.get(pk=group.pk).size == 12


@pytest.mark.parametrize(
    ("who", "kind", "error"),
    [
        ("secretary", "members", Http404),
        ("member", "members", Http404),
        ("outsider", "members", Http404),
        ("leader", "peers", Http404),
        ("officer", "member_appraisal", InvalidInput),
        ("officer", "nonsense", InvalidInput),
    ],
)
def test_who_may_not_hold_a_poll_of_the_committee(crowd, who, kind, error):
    with pytest.raises(error):
        new_poll(crowd, kind, by=who)
    assert not Poll.objects.exists()


def test_secretary_runs_the_polls_of_the_own_branch_alone(crowd):
    poll = new_poll(crowd, "member_appraisal", by="secretary", branch=crowd.branch)
    assert poll.subjects.count() == 9
    assert codes(crowd, poll, by="secretary")
    for who in ("other_secretary", "outsider", "member"):
        with pytest.raises(Http404):
            close(crowd, poll, by=who)
    with pytest.raises(Refused):
        close(crowd, poll, by="committee_member")
    close(crowd, poll, by="secretary")


def test_officers_see_committee_polls_and_secretaries_do_not(crowd):
    poll = new_poll(crowd)
    vote_all(members_slips(crowd, poll), ["good"] * 9)
    close(crowd, poll)
    poll.refresh_from_db()
    assert {who: bool(poll_results(crowd.viewer(who), poll)) for who in ("officer", "secretary", "outsider")} == {
        "officer": True,
        "secretary": False,
        "outsider": False,
    }


def test_every_step_but_the_ballot_is_in_the_audit(crowd):
    poll = new_poll(crowd)
    vote(members_slips(crowd, poll)[0])
    close(crowd, poll)

    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["poll.create", "poll.codes", "poll.close"]


def test_groups_of_a_few_do_not_say_how_many_came_back(crowd, client_as):
    """A slip for one secretary: that it came back says who voted."""
    poll = new_poll(crowd, "peers")
    slips = codes(crowd, poll)
    vote(slips[f"{crowd.branch.short_name}书记"][0])
    page = client_as("officer").get(f"/polls/{poll.pk}/")

    assert [group.shows_count for group in page.context["groups"]] == [False] * 3
    assert page.context["used"] == 1
    rows = page.content.decode().split("<tbody>")[1].split("</tr>")
    assert '<td class="num">—</td>' in rows[0] and '<td class="num">—</td>' in rows[1]
