"""The statement of a branch's score: every rule in words, what was counted, the arithmetic, what would raise it."""

from .build import statement, what_would_raise
from .model import FactLine, ItemPart, Place, RuleLine, Statement
from .raises import Raise
from .words import plain, rule_words, two

__all__ = [
    "FactLine",
    "ItemPart",
    "Place",
    "Raise",
    "RuleLine",
    "Statement",
    "plain",
    "rule_words",
    "statement",
    "two",
    "what_would_raise",
]
