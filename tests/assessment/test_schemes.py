"""The default scheme loads whole and its published version cannot be edited."""

from __future__ import annotations

import copy

import pytest

from assessment import schemes
from assessment.models import Category, ExtraItem, Item, Metric, Rule, RuleTier, SchemeStatus
from core.errors import InvalidInput, Locked
from core.periods import Month
from tests.factories.assessment import committee

pytestmark = pytest.mark.django_db


def test_default_scheme_has_its_categories_items_rules_and_metrics():
    scheme = schemes.load_default(2026)

    assert (scheme.categories.count(), scheme.items.count(), scheme.rules.count()) == (6, 18, 40)
    assert Metric.objects.filter(is_extra=False).count() == 59
    assert ExtraItem.objects.filter(scheme=scheme).count() == 13
    assert (scheme.vetoes.count(), scheme.grades.count()) == (9, 4)


def test_default_scheme_adds_up_to_a_hundred_points():
    scheme = schemes.load_default(2026)

    assert sum(Category.objects.filter(scheme=scheme).values_list("points", flat=True)) == 100_000_000
    for item in Item.objects.filter(scheme=scheme).prefetch_related("rules"):
        assert sum(rule.points for rule in item.rules.all()) == item.points


def test_default_scheme_is_loaded_once():
    assert schemes.load_default(2026) == schemes.load_default(2026)


def test_rule_takes_the_condition_of_its_item():
    schemes.load_default(2026)

    assert Rule.objects.get(code="A2.1").na_if == "no_committee"
    assert Rule.objects.get(code="C2.2").na_if == "no_committee"


def test_deadline_inside_a_month_is_kept_apart_from_whole_months():
    schemes.load_default(2026)

    summary, plan = Rule.objects.get(code="B1.2"), Rule.objects.get(code="B1.1")
    assert (summary.deadline_month, summary.deadline_inside) == (202606, 202607)
    assert (plan.deadline_month, plan.deadline_inside) == (202601, 0)


@pytest.mark.parametrize("model", [Category, Item, Rule, RuleTier])
def test_published_scheme_refuses_every_edit(model):
    schemes.load_default(2026)
    row = model.objects.first()

    with pytest.raises(Locked):
        row.save()
    with pytest.raises(Locked):
        row.delete()


def test_month_takes_the_version_valid_on_its_last_day():
    first = schemes.load_default(2026)
    second = schemes.load(schemes.read_default(), year=2026, version="1.1", valid_from=202607)
    assert schemes.scheme_for(1, Month(2026, 8)) == first

    schemes.publish(second, now=first.published_at)

    assert schemes.scheme_for(1, Month(2026, 6)) == first
    assert schemes.scheme_for(1, Month(2026, 7)) == second
    assert second.status == SchemeStatus.PUBLISHED


def test_scheme_of_the_committee_comes_before_the_default():
    root = committee()
    schemes.load_default(2026)
    own = schemes.load_default(2026, root)

    assert schemes.scheme_for(root.pk, Month(2026, 3)) == own


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["categories"][0].update(points=17), "不是100"),
        (lambda data: data["categories"][0]["items"][0].update(points=5), "各规则之和"),
        (lambda data: data["categories"][3]["items"][0]["rules"][0].update(metric="no.such"), "no.such"),
        (lambda data: data["categories"][3]["items"][0]["rules"][0].update(type="magic"), "magic"),
        (lambda data: data["bonus_items"][0].update(cap=3), "P01"),
    ],
)
def test_faulty_scheme_is_refused_with_the_fault_named(change, words):
    data = copy.deepcopy(schemes.read_default())
    change(data)

    with pytest.raises(InvalidInput, match=words):
        schemes.load(data, year=2026)
