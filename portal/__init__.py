"""The site itself: settings, URLs, home pages and jobs; it assembles the apps and is imported by none of them."""

from .celery import app as celery_app

__all__ = ["celery_app"]
