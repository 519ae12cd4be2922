"""The register over the API: same scope as the pages, personal numbers masked."""

from __future__ import annotations

import pytest
from rest_framework.authtoken.models import Token

from branches.models import Member
from tests.factories.branches import MemberFactory

pytestmark = pytest.mark.django_db


def ids(answer) -> set[int]:
    return {row["id"] for row in answer.json()["results"]}


def test_members_are_those_of_the_scope(cast, client_as):
    far = MemberFactory(branch=cast.far_branch)
    own = set(Member.objects.filter(branch=cast.branch).values_list("id", flat=True))
    assert ids(client_as("secretary").get("/api/v1/members/")) == own
    assert ids(client_as("member").get("/api/v1/members/")) == {cast.member.member_id}
    assert ids(client_as("administrator").get("/api/v1/members/")) == set()
    assert client_as("secretary").get(f"/api/v1/members/{far.pk}/").status_code == 404
    assert client_as("officer").get(f"/api/v1/members/{far.pk}/").status_code == 200


def test_personal_numbers_are_masked(cast, client_as):
    member = MemberFactory(branch=cast.branch, phone="13800001234", id_number="371122198505200012")
    said = client_as("secretary").get(f"/api/v1/members/{member.pk}/").json()
    assert (said["phone"], said["id_number"]) == ("138****1234", "371***********0012")


def test_a_token_reaches_as_far_as_its_owner(cast, client):
    token = Token.objects.create(user=cast.outsider)
    answer = client.get("/api/v1/organisations/", headers={"Authorization": f"Token {token.key}"})
    assert ids(answer) == {cast.foreign_branch.pk}


def test_filters_and_bad_filters(cast, client_as):
    client = client_as("officer")
    assert ids(client.get("/api/v1/organisations/", {"tier": "committee"})) == {cast.root.pk}
    assert client.get("/api/v1/members/", {"branch": "x"}).status_code == 400
