"""The app of the year around the score: marks, vetoes, grades, publication."""

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "appraisal"
    verbose_name = "年度评价"
    default_auto_field = "django.db.models.BigAutoField"
