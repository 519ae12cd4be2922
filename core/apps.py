"""The app of what every other app stands on: month, error, audit, lock, sheet, request."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say of an empty field what to do, not what it is."""
        from django import forms

        forms.Field.default_error_messages["required"] = "请填写这一项。"
