"""The token a form carries, so that sending it twice has one effect."""

from __future__ import annotations

import secrets
from typing import Any

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

TOKEN_NAME = "_token"


def new_token(user: Any, form: str = "") -> str:
    """A fresh token bound to the user (and, when named, to the form)."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_form_mark(form)}.{_signature(user, nonce, _form_mark(form))}"


def check_token(token: str, user: Any, form: str = "") -> bool:
    """Whether `new_token` made this token for that user (and for that form, when one is named)."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > 100:
        return False
    nonce, mark, signature = parts
    if form and mark != _form_mark(form):
        return False
    return constant_time_compare(signature, _signature(user, nonce, mark))


def _form_mark(form: str) -> str:
    return signing.b62_encode(int(salted_hmac("portal.form", form).hexdigest()[:10], 16)) if form else "-"


def _signature(user: Any, nonce: str, mark: str) -> str:
    return salted_hmac("portal.form.token", f"{user.pk}|{nonce}|{mark}", algorithm="sha256").hexdigest()[:32]
