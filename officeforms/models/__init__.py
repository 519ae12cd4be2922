"""Rows of official forms: the forms, their versions and bindings, what was exported, and what else is collected."""

from .collection import Answer, Collection, CollectionField, FieldKind
from .form import Binding, BlockColumn, FormExport, FormVersion, OfficialForm, RowBlock, Source, Subject

__all__ = [
    "Answer",
    "Binding",
    "BlockColumn",
    "Collection",
    "CollectionField",
    "FieldKind",
    "FormExport",
    "FormVersion",
    "OfficialForm",
    "RowBlock",
    "Source",
    "Subject",
]
