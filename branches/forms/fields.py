"""Fields shared by the forms: days, members by number, choices cut to the viewer's scope."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.errors import PortalError


class DayInput(forms.DateInput):
    """The browser's own calendar, in the form it wants."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def day_field(label: str, *, required: bool = True, help_text: str = "", initial: Any = None) -> forms.DateField:
    """A day chosen in the calendar."""
    return forms.DateField(label=label, required=required, help_text=help_text, initial=initial, widget=DayInput())


class LabelledChoice(forms.ModelChoiceField):
    """A choice of rows whose label is made by a function."""

    def __init__(self, queryset: QuerySet, *, words: Any = str, **kwargs: Any) -> None:
        self.words = words
        super().__init__(queryset, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return self.words(obj)


class NarrowedSelect(forms.Select):
    """Each option knows the parent of its row; site.js offers those of the organisation chosen in `by` only."""

    def __init__(self, by: str) -> None:
        super().__init__({"data-narrow-by": by})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if row := getattr(value, "instance", None):
            option["attrs"]["data-parent"] = str(row.parent_id)
        return option


def ask_to_choose(form: forms.BaseForm) -> None:
    """Say 请选择 where a choice has none yet, in place of Django's dashes."""
    for field in form.fields.values():
        choices = getattr(field, "choices", None)
        if isinstance(field, forms.ModelChoiceField) or not choices:
            continue
        field.choices = [
            ("", "请选择") if value == "" and set(str(word)) == {"-"} else (value, word) for value, word in choices
        ]


def take_refusal(form: forms.BaseForm, error: PortalError) -> None:
    """Put a service's refusal under the fields it names, the rest above the form."""
    placed = False
    for name, texts in error.fields.items():
        if name in form.fields:
            form.add_error(name, list(texts))
            placed = True
    if not placed or error.status == 409:
        form.add_error(None, " ".join(filter(None, [error.message, error.remedy])))
