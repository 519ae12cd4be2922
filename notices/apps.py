"""The app of messages to people and of their delivery."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = "通知"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # core stands below and cannot send messages itself; it calls whoever asked to be told.
        from core.progress import on_finished
        from notices.services import tell_job_finished

        on_finished(tell_job_finished)
