"""Who is asking: the viewer of a request, worked out once."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from branches.models import User
from branches.permissions import Viewer
from core.periods import today


def ensure_viewer(request: HttpRequest) -> Viewer | None:
    """The viewer of this request; built where the URL resolver never got as far as a view (404)."""
    if getattr(request, "viewer", None) is None:
        user = getattr(request, "user", None)
        is_known = user is not None and user.is_authenticated
        request.viewer = Viewer.of(cast(User, user), today(timezone.now())) if is_known else None
    return request.viewer
