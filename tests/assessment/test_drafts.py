"""Drafts of schemes: copied whole, edited part by part without overwriting anybody, undone, never after publishing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from assessment import schemes
from assessment.drafts.copying import copy_scheme, discard_draft
from assessment.drafts.editing import add_part, move_part, part_of, save_part, take_sum
from assessment.drafts.removing import delete_part, undo_removal
from assessment.members import schemes as member_schemes
from assessment.models import Category, ExtraItem, Item, Metric, Rule, RuleTier, Scheme, SchemeEdit, SchemeStatus
from assessment.rules.document import EventPart, TierPart, own_values, part_digest
from assessment.selectors.documents import document_of
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.models import AuditEntry
from tests.factories.assessment import noon

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = noon(TODAY)


def viewer(cast, name="officer"):
    return Viewer.of(getattr(cast, name), TODAY)


@pytest.fixture
def draft(cast) -> Scheme:
    source = schemes.load_default(2026)
    return copy_scheme(actor=viewer(cast), source_id=source.pk, root=cast.root, year=2027, now=NOW)


def found(draft, kind, code):
    doc = document_of(draft)
    rows = {"category": doc.categories, "item": doc.items, "rule": doc.rules, "extra": doc.extras}[kind]
    return next(part for part in rows if part.code == code)


def save(cast, draft, of, part, **changes):
    new = replace(part, **changes)
    save_part(actor=viewer(cast), scheme_id=draft.pk, kind=of, pk=part.pk, part=new, digest=part_digest(part), now=NOW)


def plain(doc):
    """Everything of a document but row numbers and the head."""
    return [
        *(own_values(one) for one in doc.categories),
        *(own_values(one) for one in doc.items),
        *(own_values(one) for one in doc.rules),
        *(own_values(one) for one in (*doc.extras, *doc.vetoes, *doc.grades)),
    ]


def test_copy_has_every_row_of_its_source_and_is_a_draft_of_the_committee(cast, draft):
    source = Scheme.objects.get(root__isnull=True)

    assert plain(document_of(draft)) == plain(document_of(source))
    assert (draft.root, draft.year, draft.version, draft.valid_from) == (cast.root, 2027, "1.0", 202701)
    assert (draft.status, draft.based_on, draft.created_by) == (SchemeStatus.DRAFT, source, cast.officer)


def test_copy_for_another_year_moves_its_deadlines_there(draft):
    rule = Rule.objects.get(scheme=draft, code="B1.2")

    assert (rule.deadline_on, rule.deadline_month, rule.deadline_inside) == (date(2027, 7, 10), 202706, 202707)


def test_copy_of_a_scheme_of_members_has_its_classes_and_credits(cast):
    source = member_schemes.load_default(2026)
    made = copy_scheme(actor=viewer(cast), source_id=source.pk, root=cast.root, year=2027, now=NOW)

    assert made.subject == "member"
    assert [row.code for row in made.member_classes.all()] == [row.code for row in source.member_classes.all()]
    assert made.credit_kinds.count() == source.credit_kinds.count() == 10
    discard_draft(actor=viewer(cast), scheme_id=made.pk, now=NOW)
    assert Scheme.objects.get() == source


def test_second_draft_of_a_year_has_the_next_version(cast, draft):
    again = copy_scheme(actor=viewer(cast), source_id=draft.pk, root=cast.root, year=2027, now=NOW)

    assert again.version == "1.1"


def test_scheme_is_copied_neither_into_the_past_nor_far_ahead(cast):
    source = schemes.load_default(2026)
    for year in (2025, 2028):
        with pytest.raises(InvalidInput):
            copy_scheme(actor=viewer(cast), source_id=source.pk, root=cast.root, year=year, now=NOW)


@pytest.mark.parametrize("name", ["secretary", "leader", "member"])
def test_only_officers_copy(cast, name):
    source = schemes.load_default(2026)
    with pytest.raises((Refused, Http404)):
        copy_scheme(actor=viewer(cast, name), source_id=source.pk, root=cast.root, year=2026, now=NOW)
    assert Scheme.objects.filter(root=cast.root).count() == 0


def test_draft_of_another_committee_is_not_there(cast, draft):
    part = found(draft, "category", "A")
    with pytest.raises(Http404):
        save_part(
            actor=viewer(cast, "stranger"),
            scheme_id=draft.pk,
            kind="category",
            pk=part.pk,
            part=replace(part, name="别的"),
            digest=part_digest(part),
            now=NOW,
        )


def test_rule_is_saved_with_its_tiers_and_leaves_a_note_and_an_audit_entry(cast, draft):
    rule = found(draft, "rule", "D1.2")
    tiers = (TierPart(800_000, 2_000_000), TierPart(0, 0))

    save(cast, draft, "rule", rule, tiers=tiers)

    assert found(draft, "rule", "D1.2").tiers == tiers
    assert RuleTier.objects.filter(rule__scheme=draft, rule__code="D1.2").count() == 2
    assert SchemeEdit.objects.get(scheme=draft).words == "修改规则D1.2"
    assert AuditEntry.objects.filter(action="scheme.edit", target_id=str(draft.pk)).count() == 1


def test_rule_may_become_another_kind(cast, draft):
    rule = found(draft, "rule", "D4.1")
    event = EventPart("record.false", 1_000_000)

    save(cast, draft, "rule", rule, kind="deduct", metric="", per_months=0, target=0, events=(event,))

    assert found(draft, "rule", "D4.1").events == (event,)


def test_saving_nothing_new_leaves_no_note(cast, draft):
    save(cast, draft, "rule", found(draft, "rule", "D4.1"))

    assert SchemeEdit.objects.filter(scheme=draft).count() == 0


def test_second_editor_of_one_rule_is_told_and_overwrites_nothing(cast, draft):
    seen = found(draft, "rule", "D4.1")
    save(cast, draft, "rule", seen, points=5_000_000)

    with pytest.raises(Conflict, match="别人已经改过"):
        save(cast, draft, "rule", seen, points=7_000_000)
    assert found(draft, "rule", "D4.1").points == 5_000_000


def test_same_sending_again_after_a_lost_answer_is_no_conflict(cast, draft):
    seen = found(draft, "rule", "D4.1")
    for _ in range(2):
        save(cast, draft, "rule", seen, points=5_000_000)

    assert SchemeEdit.objects.filter(scheme=draft).count() == 1


def test_editors_of_two_rules_do_not_meet(cast, draft):
    one, other = found(draft, "rule", "D4.1"), found(draft, "rule", "D4.2")

    save(cast, draft, "rule", one, points=5_000_000)
    save(cast, draft, "rule", other, points=3_000_000)

    assert [found(draft, "rule", code).points for code in ("D4.1", "D4.2")] == [5_000_000, 3_000_000]


def test_code_that_is_taken_is_refused_in_words(cast, draft):
    with pytest.raises(InvalidInput, match=r"D4.2已经用在别处"):
        save(cast, draft, "rule", found(draft, "rule", "D4.1"), code="D4.2")


def test_condition_of_an_item_goes_to_the_rules_that_had_it_from_there(cast, draft):
    save(cast, draft, "item", found(draft, "item", "A2"), na_if="")

    assert {rule.na_if for rule in found(draft, "item", "A2").rules} == {""}


def test_added_parts_stand_last_with_the_next_code(cast, draft):
    add = {"actor": viewer(cast), "scheme_id": draft.pk, "now": NOW}
    category = add_part(kind="category", **add)
    item = add_part(kind="item", parent_pk=category, **add)
    rule = add_part(kind="rule", parent_pk=item, **add)
    add_part(kind="extra", sort="penalty", **add)

    doc = document_of(draft)
    assert [one.code for one in doc.categories][-1] == "G"
    assert [part_of(doc, "item", item).code, part_of(doc, "rule", rule).code] == ["G1", "G1.1"]
    assert doc.extras[-1].code == "N06"
    assert Metric.objects.get(code="penalty.N06").reported_by == "claims"


def test_moving_changes_places_with_the_neighbour_only(cast, draft):
    before = [one.code for one in document_of(draft).items]
    move_part(actor=viewer(cast), scheme_id=draft.pk, kind="item", pk=found(draft, "item", "A2").pk, way="up", now=NOW)

    after = [one.code for one in document_of(draft).items]
    assert after == ["A2", "A1", *before[2:]]


def test_first_moved_up_stays_where_it_is(cast, draft):
    first = found(draft, "category", "A")
    move_part(actor=viewer(cast), scheme_id=draft.pk, kind="category", pk=first.pk, way="up", now=NOW)

    assert document_of(draft).categories[0].code == "A"
    assert SchemeEdit.objects.filter(scheme=draft).count() == 0


def test_points_become_the_sum_of_what_is_inside(cast, draft):
    save(cast, draft, "rule", found(draft, "rule", "D4.1"), points=5_000_000)
    take_sum(actor=viewer(cast), scheme_id=draft.pk, kind="item", pk=found(draft, "item", "D4").pk, now=NOW)

    assert found(draft, "item", "D4").points == 7_000_000


@pytest.mark.parametrize(("kind", "code"), [("category", "D"), ("item", "A1"), ("rule", "D1.2"), ("extra", "P01")])
def test_removed_part_comes_back_whole(cast, draft, kind, code):
    before, part = plain(document_of(draft)), found(draft, kind, code)

    edit = delete_part(actor=viewer(cast), scheme_id=draft.pk, kind=kind, pk=part.pk, digest=part_digest(part), now=NOW)
    assert code not in str([one["code"] for one in plain(document_of(draft)) if "code" in one and one["code"] == code])
    undo_removal(actor=viewer(cast), scheme_id=draft.pk, edit_id=edit.pk, now=NOW)

    assert plain(document_of(draft)) == before
    with pytest.raises(Conflict):
        undo_removal(actor=viewer(cast), scheme_id=draft.pk, edit_id=edit.pk, now=NOW)


def test_rule_comes_back_only_where_its_item_still_is(cast, draft):
    actor = viewer(cast)
    rule, item = found(draft, "rule", "A1.1"), found(draft, "item", "A1")
    first = delete_part(actor=actor, scheme_id=draft.pk, kind="rule", pk=rule.pk, digest=part_digest(rule), now=NOW)
    delete_part(actor=actor, scheme_id=draft.pk, kind="item", pk=item.pk, digest=part_digest(item), now=NOW)

    with pytest.raises(Conflict, match="放不回来"):
        undo_removal(actor=actor, scheme_id=draft.pk, edit_id=first.pk, now=NOW)


def test_discarded_draft_leaves_its_source_alone(cast, draft):
    source = Scheme.objects.get(root__isnull=True)
    before = plain(document_of(source))

    discard_draft(actor=viewer(cast), scheme_id=draft.pk, now=NOW)

    assert list(Scheme.objects.all()) == [source]
    assert plain(document_of(source)) == before


def test_published_scheme_refuses_every_way_of_writing(cast, draft):
    part = found(draft, "rule", "D4.1")
    schemes.publish(draft, now=NOW)
    rules = Rule.objects.filter(scheme=draft)

    for attempt in (
        lambda: save(cast, draft, "rule", part, points=1),
        lambda: add_part(actor=viewer(cast), scheme_id=draft.pk, kind="category", now=NOW),
        lambda: move_part(actor=viewer(cast), scheme_id=draft.pk, kind="rule", pk=part.pk, way="up", now=NOW),
        lambda: discard_draft(actor=viewer(cast), scheme_id=draft.pk, now=NOW),
        lambda: rules.update(points=1),
        lambda: rules.delete(),
        lambda: Rule.objects.bulk_update(list(rules), ["points"]),
        lambda: Category.objects.bulk_create([Category(scheme=draft, code="Z", name="z", points=1, position=99)]),
        lambda: RuleTier.objects.filter(rule__scheme=draft).update(score=1),
        lambda: ExtraItem.objects.filter(scheme=draft).delete(),
        lambda: Item.objects.filter(scheme=draft).first().save(),
    ):
        with pytest.raises(Locked):
            attempt()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no triggers (docs/adr)")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessment_rule SET points = 1",
        "UPDATE assessment_ruletier SET score = 1",
        "DELETE FROM assessment_ruleevent",
        "DELETE FROM assessment_vetoitem",
        "UPDATE assessment_scheme SET display_cap = 1",
        "UPDATE assessment_scheme SET status = 'draft'",
    ],
)
def test_published_scheme_refuses_plain_sql(statement):
    schemes.load_default(2026)
    with pytest.raises(DatabaseError, match="is published"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one after the other")
def test_of_two_editors_at_the_same_moment_one_is_told(cast, draft):
    seen, together, outcomes = found(draft, "rule", "D4.1"), Barrier(2), []

    def attempt(points):
        try:
            together.wait()
            save(cast, draft, "rule", seen, points=points)
            outcomes.append(points)
        except Conflict:
            outcomes.append("told")
        finally:
            connection.close()

    editors = [Thread(target=attempt, args=(points,)) for points in (4_000_000, 5_000_000)]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()

    saved = [one for one in outcomes if one != "told"]
    assert len(saved) == 1
    assert outcomes.count("told") == 1
    assert found(draft, "rule", "D4.1").points == saved[0]
