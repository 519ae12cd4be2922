"""The engine of papers that named people sign in order: what was shown, who signed it, the chain of digests."""

from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "signing"
    verbose_name = "签署"
    default_auto_field = "django.db.models.BigAutoField"
