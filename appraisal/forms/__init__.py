"""The forms of the year around the score, a module for each subject."""

from .marks import mark_entries

__all__ = ["mark_entries"]
