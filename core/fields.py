"""Model fields of the portal: text that is kept encrypted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from core import crypto


class EncryptedTextField(models.TextField):
    """Text kept as AES-256-GCM, plain in Python. It cannot be searched: keep a keyed digest beside it.

    The column name is bound into the seal, so a phone number cannot be passed off as an ID number.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        if not text:
            return text
        return crypto.encrypt(text, context=self.attname)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return crypto.decrypt(value, context=self.attname) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched by {lookup_name}; use its keyed digest")
        return super().get_lookup(lookup_name)
