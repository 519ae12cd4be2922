"""Field encryption and keyed digests: AES-256-GCM for what is kept, HMAC-SHA256 for what is looked up."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PREFIX = "v1"
NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """The stored text was written with a key that is no longer configured, or was altered."""


def encrypt(text: str, *, context: str = "") -> str:
    """`text` as one printable token; `context` (the column) must be the same again on reading."""
    key_id, key = _encryption_keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{PREFIX}:{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(token: str, *, context: str = "") -> str:
    """The text of a token made by `encrypt`; CannotDecrypt if key, column or bytes do not fit."""
    try:
        prefix, key_id, payload = token.split(":", 2)
        raw = base64.b64decode(payload, validate=True)
        key = dict(_encryption_keys())[key_id]
        if prefix != PREFIX:
            raise ValueError(prefix)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except (ValueError, KeyError, InvalidTag, binascii.Error) as error:
        raise CannotDecrypt("stored text cannot be read with the configured PORTAL_FIELD_KEY") from error


def keyed_digest(text: str) -> str:
    """64 hex digits by which an encrypted text can be found again, useless without the key."""
    return hmac.new(_digest_key(_raw_keys()), text.encode(), hashlib.sha256).hexdigest()


def _raw_keys() -> tuple[bytes, ...]:
    configured = getattr(settings, "PORTAL_FIELD_KEY", None)
    if not configured:
        raise ImproperlyConfigured("PORTAL_FIELD_KEY must hold at least one base64 key of 32 bytes")
    return _decoded(tuple([configured] if isinstance(configured, str) else configured))


@lru_cache(maxsize=8)
def _decoded(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    keys = tuple(base64.b64decode(text) for text in texts)
    if any(len(key) != 32 for key in keys):
        raise ImproperlyConfigured("every PORTAL_FIELD_KEY must be 32 bytes in base64")
    return keys


def _encryption_keys() -> list[tuple[str, bytes]]:
    return [_encryption_key(raw) for raw in _raw_keys()]


@lru_cache(maxsize=16)
def _encryption_key(raw: bytes) -> tuple[str, bytes]:
    key = _derive(raw, b"portal field encryption")
    return hashlib.sha256(b"id" + key).hexdigest()[:8], key


@lru_cache(maxsize=8)
def _digest_key(keys: tuple[bytes, ...]) -> bytes:
    # The oldest key: putting a new one in front must not orphan the digests already stored.
    return _derive(keys[-1], b"portal keyed digest")


@lru_cache(maxsize=32)
def _derive(raw: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(raw)
