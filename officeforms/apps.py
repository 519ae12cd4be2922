"""The app of official forms: the unit's own workbooks, bound to fields, and the burden of what is asked."""

from django.apps import AppConfig


class OfficeformsConfig(AppConfig):
    name = "officeforms"
    verbose_name = "官方表格"
    default_auto_field = "django.db.models.BigAutoField"
