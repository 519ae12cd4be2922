"""What can be done with papers; each function is one transaction with its audit entries."""

from .papers import PaperDraft, open_paper, open_papers, void_paper
from .signing import sign
from .telling import remind_unsigned

__all__ = ["PaperDraft", "open_paper", "open_papers", "remind_unsigned", "sign", "void_paper"]
