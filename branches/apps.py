"""The app of who belongs where, and who may do what."""

from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "组织与党员"
    default_auto_field = "django.db.models.BigAutoField"
