"""Readings of scores: what a page, a sheet and the API show alike. Every selector begins with the viewer."""

from .figures import Figures, Share, base_of
from .frame import CategoryFrame, ItemFrame, RuleFrame, SchemeFrame, best_scheme, frame_of, scheme_rows
from .scoreboard import BranchRow, Closed, Scoreboard, root_of, scoreboard, window_label

__all__ = [
    "BranchRow",
    "CategoryFrame",
    "Closed",
    "Figures",
    "ItemFrame",
    "RuleFrame",
    "SchemeFrame",
    "Scoreboard",
    "Share",
    "base_of",
    "best_scheme",
    "frame_of",
    "root_of",
    "scheme_rows",
    "scoreboard",
    "window_label",
]
