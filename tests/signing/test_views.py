"""The pages of papers: reading, signing with the password, the list of what waits, the proof."""

from __future__ import annotations

import pytest
from django.urls import reverse

from signing.models import Paper, Signature
from tests.factories.branches import PASSWORD
from tests.factories.signing import open_paper, sign, signed


def page(client, name: str, *args, **query) -> str:
    answer = client.get(reverse(f"signing:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def post_signature(client, paper: Paper, password: str = PASSWORD, digest: str = ""):
    data = {"password": password, "digest": digest or paper.digest}
    return client.post(reverse("signing:sign", args=[paper.pk]), data)


def test_the_page_shows_the_text_word_for_word_and_where_to_sign(cast, client_as):
    paper = open_paper(cast)
    html = page(client_as("secretary"), "paper", paper.pk)
    assert '<p class="paper-h1"><span>一、目标</span></p>' in html
    assert '<th scope="col">编号</th>' in html
    assert '<td data-head="目标">12次</td>' in html
    assert f'name="digest" value="{paper.digest}"' in html
    assert 'type="password"' in html


@pytest.mark.parametrize("who", ["officer", "leader", "committee_member"])
def test_others_read_it_and_find_no_field(cast, client_as, who):
    html = page(client_as(who), "paper", open_paper(cast).pk)
    assert 'type="password"' not in html
    assert "等支部书记签署" in html


def test_signing_by_the_page(cast, client_as):
    paper = open_paper(cast)
    answer = post_signature(client_as("secretary"), paper)
    assert (answer.status_code, answer.url) == (302, reverse("signing:paper", args=[paper.pk]))
    post_signature(client_as("officer"), paper)
    paper.refresh_from_db()
    assert paper.state == "complete"
    html = page(client_as("secretary"), "paper", paper.pk)
    assert "<b>王书记</b>" in html
    assert "<b>officer</b>" in html


def test_a_wrong_password_brings_the_page_back_and_shows_no_password(cast, client_as):
    paper = open_paper(cast)
    answer = post_signature(client_as("secretary"), paper, password="wrong-one-77")
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "密码不对，没有签署。还可以再试4次。" in html
    assert "wrong-one-77" not in html
    assert Signature.objects.count() == 0


@pytest.mark.parametrize(("who", "status"), [("leader", 403), ("officer", 409), ("outsider", 404)])
def test_who_may_not_sign_is_told_so(cast, client_as, who, status):
    assert post_signature(client_as(who), open_paper(cast)).status_code == status


def test_a_text_changed_meanwhile_is_refused(cast, client_as):
    old = open_paper(cast)
    open_paper(cast, body="另一个文本", reason="目标调整")
    assert post_signature(client_as("secretary"), old).status_code == 409
    html = page(client_as("secretary"), "paper", old.pk)
    assert "签名一并作废：目标调整" in html
    assert "看现行的第2版" in html


def test_the_list_begins_with_what_waits_for_me(cast, client_as):
    paper = open_paper(cast)
    done = signed(cast, source="test:2", title="已签的一份")
    html = page(client_as("secretary"), "papers")
    assert paper.title in html
    assert done.title not in html
    assert done.title in page(client_as("secretary"), "papers", state="complete")
    assert paper.title not in page(client_as("secretary"), "papers", state="complete")
    html = page(client_as("secretary"), "papers", state="")
    assert paper.title in html
    assert done.title in html
    assert "没有等您签署的文件" in page(client_as("officer"), "papers")


def test_another_branch_sees_nothing_of_it(cast, client_as):
    paper = open_paper(cast)
    assert paper.title not in page(client_as("other_secretary"), "papers", state="")
    assert client_as("other_secretary").get(reverse("signing:paper", args=[paper.pk])).status_code == 404


def test_the_proof_of_one_and_of_all(cast, client_as):
    paper = signed(cast)
    assert "核验一致" in page(client_as("secretary"), "proof", paper.pk)
    assert "1份文件，3环" in page(client_as("officer"), "proof_of_all")
    Paper.objects.filter(pk=paper.pk).update(body="改过")
    assert "文本或签署人与送签时的摘要不符" in page(client_as("secretary"), "proof", paper.pk)
    assert f"《{paper.title}》第1版" in page(client_as("officer"), "proof_of_all")
    assert client_as("secretary").get(reverse("signing:proof_of_all")).status_code == 404


def test_who_signed_as_secretary_is_offered_no_second_place(cast, client_as):
    paper = open_paper(cast)
    sign(cast, paper, "secretary")
    assert 'type="password"' not in page(client_as("secretary"), "paper", paper.pk)
