"""The forms of the scheme editor: each shows one part of a document and gives it back as it was typed."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from assessment.models import Scheme
from assessment.scheme_forms.heads import CategoryForm, ExtraForm, GradeForm, HeadForm, ItemForm, PartForm, VetoForm
from assessment.scheme_forms.rules import RuleForm

FORMS: dict[str, type[PartForm]] = {
    "head": HeadForm,
    "category": CategoryForm,
    "item": ItemForm,
    "rule": RuleForm,
    "extra": ExtraForm,
    "veto": VetoForm,
    "grade": GradeForm,
}

__all__ = ["FORMS", "PartForm", "form_for"]


def form_for(kind: str, part: Any, scheme: Scheme, doc: Any, data: Any = None, *, more: str = "") -> PartForm:
    """The form of one part; `more` names the lines that get an empty one. 404 for a kind that is none."""
    if kind not in FORMS:
        raise Http404
    return FORMS[kind](data, part=part, scheme=scheme, doc=doc, more=more)
