"""How uploaded files arrive: on disk at once, and never more than one request may bring."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Refuses a request that announces more than PORTAL_UPLOAD_MAX_BODY before a byte of it is kept."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        if content_length > settings.PORTAL_UPLOAD_MAX_BODY:
            raise RequestDataTooBig("the request is larger than PORTAL_UPLOAD_MAX_BODY")
