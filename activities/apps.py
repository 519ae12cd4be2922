"""The app of what was done: gatherings, month sheets, claims, reviews."""

from django.apps import AppConfig

from activities.rules.claimable import FROM_RECORDS


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "组织生活"
    default_auto_field = "django.db.models.BigAutoField"
    reports = FROM_RECORDS
