"""The field catalogue: every figure and word an official form may be bound to, each with the selector behind it.

This is the one place where the apps' selectors are listed. A field reads what the pages read, with the
viewer's scope; `about` says what it needs: a copy of the form, a branch, a member, a record or an item.
"""

from .base import ABOUT_OF_SOURCE, Field, Figure
from .catalogue import Catalogue, catalogue_of
from .reading import Reading

__all__ = ["ABOUT_OF_SOURCE", "Catalogue", "Field", "Figure", "Reading", "catalogue_of"]
