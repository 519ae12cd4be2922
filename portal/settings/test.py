"""Tests: the real database that answers, fast password hashes, tasks inline, own files; nothing of var/ is touched."""

import base64
import os
import tempfile
from pathlib import Path

from tests import services

from . import databases
from .base import *  # noqa: F403 -- a surrounding is its base plus differences

SECRET_KEY = "for-tests-only"
PORTAL_FIELD_KEY = [base64.b64encode(b"for tests only, thirty-two bytes").decode()]
ALLOWED_HOSTS = ["*"]

# Every run has databases of its own, so that several people can test side by side; xdist adds its worker's name.
PORTAL_TEST_RUN = os.environ.setdefault("PORTAL_TEST_RUN", str(os.getpid()))
_database = databases.from_url(services.database_url(), keep_seconds=0)
if _database["ENGINE"].endswith("postgresql"):
    _database["TEST"] = {"NAME": f"test_portal_{PORTAL_TEST_RUN}", "TEMPLATE": "template0"}
else:
    _database["OPTIONS"].pop("init_command")  # a database in memory knows no write-ahead log
DATABASES = {"default": _database}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": PORTAL_TEST_RUN}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False  # the test of the lock-out switches it on
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

VAR_DIR = Path(tempfile.gettempdir()) / f"portal-test-{PORTAL_TEST_RUN}"
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_TEMP_DIR = None
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
