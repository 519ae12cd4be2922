"""Signing as people do it: in order, each once, with the password and the text they saw; voiding; telling."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.http import Http404

from branches.models import Appointment, Organisation
from branches.rules import Role
from core.errors import Conflict, InvalidInput, PortalError, Refused
from core.models import AuditEntry
from notices.models import Notice
from signing import reminders, services
from signing.models import ChainHead, ChainLink, Paper, Signature, WrongPassword
from signing.selectors import people_in_turn, unsigned, waiting_for
from signing.services import PaperDraft
from signing.verify import verify_committee
from tests.factories.branches import build_cast, make_committee_officer, make_officer_of
from tests.factories.signing import BODY, BOTH, DAY, NOW, open_paper, sign, signed


def rows(paper: Paper) -> list[tuple]:
    return list(Signature.objects.filter(paper=paper).values_list("signer__place", "user__username", "name"))


def test_both_sign_in_order_and_the_paper_is_complete(cast):
    paper = open_paper(cast)
    assert (paper.state, paper.turn, paper.revision) == ("open", 1, 1)
    assert sign(cast, paper, "secretary").state == "open"
    done = sign(cast, paper, "officer", now=NOW + timedelta(hours=1))
    assert (done.state, done.completed_at) == ("complete", NOW + timedelta(hours=1))
    assert rows(paper) == [(1, "secretary", "王书记"), (2, "officer", "officer")]
    assert list(ChainLink.objects.values_list("number", "deed")) == [(1, "opened"), (2, "signed"), (3, "signed")]
    assert verify_committee(cast.root.pk).is_sound


def test_every_step_is_audited(cast):
    paper = signed(cast)
    services.void_paper(actor=cast.viewer("officer", DAY), paper_id=paper.pk, reason="签错", now=NOW)
    actions = list(AuditEntry.objects.filter(target_type="signing.paper").values_list("actor__username", "action"))
    assert actions == [
        ("officer", "paper.open"),
        ("secretary", "paper.sign"),
        ("officer", "paper.sign"),
        ("officer", "paper.void"),
    ]


def test_who_comes_second_waits_for_the_first(cast):
    paper = open_paper(cast)
    with pytest.raises(Conflict, match="还没有轮到您，请等支部书记先签"):
        sign(cast, paper, "officer")
    assert rows(paper) == []


def test_nobody_signs_twice_nor_for_another(cast):
    paper = open_paper(cast)
    sign(cast, paper, "secretary")
    with pytest.raises(Conflict, match="已经签过"):
        sign(cast, paper, "secretary")
    for who in ("leader", "committee_member"):
        with pytest.raises(Refused, match="机关党委本人"):
            sign(cast, paper, who)
    assert rows(paper) == [(1, "secretary", "王书记")]


def test_one_person_cannot_hold_both_places(cast):
    """The secretary who is an officer, too, signs as secretary; another officer signs for the committee."""
    from tests.factories.branches import GrantFactory

    GrantFactory(user=cast.secretary, role=Role.OFFICER.value, organisation=cast.root)
    paper = open_paper(cast)
    sign(cast, paper, "secretary")
    with pytest.raises(Conflict, match="您已经签过"):
        sign(cast, paper, "secretary")
    assert waiting_for(cast.viewer("secretary", DAY)) == []
    assert sign(cast, paper, "officer").state == "complete"


@pytest.mark.parametrize("who", ["other_secretary", "outsider", "member", "administrator", "stranger"])
def test_a_paper_of_another_is_not_there(cast, who):
    paper = open_paper(cast)
    with pytest.raises(Http404):
        sign(cast, paper, who)


def test_a_named_signer_alone_may_sign(cast):
    paper = open_paper(cast, signers=((1, Role.OFFICER.value, cast.second_officer),))
    with pytest.raises(Refused):
        sign(cast, paper, "officer")
    assert sign(cast, paper, "second_officer").state == "complete"


def test_a_deputy_signs_only_where_there_is_no_secretary(cast):
    deputy = make_officer_of(cast.branch, "deputy_secretary", username="deputy")
    cast.deputy = deputy
    paper = open_paper(cast)
    with pytest.raises(Refused, match="支部书记本人"):
        sign(cast, paper, "deputy")
    Appointment.objects.filter(member=cast.secretary.member).update(to_on=DAY - timedelta(days=1))
    assert sign(cast, paper, "deputy").turn == 2


def test_the_text_signed_is_the_text_shown(cast):
    paper = open_paper(cast)
    with pytest.raises(Conflict, match="与您看到的不一致"):
        sign(cast, paper, "secretary", digest="0" * 64)
    Paper.objects.filter(pk=paper.pk).update(body="改过的正文")
    with pytest.raises(Conflict, match="与您看到的不一致"):
        sign(cast, paper, "secretary")
    assert rows(paper) == []


def test_a_changed_text_voids_both_signatures_visibly(cast):
    old = signed(cast)
    new = open_paper(cast, body=BODY + "主题党日改为14次。\n", reason="目标调整", now=NOW + timedelta(days=1))
    old.refresh_from_db()
    assert (old.state, old.void_reason, old.voided_by) == ("void", "目标调整", cast.officer)
    assert (new.revision, new.state, new.turn) == (2, "open", 1)
    assert len(rows(old)) == 2
    assert rows(new) == []
    with pytest.raises(Conflict, match="已作废"):
        sign(cast, old, "secretary")
    assert verify_committee(cast.root.pk).is_sound


def test_the_same_text_again_is_the_same_paper(cast):
    paper = open_paper(cast)
    assert open_paper(cast).pk == paper.pk
    assert ChainLink.objects.count() == 1
    services.void_paper(actor=cast.viewer("officer", DAY), paper_id=paper.pk, reason="重来", now=NOW)
    assert open_paper(cast).revision == 2


def test_voiding_asks_for_a_reason_and_happens_once(cast):
    paper, officer = open_paper(cast), cast.viewer("officer", DAY)
    with pytest.raises(InvalidInput, match="作废原因"):
        services.void_paper(actor=officer, paper_id=paper.pk, reason=" ", now=NOW)
    with pytest.raises(Refused):
        services.void_paper(actor=cast.viewer("secretary", DAY), paper_id=paper.pk, reason="不想签", now=NOW)
    with pytest.raises(Http404):
        services.void_paper(actor=cast.viewer("outsider", DAY), paper_id=paper.pk, reason="不想签", now=NOW)
    services.void_paper(actor=officer, paper_id=paper.pk, reason="签错", now=NOW)
    with pytest.raises(Conflict, match="已经作废"):
        services.void_paper(actor=officer, paper_id=paper.pk, reason="签错", now=NOW)


def test_a_wrong_password_is_counted_audited_and_told(cast):
    paper = open_paper(cast)
    for left in (4, 3, 2, 1):
        with pytest.raises(InvalidInput, match=f"还可以再试{left}次") as caught:
            sign(cast, paper, "secretary", password="not it")
        assert list(caught.value.fields) == ["password"]
    with pytest.raises(InvalidInput, match="请15分钟后再试"):
        sign(cast, paper, "secretary", password="not it")
    assert WrongPassword.objects.filter(user=cast.secretary).count() == 5
    assert AuditEntry.objects.filter(action="paper.wrong_password", actor=cast.secretary).count() == 5
    with pytest.raises(Refused, match="密码多次不对"):  # the right one, too, has to wait
        sign(cast, paper, "secretary")
    assert rows(paper) == []
    sign(cast, paper, "secretary", now=NOW + timedelta(minutes=16))
    assert rows(paper) == [(1, "secretary", "王书记")]


def test_a_right_password_forgets_the_wrong_ones(cast):
    paper = open_paper(cast)
    with pytest.raises(InvalidInput):
        sign(cast, paper, "secretary", password="not it")
    sign(cast, paper, "secretary")
    assert WrongPassword.objects.count() == 0


def test_whose_turn_it_is_not_spends_no_try(cast):
    paper = open_paper(cast)
    with pytest.raises(Conflict):
        sign(cast, paper, "officer", password="not it")
    assert WrongPassword.objects.count() == 0


def test_only_the_committee_puts_papers_up(cast):
    for who, error in (("secretary", Refused), ("leader", Refused), ("outsider", Http404)):
        with pytest.raises(error):
            services.open_paper(
                actor=cast.viewer(who, DAY),
                branch=cast.branch,
                kind="contract",
                title="责任书",
                body=BODY,
                signers=BOTH,
                source="test:1",
                now=NOW,
            )
    assert Paper.objects.count() == 0


def test_signers_must_be_in_order_and_distinct(cast):
    for signers in ((), ((2, "secretary", None),), ((1, "officer", cast.officer), (2, "officer", cast.officer))):
        with pytest.raises(ValueError, match="signers"):
            open_paper(cast, signers=signers)


def drafts(cast, branches: list[Organisation]) -> list[PaperDraft]:
    return [PaperDraft(one, "contract", f"{one}责任书", BODY, f"test:{one.pk}", BOTH) for one in branches]


def test_many_at_once_cost_one_chain_and_are_unsigned_by_branch(cast):
    branches = [cast.branch, cast.other_branch, cast.far_branch]
    officer = cast.viewer("officer", DAY)
    made = services.open_papers(actor=officer, root_id=cast.root.pk, drafts=drafts(cast, branches), now=NOW)
    assert [paper.branch for paper in made] == branches
    again = services.open_papers(actor=officer, root_id=cast.root.pk, drafts=drafts(cast, branches), now=NOW)
    assert [paper.pk for paper in again] == [paper.pk for paper in made]
    assert ChainHead.objects.get(root=cast.root).number == 3
    found = [(row.branch, row.signer.label, row.names) for row in unsigned(officer)]
    assert sorted(found, key=lambda row: branches.index(row[0])) == [
        (cast.branch, "支部书记", "王书记"),
        (cast.other_branch, "支部书记", "李书记"),
        (cast.far_branch, "支部书记", "（没有账号）"),
    ]
    assert [row.branch for row in unsigned(cast.viewer("secretary", DAY))] == [cast.branch]


def test_what_waits_for_whom(cast):
    paper = open_paper(cast)
    waiting = {who: waiting_for(cast.viewer(who, DAY)) for who in ("secretary", "officer", "leader", "outsider")}
    assert waiting == {"secretary": [paper], "officer": [], "leader": [], "outsider": []}
    sign(cast, paper, "secretary")
    waiting = {who: waiting_for(cast.viewer(who, DAY)) for who in ("secretary", "officer", "second_officer")}
    assert waiting == {"secretary": [], "officer": [paper], "second_officer": [paper]}
    paper = Paper.objects.prefetch_related("signers").get(pk=paper.pk)
    assert people_in_turn([paper], DAY) == {paper.pk: sorted([cast.officer.pk, cast.second_officer.pk])}


def test_each_is_told_when_the_turn_comes_and_reminded_once_a_day(cast):
    paper = open_paper(cast, due_on=DAY)
    told = lambda: list(Notice.objects.order_by("pk").values_list("recipient__username", "title"))  # noqa: E731
    assert told() == [("secretary", "请签署：标记甲乙责任书")]
    officer = cast.viewer("officer", DAY)
    assert services.remind_unsigned(actor=officer, root=cast.root, now=NOW) == 1
    assert services.remind_unsigned(actor=officer, root=cast.root, now=NOW) == 0
    sign(cast, paper, "secretary")
    assert sorted(told()[2:]) == [(who, "请签署：标记甲乙责任书等") for who in ("officer", "second_officer")]
    sign(cast, paper, "officer")
    assert services.remind_unsigned(actor=officer, root=cast.root, now=NOW) == 0
    with pytest.raises(Http404):
        services.remind_unsigned(actor=cast.viewer("secretary", DAY), root=cast.root, now=NOW)


@pytest.mark.parametrize(
    ("days", "is_told"),
    [(-4, False), (-3, True), (-2, False), (0, True), (1, False), (7, True), (28, True), (35, False)],
)
def test_reminders_come_before_the_deadline_on_it_and_weekly_after(cast, days, is_told):
    open_paper(cast, due_on=DAY)
    today = DAY + timedelta(days=days)
    assert reminders.is_told(DAY, today) is is_told
    assert reminders.remind(root=cast.root, today=today, now=NOW) == int(is_told)
    assert reminders.remind(root=cast.root, today=today, now=NOW) == 0


def test_no_deadline_no_reminder(cast):
    open_paper(cast)
    assert reminders.remind(root=cast.root, today=DAY, now=NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_signature():
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: threads with their own connections")
    cast = build_cast()
    paper = open_paper(cast)
    sign(cast, paper, "secretary")
    cast.third_officer = make_committee_officer(cast.root, username="third_officer")
    people = ["officer", "second_officer", "third_officer", "officer"]
    together, outcomes = Barrier(len(people)), []

    def work(who: str) -> None:
        try:
            together.wait(timeout=20)
            outcomes.append(sign(cast, paper, who).state)
        except PortalError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    run_all([Thread(target=work, args=(who,)) for who in people])
    assert sorted(outcomes) == ["complete", "conflict", "conflict", "conflict"]
    assert Signature.objects.filter(paper=paper).count() == 2
    assert ChainHead.objects.get(root=cast.root).number == 3
    assert verify_committee(cast.root.pk).is_sound


@pytest.mark.django_db(transaction=True)
def test_signing_and_changing_the_text_at_once_leave_no_signature_on_a_text_nobody_saw():
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: threads with their own connections")
    cast = build_cast()
    paper = open_paper(cast)
    together, outcomes = Barrier(3), []

    def signing() -> None:
        try:
            together.wait(timeout=20)
            sign(cast, paper, "secretary")
            outcomes.append("signed")
        except PortalError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    def changing(body: str) -> None:
        try:
            together.wait(timeout=20)
            outcomes.append(open_paper(cast, body=body).state)
        finally:
            connection.close()

    run_all([Thread(target=signing), *(Thread(target=changing, args=(f"{BODY}{n}",)) for n in "甲乙")])
    assert outcomes.count("open") == 2
    assert sorted(Paper.objects.values_list("revision", "state")) == [(1, "void"), (2, "void"), (3, "open")]
    assert not Signature.objects.exclude(paper=paper).exists()
    assert verify_committee(cast.root.pk).is_sound


def run_all(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
