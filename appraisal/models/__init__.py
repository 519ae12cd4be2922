"""The year around the score: marks and polls, vetoes, results and their publication."""

from .mark import PART_CHOICES, PartCode, PartMark, RuleLeftOut
from .result import Publication, PublicationScope, PublicationState, YearResult
from .veto import VetoCase, VetoState
from .year_end import YearEnd, YearState

__all__ = [
    "PART_CHOICES",
    "PartCode",
    "PartMark",
    "Publication",
    "PublicationScope",
    "PublicationState",
    "RuleLeftOut",
    "VetoCase",
    "VetoState",
    "YearEnd",
    "YearResult",
    "YearState",
]
