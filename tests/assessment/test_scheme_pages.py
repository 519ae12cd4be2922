"""The editor in a browser's eyes: every form gives back what it shows, rows grow, conflicts keep what was typed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from assessment import rollup, schemes
from assessment.drafts.copying import copy_scheme
from assessment.drafts.editing import parts_of
from assessment.members import schemes as member_schemes
from assessment.models import Item, Rule, RuleTier, Scheme, SchemeEdit
from assessment.rules.compare import compare
from assessment.rules.document import part_digest
from assessment.scheme_forms import form_for
from assessment.selectors.documents import document_of
from assessment.selectors.wording import words_of
from branches.permissions import Viewer
from core.periods import Month
from tests.factories.assessment import noon

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = noon(TODAY)
KINDS = ("category", "item", "rule", "extra", "veto", "grade")


@pytest.fixture
def draft(cast) -> Scheme:
    source = schemes.load_default(2026)
    actor = Viewer.of(cast.officer, TODAY)
    return copy_scheme(actor=actor, source_id=source.pk, root=cast.root, year=2026, now=NOW)


def typed(form) -> dict[str, str]:
    """What a browser sends of an untouched form."""
    data = {}
    for part in (form, *(line for rows in form.lines.values() for line in (rows.management_form, *rows))):
        for field in part:
            value = field.value()
            if value is None or value is False:
                continue
            shown = field.field.prepare_value(value)
            data[field.html_name] = "on" if shown is True else shown if isinstance(shown, list) else str(shown)
    return data


def form_data(draft, kind, pk):
    doc = document_of(draft)
    part = doc.head if kind == "head" else next(one for one in parts_of(doc, kind) if one.pk == pk)
    return typed(form_for(kind, part, draft, doc))


def url(name, draft, *args):
    return reverse(f"assessment:scheme_{name}", args=[draft.pk, *args])


def row_of(draft, code):
    return Rule.objects.get(scheme=draft, code=code)


@pytest.mark.parametrize("source", [schemes, member_schemes])
def test_every_form_gives_back_the_part_it_shows(cast, source):
    scheme = source.load_default(2026)
    doc = document_of(scheme)
    parts = [("head", doc.head), *((kind, part) for kind in KINDS for part in parts_of(doc, kind))]

    for kind, part in parts:
        form = form_for(kind, part, scheme, doc, typed(form_for(kind, part, scheme, doc)))
        assert form.is_valid(), (kind, part, form.errors)
        assert form.part() == part


def test_saved_rule_is_what_was_typed(client_as, draft):
    rule = row_of(draft, "D1.2")
    data = form_data(draft, "rule", rule.pk) | {"points": "1.5", "tiers-0-score": "1.5", "tiers-1-DELETE": "on"}

    answer = client_as("officer").post(url("part", draft, "rule", rule.pk), {**data, "action": "save"})

    assert answer.status_code == 302
    tiers = RuleTier.objects.filter(rule=rule).values_list("threshold", "score")
    assert list(tiers) == [(900_000, 1_500_000), (700_000, 1_000_000), (500_000, 500_000), (0, 0)]
    assert row_of(draft, "D1.2").points == 1_500_000


def test_one_more_row_is_shown_and_nothing_saved(client_as, draft):
    rule = row_of(draft, "D1.2")
    data = form_data(draft, "rule", rule.pk) | {"code": "D1.9", "action": "more-tiers"}

    answer = client_as("officer").post(url("part", draft, "rule", rule.pk), data)

    page = answer.content.decode()
    assert 'name="tiers-5-score"' in page
    assert 'value="D1.9"' in page
    assert row_of(draft, "D1.2").code == "D1.2"


def test_another_way_of_counting_shows_its_fields_and_saves_nothing(client_as, draft):
    rule = row_of(draft, "D4.1")
    data = form_data(draft, "rule", rule.pk) | {"kind": "yes_no", "action": "refresh"}

    page = client_as("officer").post(url("part", draft, "rule", rule.pk), data).content.decode()

    assert 'name="deadline_month"' in page
    assert 'name="per_months"' not in page
    assert row_of(draft, "D4.1").kind == "ratio_full"


def test_kind_saved_without_its_rows_is_asked_for_them(client_as, draft):
    rule = row_of(draft, "D4.1")
    data = form_data(draft, "rule", rule.pk) | {"kind": "deduct", "action": "save"}

    answer = client_as("officer").post(url("part", draft, "rule", rule.pk), data)

    assert answer.status_code == 422
    assert "请填写下面的各行" in answer.content.decode()


def test_second_editor_keeps_what_he_typed_beside_what_is_there(client_as, draft):
    rule = row_of(draft, "D4.1")
    mine, theirs = (form_data(draft, "rule", rule.pk) | {"points": n, "action": "save"} for n in ("5", "7"))
    client_as("officer").post(url("part", draft, "rule", rule.pk), theirs)

    answer = client_as("second_officer").post(url("part", draft, "rule", rule.pk), mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"分值</th>\s*<td[^>]*>5</td>\s*<td[^>]*>7</td>", page)
    assert 'name="points" value="5"' in page
    assert row_of(draft, "D4.1").points == 7_000_000
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', page.split('id="part-form"')[1])
    again = mine | {"digest": digest[1]}
    assert client_as("second_officer").post(url("part", draft, "rule", rule.pk), again).status_code == 302
    assert row_of(draft, "D4.1").points == 5_000_000


def test_notes_say_while_typing_what_is_wrong_and_save_nothing(client_as, draft):
    rule = row_of(draft, "D1.2")
    data = form_data(draft, "rule", rule.pk) | {"tiers-0-score": "1"}

    page = client_as("officer").post(url("notes", draft, "rule", rule.pk), data).content.decode()

    assert "拿不满" in page
    assert "≥90%得1" in page
    assert RuleTier.objects.filter(rule=rule, score=2_000_000).count() == 1


def test_notes_show_the_sums_as_they_would_be(client_as, draft):
    rule = row_of(draft, "D4.1")
    data = form_data(draft, "rule", rule.pk) | {"points": "6.5"}

    page = client_as("officer").post(url("notes", draft, "rule", rule.pk), data).content.decode()

    assert "规则合计 <b>8.5</b>" in re.sub(r"\s+", " ", page)


def test_added_moved_and_removed_by_buttons_and_put_back(client_as, draft):
    client = client_as("officer")
    item = Item.objects.get(scheme=draft, code="D4")
    made = client.post(url("add", draft, "rule"), {"parent": item.pk})
    new = row_of(draft, "D4.3")
    assert made["Location"] == url("part", draft, "rule", new.pk)
    client.post(url("move", draft, "rule", new.pk), {"way": "up"})
    assert list(item.rules.order_by("position").values_list("code", flat=True)) == ["D4.1", "D4.3", "D4.2"]

    part = next(one for one in document_of(draft).rules if one.pk == new.pk)
    client.post(url("delete", draft, "rule", new.pk), {"digest": part_digest(part)})
    edit = SchemeEdit.objects.filter(scheme=draft).exclude(removed=[]).exclude(removed={}).get()
    assert not Rule.objects.filter(scheme=draft, code="D4.3").exists()
    client.post(url("undo", draft, edit.pk))
    assert row_of(draft, "D4.3").pk == new.pk


def test_check_page_leads_to_the_field_and_locks_the_button(client_as, draft):
    rule = row_of(draft, "D4.1")
    Rule.objects.filter(pk=rule.pk).update(from_month=13)

    page = client_as("officer").get(url("check", draft)).content.decode()

    assert f'href="{url("part", draft, "rule", rule.pk)}#id_from_month"' in page
    assert 'type="submit" disabled' in page


def test_draft_goes_through_the_pages_to_a_published_version(client_as, draft):
    first, second = client_as("officer"), client_as("second_officer")
    data = {"valid_month": "1", "decision_no": "交机党〔2026〕12号", "decision_on": "2026-01-05"}
    assert first.post(url("submit", draft), data).status_code == 302
    assert "不能自己发布" in first.get(url("check", draft)).content.decode()
    assert first.post(url("publish", draft)).status_code == 403
    assert second.post(url("publish", draft))["Location"] == url("show", draft)
    assert first.get(url("edit", draft))["Location"] == url("show", draft)
    assert "交机党〔2026〕12号" in client_as("secretary").get(url("show", draft)).content.decode()


def test_refused_submission_keeps_what_was_typed(client_as, draft):
    data = {"valid_month": "10", "decision_no": "文1", "decision_on": "2026-01-05"}

    answer = client_as("officer").post(url("submit", draft), data)

    assert answer.status_code == 422
    assert "3条提醒没有说明理由" in answer.content.decode()
    assert 'value="文1"' in answer.content.decode()


def test_secretary_reads_published_versions_and_no_drafts(client_as, draft):
    client = client_as("secretary")
    source = Scheme.objects.get(root__isnull=True)

    assert client.get(reverse("assessment:scheme_show", args=[source.pk])).status_code == 200
    assert client.get(url("show", draft)).status_code == 404


def test_copy_pressed_twice_makes_one_draft(client_as, cast):
    source = schemes.load_default(2026)
    client = client_as("officer")
    page = client.get(reverse("assessment:schemes")).content.decode()
    token = re.search(r'name="_token" value="([^"]+)"', page)[1]
    data = {"source": source.pk, "year": "2026", "_token": token}

    places = {client.post(reverse("assessment:scheme_copy"), data)["Location"] for _ in range(2)}

    assert len(places) == 1
    assert Scheme.objects.filter(root=cast.root).count() == 1


def test_tags_of_items_are_added_up_on_the_page(client_as, draft):
    Item.objects.filter(scheme=draft, code__in=["E1", "E2"]).update(tags=["党风廉政"])

    assert "党风廉政 11分" in client_as("officer").get(url("show", draft)).content.decode()


@pytest.mark.parametrize("kind", ["nonsense", "rule"])
def test_part_that_is_not_there_is_404(client_as, draft, kind):
    assert client_as("officer").get(url("part", draft, kind, 987_654)).status_code == 404


def told(old, new):
    docs = document_of(old), document_of(new)
    return [(one.how, one.label, one.rows) for one in compare(*docs, words_of(docs[0], old), words_of(docs[1], new))]


def test_copy_does_not_differ_from_its_source_but_by_name(draft):
    assert told(Scheme.objects.get(root__isnull=True), draft) == [
        ("改", "总则", (("名称", "党支部工作考核细则（默认）", "党支部工作考核细则"),))
    ]


def test_comparison_tells_changes_additions_and_removals_in_words(client_as, draft):
    client, source = client_as("officer"), Scheme.objects.get(root__isnull=True)
    Rule.objects.filter(scheme=draft, code="D4.1").update(target=2000, points=5_000_000)
    client.post(url("add", draft, "category"))
    gone = next(one for one in document_of(draft).rules if one.code == "B1.1")
    client.post(url("delete", draft, "rule", gone.pk), {"digest": part_digest(gone)})

    found = told(source, draft)[1:]
    assert ("增", "G 新大类", (("内容", "", "0分"),)) in found
    assert ("删", "B1.1", (("内容", "1.5分，年度计划（1月31日前）", ""),)) in found
    changed = next(rows for how, label, rows in found if (how, label) == ("改", "D4.1"))
    assert changed == (
        ("分值", "6", "5"),
        ("规则", "每月1次，超出不补其他月", "每月2次，超出不补其他月"),
    )
    page = client.get(url("compare", draft)).content.decode()
    assert "每月2次，超出不补其他月" in page


def test_unfinished_draft_is_shown_as_such_and_not_simulated(client_as, draft):
    client, item = client_as("officer"), Item.objects.get(scheme=draft, code="D4")
    client.post(url("add", draft, "rule"), {"parent": item.pk})
    Rule.objects.filter(scheme=draft, code="D4.3").update(kind="yes_no")
    rollup.run(root_id=draft.root_id, month=Month(2026, 9), now=noon(date(2026, 10, 9)))

    assert "D4.3 还没有填完整" in client.get(url("show", draft)).content.decode()
    assert "D4.3还没有填完整，不能试算" in client.get(url("simulate", draft)).content.decode()
    assert client.get(url("check", draft)).status_code == 200
    assert client.get(url("compare", draft)).status_code == 200
