"""The register of posts and risk points: loading, scope, confirming, pages."""

import pytest
from django.http import Http404
from django.urls import reverse

from branches.permissions import SYSTEM, Viewer
from core.models import AuditEntry
from integrity import selectors, services
from integrity.models import ControlMeasure, JobPost, RiskPoint
from tests.factories.branches import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(cast):
    services.load_library(actor=SYSTEM, root=cast.root)
    return cast


def test_library_loads_once_as_drafts(cast):
    assert services.load_library(actor=SYSTEM, root=cast.root) == 31
    assert services.load_library(actor=SYSTEM, root=cast.root) == 0
    assert JobPost.objects.filter(is_confirmed=True).count() == 0
    assert ControlMeasure.objects.count() == 93
    grades = RiskPoint.objects.values_list("grade", flat=True)
    assert {grade: list(grades).count(grade) for grade in ("high", "medium", "low")} == {
        "high": 13,
        "medium": 14,
        "low": 4,
    }


def test_only_the_own_committee_sees_the_register(library):
    assert selectors.risk_points(Viewer.of(library.officer, TODAY)).count() == 31
    for stranger in (library.secretary, library.outsider, library.member, library.administrator):
        assert list(selectors.risk_points(Viewer.of(stranger, TODAY))) == []


def test_register_page_narrows_by_grade(library, client_as):
    page = client_as("officer").get(reverse("integrity:register"), {"grade": "low"})
    assert {point.grade for point in page.context["points"]} == {"low"}
    assert len(page.context["points"]) == 4


def test_register_page_asks_the_same_queries_for_one_and_many(library, client_as, django_assert_max_num_queries):
    client = client_as("officer")
    with django_assert_max_num_queries(14):
        client.get(reverse("integrity:register"))


def test_confirming_a_post_is_kept_once_with_an_audit_row(library):
    actor = Viewer.of(library.officer, TODAY)
    post = JobPost.objects.order_by("code")[0]
    services.confirm_post(actor=actor, post=post)
    services.confirm_post(actor=actor, post=post)
    assert list(JobPost.objects.filter(is_confirmed=True)) == [post]
    assert AuditEntry.objects.filter(action="risk.confirm").count() == 1


def test_confirming_outside_the_scope_is_not_found(library):
    with pytest.raises(Http404):
        services.confirm_post(actor=Viewer.of(library.outsider, TODAY), post=JobPost.objects.all()[0])
    assert not JobPost.objects.filter(is_confirmed=True).exists()


def test_detail_of_a_foreign_point_is_not_found(library, client_as):
    point = RiskPoint.objects.order_by("code")[0]
    assert client_as("secretary").get(reverse("integrity:detail", args=[point.pk])).status_code == 404
    page = client_as("officer").get(reverse("integrity:detail", args=[point.pk]))
    assert point.description in page.content.decode()
