"""The linter finds each planted fault, at its place, and nothing else; the default scheme is clean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assessment import schemes
from assessment.members import schemes as member_schemes
from assessment.models import Metric
from assessment.reporters import lint_context, reporters, told_by_features
from assessment.rules.document import EventPart, ExtraPart, LevelPart, SchemeDoc, TierPart, with_part
from assessment.rules.lint import Severity, errors_of, lint, warnings_of
from assessment.selectors.documents import document_of

pytestmark = pytest.mark.django_db
POINT = 1_000_000


@pytest.fixture
def clean() -> SchemeDoc:
    return document_of(schemes.load_default(2026))


def parts(doc):
    named = {"category": doc.categories, "item": doc.items, "rule": doc.rules}
    named |= {"extra": doc.extras, "veto": doc.vetoes, "grade": doc.grades}
    return {(kind, part.code): part for kind, rows in named.items() for part in rows}


def planted(doc, kind, code, /, **changes):
    """The document with one part changed."""
    part = doc.head if kind == "head" else parts(doc)[(kind, code)]
    return with_part(doc, kind, part.pk, replace(part, **changes))


def without(doc, kind, code):
    """The document without one part."""
    part = parts(doc)[(kind, code)]
    if kind == "item":
        one = next(row for row in doc.categories if part in row.items)
        return replace(
            doc, categories=tuple(_less(row, "items", part) if row is one else row for row in doc.categories)
        )
    one = next(row for row in doc.items if part in row.rules)
    return with_part_rules(doc, one, tuple(rule for rule in one.rules if rule is not part))


def with_part_rules(doc, item, rules):
    return replace(
        doc,
        categories=tuple(
            replace(row, items=tuple(replace(one, rules=rules) if one is item else one for one in row.items))
            for row in doc.categories
        ),
    )


def _less(row, name, part):
    return replace(row, **{name: tuple(one for one in getattr(row, name) if one is not part)})


def found(doc, **context):
    """(code, place, field) of every finding."""
    known = replace(lint_context(), **context)
    return [(one.code, one.place.label, one.place.field) for one in lint(doc, known)]


def tiers(*pairs):
    return tuple(TierPart(int(rate * POINT), int(score * POINT)) for rate, score in pairs)


def test_default_scheme_is_clean(clean):
    assert found(clean) == []


def test_default_scheme_of_members_is_clean():
    doc = document_of(member_schemes.load_default(2026))

    assert lint(doc, lint_context("member")) == ()


def test_metric_of_branches_is_told_by_nobody_about_members():
    schemes.load_default(2026)
    doc = document_of(member_schemes.load_default(2026))

    wrong = planted(doc, "rule", "MD3", metric="theme_day.held", need_metric="theme_day.expected")
    assert {one.code for one in lint(wrong, lint_context("member"))} == {"metric.unreported"}


# What is planted (part, code, changes) → what alone is found.
FAULTS = [
    # sums
    ("rule", "D4.1", {"points": 7 * POINT}, [("sum.item", "D4", "points")]),
    ("rule", "D4.1", {"points": 5 * POINT}, [("sum.item", "D4", "points")]),
    ("item", "D4", {"points": 9 * POINT}, [("sum.category", "D", "points"), ("sum.item", "D4", "points")]),
    ("category", "D", {"points": 24 * POINT}, [("sum.total", "总则", ""), ("sum.category", "D", "points")]),
    ("item", "E3", {"code": "E2"}, [("code.twice", "E2", "code")]),
    # tiers
    ("rule", "D1.2", {"tiers": tiers((0.9, 2), (0.8, 2), (0, 0))}, [("tier.order", "D1.2", "tiers")]),
    ("rule", "D1.2", {"tiers": tiers((0.9, 1), (0.8, 2), (0, 0))}, [("tier.order", "D1.2", "tiers")]),
    ("rule", "D1.2", {"tiers": tiers((0.9, 1.5), (0, 0))}, [("tier.top", "D1.2", "tiers")]),
    ("rule", "D1.2", {"tiers": tiers((0.9, 3), (0, 0))}, [("tier.top", "D1.2", "tiers")]),
    ("rule", "D1.2", {"tiers": tiers((1.2, 2), (0, 0))}, [("tier.reach", "D1.2", "tiers")]),
    ("rule", "D1.2", {"tiers": tiers((0.9, 2), (0.5, 1))}, [("tier.cover", "D1.2", "tiers")]),
    ("rule", "D1.2", {"tiers": ()}, [("rule.incomplete", "D1.2", "tiers")]),
    (
        "rule",
        "D1.2",
        {"tiers": tiers((0.9, 2), (0.8, 1.8), (0.7, 1.6), (0.6, 1.4), (0.5, 1), (0.4, 0.5), (0, 0))},
        [("tier.many", "D1.2", "tiers")],
    ),
    # windows and periods
    ("rule", "B1.1", {"from_month": 6}, [("window.before_start", "B1.1", "deadline")]),
    ("rule", "B1.2", {"deadline": (3, 31)}, [("window.unmet", "B1.2", "deadline")]),
    ("rule", "D4.1", {"from_month": 13}, [("due.never", "D4.1", "from_month")]),
    ("rule", "D4.1", {"target": 0}, [("rule.target", "D4.1", "target")]),
    ("rule", "D4.1", {"per_months": 5}, [("rule.period", "D4.1", "per_months")]),
    (
        "rule",
        "A3.1",
        {"metric": "annual_plan.sent"},
        [("cap.impossible", "A3.1", "target"), ("metric.twice", "B1.1", "metric")],
    ),
    ("head", "", {"valid_month": 3}, [("window.past", "B1.1", "deadline")]),
    # metrics
    ("rule", "D4.1", {"metric": "no.such"}, [("metric.unknown", "D4.1", "metric")]),
    ("rule", "D4.1", {"metric": "member.count"}, [("metric.kind", "D4.1", "metric")]),
    ("rule", "C2.1", {"need_metric": "record.due"}, [("metric.kind", "C2.1", "need_metric")]),
    ("rule", "C3.1", {"metric": "theme_day.held"}, [("metric.twice", "D4.1", "metric")]),
    # what a rule's type needs
    ("rule", "B1.1", {"deadline": None}, [("rule.incomplete", "B1.1", "deadline")]),
    ("rule", "D4.2", {"need_metric": ""}, [("rule.incomplete", "D4.2", "need_metric")]),
    ("rule", "D4.1", {"need_metric": "theme_day.expected"}, [("rule.both", "D4.1", "need_metric")]),
    ("rule", "D4.1", {"kind": "magic"}, [("rule.kind", "D4.1", "kind")]),
    ("rule", "D4.1", {"na_if": "no_roof"}, [("na.unknown", "D4.1", "na_if")]),
    ("rule", "F2.2", {"review_role": ""}, [("review.role", "F2.2", "review_role")]),
    ("rule", "F2.2", {"review_role": "the_moon"}, [("review.role", "F2.2", "review_role")]),
    (
        "rule",
        "F2.2",
        {"levels": (LevelPart("good", "好", 900_000), LevelPart("poor", "差", 0))},
        [("review.levels", "F2.2", "levels")],
    ),
    # events
    ("rule", "B2.2", {"events": (EventPart("record.false", 5 * POINT),)}, [("event.exceeds", "B2.2", "events")]),
    ("rule", "B2.2", {"events": (EventPart("record.false", POINT, most=500_000),)}, [("event.cap", "B2.2", "events")]),
    ("rule", "B2.2", {"events": (EventPart("record.false", 0),)}, [("event.points", "B2.2", "events")]),
    ("rule", "B2.2", {"events": ()}, [("rule.incomplete", "B2.2", "events")]),
    ("rule", "B2.2", {"events": (EventPart("member.count", POINT),)}, [("metric.kind", "B2.2", "events")]),
    (
        "rule",
        "F2.1",
        {"events": (EventPart("joint_activity.held", 500_000, most=POINT),)},
        [("add.reach", "F2.1", "events")],
    ),
    # grades, vetoes, limits, weights
    ("grade", "good", {"threshold": 95 * POINT}, [("grade.order", "excellent", "threshold")]),
    ("grade", "fail", {"threshold": 10 * POINT}, [("grade.cover", "fail", "threshold")]),
    ("grade", "excellent", {"threshold": 106 * POINT}, [("grade.reach", "excellent", "threshold")]),
    ("grade", "excellent", {"quota": 1_300_000}, [("grade.quota", "excellent", "quota")]),
    ("veto", "V01", {"grade_cap": "excellent"}, [("veto.harmless", "V01", "grade_cap")]),
    ("veto", "V01", {"grade_cap": "medal"}, [("veto.grade", "V01", "grade_cap")]),
    ("veto", "V01", {"decided_by": ""}, [("veto.body", "V01", "decided_by")]),
    ("head", "", {"half_weight": 400_000}, [("weights.outer", "总则", "half_weight")]),
    ("head", "", {"weights": ()}, [("weights.inner", "总则", "weights")]),
    ("head", "", {"display_cap": 100 * POINT}, [("limit.bonus", "总则", "display_cap")]),
    ("head", "", {"tie_break": ("category:Q",)}, [("tie.unknown", "总则", "tie_break")]),
    ("extra", "P01", {"points": 9 * POINT}, [("extra.exceeds", "P01", "points")]),
    ("extra", "P01", {"most": 3 * POINT}, [("extra.group", "P01", "most")]),
    ("extra", "P05", {"most": 500_000}, [("extra.cap", "P05", "most")]),
]


@pytest.mark.parametrize(("kind", "code", "changes", "expected"), FAULTS)
def test_planted_fault_is_found_and_nothing_else(clean, kind, code, changes, expected):
    assert found(planted(clean, kind, code, **changes)) == expected


def test_metric_that_nobody_reports_is_found(clean):
    known = {code: who for code, who in reporters().items() if code != "theme_day.held"}

    assert found(clean, reporters=known) == [("metric.unreported", "D4.1", "metric")]


def test_metric_of_an_unknown_source_is_reported_by_nobody(clean):
    Metric.objects.filter(code="dues.due").update(reported_by="sensors")

    assert found(clean) == [("metric.unreported", "B3.1", "need_metric")]


def test_category_and_item_without_content_are_found(clean):
    assert found(without(without(clean, "rule", "C3.1"), "rule", "C3.2"))[0] == ("item.empty", "C3", "")
    bare = replace(
        clean, categories=tuple(replace(one, items=()) if one.code == "C" else one for one in clean.categories)
    )
    assert found(bare) == [("category.empty", "C", "")]


def test_category_that_may_not_apply_at_all_is_a_warning(clean):
    doc = clean
    for rule in [rule for item in clean.categories[5].items for rule in item.rules]:
        doc = planted(doc, "rule", rule.code, na_if="no_groups")

    assert found(doc) == [("na.category", "F", "")]
    assert [one.severity for one in lint(doc, lint_context())] == [Severity.WARNING]


def test_ten_faults_at_once_are_all_found(clean):
    doc = clean
    chosen = [FAULTS[n] for n in (0, 5, 13, 14, 15, 20, 29, 32, 38, 43, 46)]
    for kind, code, changes, _ in chosen:
        doc = planted(doc, kind, code, **changes)

    assert sorted(found(doc)) == sorted(one for *_, expected in chosen for one in expected)


def test_every_finding_says_what_why_and_how_to_mend(clean):
    for kind, code, changes, _ in FAULTS:
        for one in lint(planted(clean, kind, code, **changes), lint_context()):
            assert all(len(words) >= 4 for words in (one.what, one.why, one.mend)), one.code
            assert not one.what.endswith("。")
            assert one.why.endswith("。")
            assert one.mend.endswith("。")


def test_errors_and_warnings_are_told_apart_errors_first(clean):
    doc = planted(planted(clean, "head", "", valid_month=3), "rule", "D4.1", from_month=13)
    findings = lint(doc, lint_context())

    assert [one.code for one in findings] == ["due.never", "window.past"]
    assert [one.code for one in errors_of(findings)] == ["due.never"]
    assert [one.code for one in warnings_of(findings)] == ["window.past"]


def test_key_of_a_finding_is_the_same_in_the_same_words_and_another_in_others(clean):
    one, again = (lint(planted(clean, "head", "", valid_month=3), lint_context())[0].key for _ in range(2))
    other = lint(planted(clean, "head", "", valid_month=4), lint_context())[0].key

    assert one == again
    assert one != other


def test_extra_whose_metric_is_gone_is_found(clean):
    lost = ExtraPart("bonus", "P99", "失物", "bonus.P99", POINT, pk=-1)

    assert found(replace(clean, extras=(*clean.extras, lost))) == [("metric.unreported", "P99", "metric")]


def test_features_name_only_metrics_that_exist(clean):
    assert set(told_by_features()) - set(clean.metrics) == set()
