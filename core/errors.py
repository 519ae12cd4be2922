"""The one family of errors a user may meet: each says what happened and what can be done."""

from __future__ import annotations


class PortalError(Exception):
    """A refusal in words for the user; `status` is its HTTP status, `code` its name in the API."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, *, remedy: str = "", fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.fields = fields or {}


class InvalidInput(PortalError):
    """What was typed or sent cannot be taken; `fields` names where."""


class Refused(PortalError):
    """Seen, but not this person's to do. (Outside the scope it is 404, never this.)"""

    status = 403
    code = "refused"


class Conflict(PortalError):
    """The object moved on meanwhile, or the step is not open in its present state."""

    status = 409
    code = "conflict"


class Locked(Conflict):
    """The month or year is closed; a later month or a restatement is the way."""

    code = "locked"
