"""The embedded default: SQLite, no broker, nothing to install beside."""

from .base import *  # noqa: F403 -- a settings surrounding is its base plus differences

DEBUG = False
SECRET_KEY = "embedded"
