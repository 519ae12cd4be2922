"""The embedded default: SQLite, no broker, nothing to install beside; keys and data live in var/."""

from . import databases, keys
from .base import *  # noqa: F403 -- a surrounding is its base plus differences
from .base import VAR_DIR, env

DEBUG = env.bool("PORTAL_DEBUG", default=False)
SECRET_KEY = keys.kept_key(VAR_DIR / "secret_key", keys.SECRET_KEY_BYTES)
PORTAL_FIELD_KEY = [keys.kept_key(VAR_DIR / "field_key", keys.FIELD_KEY_BYTES)]
for _directory in ("media", "tmp", "static"):
    (VAR_DIR / _directory).mkdir(exist_ok=True)

_url = env.str("DATABASE_URL", default="")
DATABASES = {"default": databases.from_url(_url) if _url else databases.sqlite(VAR_DIR / "db.sqlite3")}
# Shared by the web process and the jobs, as a memory cache would not be.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}}
