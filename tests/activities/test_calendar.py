"""Types and duties are data: what defaults/ says is in the database, and loading again changes nothing."""

from activities.models import ActivityType, Duty
from activities.rules.catalogue import kind_names, tag_table
from activities.services.calendar import load_calendar


def test_load_calendar_again_changes_nothing(db):
    before = list(ActivityType.objects.values()), list(Duty.objects.values())
    assert load_calendar() == (len(before[0]), len(before[1]))
    assert (list(ActivityType.objects.values()), list(Duty.objects.values())) == before


def test_duties_of_the_month_and_what_counts_as_due(db):
    due = Duty.objects.filter(counts_as_due=True).order_by("code")
    assert list(due.values_list("code", "per", "applies_if")) == [
        ("committee_meeting", "month", "has_committee"),
        ("general_meeting", "quarter", ""),
        ("group_meeting", "month", "has_groups"),
        ("party_lecture", "quarter", ""),
        ("theme_day", "month", ""),
    ]


def test_every_tag_and_metric_of_a_type_is_known(db):
    from assessment.models import Metric
    from assessment.schemes import load_default

    load_default(2026)
    metrics = set(Metric.objects.values_list("code", flat=True)) | {""}
    assert {tag["metric"] for tag in tag_table().values()} <= metrics
    for kind in ActivityType.objects.all():
        assert kind.held_metric in metrics
        assert set(kind.tags) <= set(tag_table())


def test_kind_names_are_the_types(db):
    assert list(kind_names()) == list(ActivityType.objects.values_list("code", "name"))
