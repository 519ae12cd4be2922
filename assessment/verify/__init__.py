"""Verifying frozen periods: recomputed from what they stand on, in plain Python; the first difference is named."""

from .difference import Difference
from .month import Verification, verify
from .period import PeriodVerification, YearVerification, verify_period, verify_year

__all__ = [
    "Difference",
    "PeriodVerification",
    "Verification",
    "YearVerification",
    "verify",
    "verify_period",
    "verify_year",
]
