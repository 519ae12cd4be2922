"""The table of contents of the site: each app brings its own URLs, the portal adds the frame."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import get_converters

from core.periods import MonthConverter, PeriodConverter, YearConverter

if "month" not in get_converters():
    register_converter(MonthConverter, "month")
    register_converter(PeriodConverter, "period")
    register_converter(YearConverter, "year")

from portal import patch_views, views

APPS = (
    "core",
    "notices",
    "branches",
    "assessment",
    "worklists",
    "signing",
    "activities",
    "appraisal",
    "integrity",
    "officeforms",
)


def _included(modules: tuple[str, ...]) -> list[URLPattern | URLResolver]:
    """The URLs of the apps that have pages; an app without a urls module has none."""
    return [path("", include(f"{name}.urls")) for name in modules if find_spec(f"{name}.urls")]


urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.PasswordChange.as_view(), name="password_change"),
    path("search/", views.search, name="search"),
    path("patch/", patch_views.own, name="patch"),
    path("patch/<int:leader_id>/", patch_views.of_leader, name="patch_of"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("portal.api_urls")),
    *_included(APPS),
]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
