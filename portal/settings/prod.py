"""Servers: PostgreSQL, Redis, keys from the environment; whatever is missing is named at once, before anything runs."""

from django.core.exceptions import ImproperlyConfigured

from . import databases
from .base import *  # noqa: F403 -- a surrounding is its base plus differences
from .base import VAR_DIR, env

_NEEDED = {
    "SECRET_KEY": "64 random characters; `python3 portal/settings/keys.py` prints some",
    "PORTAL_FIELD_KEY": "32 bytes in base64 that encrypt ID numbers; make it the same way, keep a copy apart",
    "DATABASE_URL": "postgres://name:password@host:5432/portal",
    "REDIS_URL": "redis://host:6379/0",
    "ALLOWED_HOSTS": "the names users type, separated by commas",
}
_missing = [f"  {name}: {hint}" for name, hint in _NEEDED.items() if not env.str(name, default="")]
if _missing:
    raise ImproperlyConfigured("set these in the environment (docs/operations.md):\n" + "\n".join(_missing))

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
PORTAL_FIELD_KEY = env.list("PORTAL_FIELD_KEY")  # the first encrypts, the others still decrypt
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

DATABASES = {"default": databases.from_url(env.str("DATABASE_URL"), keep_seconds=env.int("CONN_MAX_AGE", default=60))}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.str("REDIS_URL")}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_TASK_ALWAYS_EAGER = False

# An intranet without certificates says PORTAL_HTTPS=0; a browser that once saw HSTS would never come back to http.
PORTAL_HTTPS = env.bool("PORTAL_HTTPS", default=True)
SESSION_COOKIE_SECURE = PORTAL_HTTPS
CSRF_COOKIE_SECURE = PORTAL_HTTPS
SECURE_SSL_REDIRECT = PORTAL_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("PORTAL_HSTS_SECONDS", default=30 * 24 * 3600) if PORTAL_HTTPS else 0
# The unit's other sites are not ours to bind: no includeSubDomains, no preload.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if not PORTAL_HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
if env.bool("PORTAL_BEHIND_PROXY", default=False):  # only where the proxy sets the header itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

for _directory in ("media", "tmp"):
    (VAR_DIR / _directory).mkdir(parents=True, exist_ok=True)
