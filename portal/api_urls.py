"""The API's table of contents: the apps' viewsets under /api/v1/, the schema and its page."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

APPS = ("branches", "activities", "assessment")


def _router() -> SimpleRouter:
    """One router over `register(router)` of every app that has an api module."""
    router = SimpleRouter()
    for name in APPS:
        if find_spec(f"{name}.api"):
            import_module(f"{name}.api").register(router)
    return router


schema = SpectacularAPIView.as_view(permission_classes=[IsAuthenticated])
docs = SpectacularSwaggerSplitView.as_view(url_name="api_schema", permission_classes=[IsAuthenticated])

urlpatterns = [
    path("api/v1/", include((_router().urls, "api"))),
    path("api/schema/", schema, name="api_schema"),
    path("api/docs/", login_required(docs), name="api_docs"),
]
