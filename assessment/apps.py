"""The app of targets, facts and scores."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = "量化考核"
    default_auto_field = "django.db.models.BigAutoField"
