"""The app of posts, risk points and control measures."""

from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "integrity"
    verbose_name = "廉政风险防控"
    default_auto_field = "django.db.models.BigAutoField"
