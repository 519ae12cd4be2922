"""The engine of closed loops: an item, its owner, its due date, its proof, verified by a second person."""

from django.apps import AppConfig


class WorklistsConfig(AppConfig):
    name = "worklists"
    verbose_name = "整改事项"
    default_auto_field = "django.db.models.BigAutoField"
