"""The verifier: a chain that was left alone is sound, and every single altered row is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from signing import services
from signing.models import ChainHead, ChainLink, Paper, Signature, Signer
from signing.verify import verify, verify_committee
from tests.factories.signing import BODY, DAY, NOW, open_paper, sign, signed

LATER = NOW + timedelta(days=1)


@pytest.fixture
def papers(cast) -> tuple[Paper, Paper, Paper]:
    """One signed and replaced, one signed by the secretary alone, one of another branch untouched."""
    old = signed(cast)
    new = open_paper(cast, body=f"{BODY}新", reason="调整", now=LATER)
    sign(cast, new, "secretary", now=LATER)
    other = open_paper(cast, branch=cast.other_branch, source="test:2", now=LATER)
    return old, new, other


def fault(cast) -> tuple[str, int | None]:
    found = verify_committee(cast.root.pk)
    return found.fault, found.paper.pk if found.paper else None


def test_papers_left_alone_are_sound(cast, papers):
    proof = verify_committee(cast.root.pk)
    assert (proof.is_sound, proof.papers, proof.links) == (True, 3, 7)
    assert [verify(paper).fault for paper in papers] == ["", "", ""]


def test_a_committee_without_papers_is_sound(cast):
    assert (verify_committee(cast.root.pk).is_sound, verify_committee(cast.root.pk).links) == (True, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": "改过"}, "文本或签署人与送签时的摘要不符"),
        ({"title": "改过"}, "文本或签署人与送签时的摘要不符"),
        ({"revision": 9}, "文本或签署人与送签时的摘要不符"),
        ({"digest": "0" * 64}, "文本或签署人与送签时的摘要不符"),
        ({"state": "complete"}, "作废状态与链上所记不符"),
        ({"void_reason": "无"}, "作废原因与链上所记不符"),
        ({"turn": 1}, "签署进度与链上所记不符"),
    ],
)
def test_an_altered_paper_is_named(cast, papers, changes, words):
    Paper.objects.filter(pk=papers[0].pk).update(**changes)
    assert fault(cast) == (words, papers[0].pk)
    assert verify(papers[0]).fault == words
    assert verify(papers[1]).is_sound


def test_a_paper_with_text_and_digest_altered_together_is_named(cast, papers):
    from signing.selectors import digest_now

    paper = papers[1]
    paper.body = "改过"
    Paper.objects.filter(pk=paper.pk).update(body="改过", digest=digest_now(paper))
    assert fault(cast)[1] == paper.pk
    assert "所记的文件或文本与现存的不符" in fault(cast)[0]


def test_a_paper_put_back_to_complete_is_named(cast, papers):
    Paper.objects.filter(pk=papers[1].pk).update(state="complete")
    assert fault(cast) == ("标为已签完，链上的签名不全", papers[1].pk)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "别人"}, "支部书记的签名与链上所记不符"),
        ({"at": NOW + timedelta(minutes=1)}, "支部书记的签署时间与链上所记不符"),
    ],
)
def test_an_altered_signature_is_named(cast, papers, changes, words):
    Signature.objects.filter(paper=papers[1]).update(**changes)
    assert fault(cast) == (words, papers[1].pk)


def test_a_signature_given_to_another_account_is_named(cast, papers):
    Signature.objects.filter(paper=papers[1]).update(user=cast.other_secretary)
    assert fault(cast) == ("支部书记的签名与链上所记不符", papers[1].pk)


def test_a_signature_that_is_gone_is_named(cast, papers):
    Signature.objects.filter(paper=papers[1]).delete()
    assert fault(cast) == ("第1位签署人王书记的签名不见了", papers[1].pk)


def test_an_altered_signer_is_named(cast, papers):
    Signer.objects.filter(paper=papers[2], place=2).update(role="leader")
    assert fault(cast) == ("文本或签署人与送签时的摘要不符", papers[2].pk)


@pytest.mark.parametrize("column", ["text", "digest", "previous"])
def test_an_altered_link_is_named(cast, papers, column):
    with connection.cursor() as cursor:  # the model refuses
        cursor.execute(f"UPDATE signing_chainlink SET {column} = 'x' WHERE root_id = %s AND number = 3", [cast.root.pk])
    words = "第3环与上一环不衔接" if column == "previous" else "第3环的内容被改动"
    assert fault(cast) == (words, papers[0].pk)


def test_a_link_that_is_gone_is_named_also_at_the_end(cast, papers):
    last = ChainLink.objects.latest("number")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM signing_chainlink WHERE id = %s", [last.pk])
    assert verify_committee(cast.root.pk).fault == "第7环缺失"
    ChainHead.objects.update(number=6, digest=ChainLink.objects.latest("number").digest)
    assert fault(cast) == ("缺少送签的记录", papers[2].pk)


def test_links_are_written_once(cast, papers):
    with pytest.raises(TypeError, match="append-only"):
        ChainLink.objects.update(text="x")
    with pytest.raises(TypeError, match="append-only"):
        ChainLink.objects.all().delete()


def test_the_command_says_what_is_wrong_and_fails(cast, papers, capsys):
    call_command("verify_papers")
    assert capsys.readouterr().out == "交通局机关党委：3份文件、7环，一致\n"
    Paper.objects.filter(pk=papers[0].pk).update(body="改过")
    with pytest.raises(CommandError, match="1个党组织"):
        call_command("verify_papers")
    assert "《标记甲乙责任书》第1版：文本或签署人与送签时的摘要不符" in capsys.readouterr().out


def test_voiding_after_signing_keeps_the_chain_sound(cast, papers):
    services.void_paper(actor=cast.viewer("officer", DAY), paper_id=papers[1].pk, reason="撤回", now=LATER)
    assert verify_committee(cast.root.pk).is_sound
