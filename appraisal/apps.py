"""The app of the year around the score: marks, vetoes, grades, publication."""

from django.apps import AppConfig

from activities.rules.claimable import FROM_REVIEWS


class AppraisalConfig(AppConfig):
    name = "appraisal"
    verbose_name = "年度评价"
    default_auto_field = "django.db.models.BigAutoField"
    reports = FROM_REVIEWS
