"""The app of what every other app stands on: month, error, audit, lock, sheet, request."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"
