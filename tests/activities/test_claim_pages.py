"""Mending a claim in the page: what is kept, what is taken away, who gets the form and the evidence."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activities.models import Claim
from activities.services.claims import ClaimInput, return_claim, save_claim, submit_claim
from core.forms import new_token
from tests.factories.activities import NOW


@pytest.fixture
def claim(cast):
    """A returned claim with two pieces of evidence, on the day of the cast."""
    secretary = cast.viewer("secretary")
    given = ClaimInput("lead_project.done", date(2026, 11, 10), note="立项文件〔2026〕3号")
    files = [SimpleUploadedFile(name, f"%PDF-1.4 {name}".encode()) for name in ("甲.pdf", "乙.pdf")]
    with time_machine.travel(NOW, tick=True):
        row = save_claim(actor=secretary, branch=cast.branch, given=given, files=files, now=NOW)
        submit_claim(actor=secretary, claim_id=row.pk, version=None, now=NOW)
        return_claim(actor=cast.viewer("officer"), claim_id=row.pk, version=None, reason="换一份文件", now=NOW)
        yield Claim.objects.get(pk=row.pk)


def form(cast, claim, **values):
    data = {"branch": claim.branch_id, "happened_on": "2026-11-10", "quantity": "1", "note": "改过的说明"}
    data |= {"_token": new_token(cast.secretary, "claim"), "version": claim.version, "step": "draft"}
    return data | values


def test_mended_claim_keeps_one_file_and_loses_the_other(cast, claim, client):
    client.force_login(cast.secretary)
    url = reverse("activities:claim_edit", args=[claim.pk])
    assert "换一份文件" in client.get(url).content.decode()
    gone = claim.files.get(attachment__name="甲.pdf")
    answer = client.post(url, form(cast, claim, remove=[gone.pk]))
    assert answer.url == reverse("activities:claim", args=[claim.pk])
    claim.refresh_from_db()
    assert (claim.note, claim.state) == ("改过的说明", "returned")  # until it is sent again
    assert list(claim.files.values_list("attachment__name", flat=True)) == ["乙.pdf"]


def test_fault_keeps_the_claim_as_it_was_and_what_was_typed(cast, claim, client):
    client.force_login(cast.secretary)
    url = reverse("activities:claim_edit", args=[claim.pk])
    for values in ({"quantity": "0"}, {"happened_on": "2026-11-21"}, {"version": claim.version - 1}):
        text = client.post(url, form(cast, claim, note="不能丢的话", **values)).content.decode()
        assert "不能丢的话" in text
    claim.refresh_from_db()
    assert (claim.note, claim.state, claim.files.count()) == ("立项文件〔2026〕3号", "returned", 2)


@pytest.mark.parametrize(
    ("who", "form_status", "file_status"),
    [("secretary", 200, 200), ("committee_member", 200, 200), ("officer", 200, 200), ("leader", 302, 200),
     ("other_secretary", 404, 404), ("member", 404, 404), ("outsider", 404, 404), ("administrator", 404, 404)],
)  # fmt: skip
def test_who_gets_the_form_and_the_evidence(cast, claim, client, who, form_status, file_status):
    client.force_login(getattr(cast, who))
    evidence = claim.files.first()
    assert client.get(reverse("activities:claim_edit", args=[claim.pk])).status_code == form_status
    assert client.get(reverse("activities:claim_file", args=[claim.pk, evidence.pk])).status_code == file_status
    assert client.get(reverse("activities:claim_file", args=[claim.pk, evidence.pk + 1000])).status_code == 404


def test_claim_under_review_has_no_form(cast, claim, client):
    submit_claim(actor=cast.viewer("secretary"), claim_id=claim.pk, version=None, now=NOW)
    client.force_login(cast.secretary)
    answer = client.get(reverse("activities:claim_edit", args=[claim.pk]))
    assert (answer.status_code, answer.url) == (302, reverse("activities:claim", args=[claim.pk]))
