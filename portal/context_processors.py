"""What the frame of every page needs: the viewer, the menu, whether this is a demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from core.periods import today
from portal.counters import counters_of
from portal.navigation import menu_of, url_of


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame; the menu is worked out only where a template shows it."""
    viewer = getattr(request, "viewer", None)
    counts: Any = SimpleLazyObject(lambda: counters_of(viewer))
    return {
        "viewer": viewer,
        "menu_counts": counts,
        "navigation": SimpleLazyObject(lambda: menu_of(viewer, request.path, counts)),
        "bell_url": url_of("notices:inbox"),
        "is_demo": is_demo(),
        "today": today(timezone.now()),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }


def is_demo() -> bool:
    """Whether invented data are loaded: by setting, or by the mark the demo command leaves."""
    return bool(getattr(settings, "PORTAL_DEMO", False)) or (settings.VAR_DIR / "demo").exists()
