"""The app of targets, facts and scores."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = "量化考核"
    default_auto_field = "django.db.models.BigAutoField"
    reports = (  # what collect.py finds in the register
        "org.term_overdue",
        "org.committee_missing",
        "org.vacancy_90d",
        "org.duty_not_published",
        "member.count",
        "member.fields_complete",
        "group_meeting.due",
    )
