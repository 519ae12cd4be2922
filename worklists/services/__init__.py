"""What is done with an item; each function is one transaction with one audit entry."""

from .closing import close_item, send_back, verify
from .opening import cancel_item, extend_due, open_item, reopen
from .reporting import report_done

__all__ = [
    "cancel_item",
    "close_item",
    "extend_due",
    "open_item",
    "reopen",
    "report_done",
    "send_back",
    "verify",
]
