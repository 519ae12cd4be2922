"""Fields and lines of the scheme forms: points, percentages, lists of words, and rows that can be added."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from django import forms

from assessment.rules.types import NO_LIMIT

MILLION = 1_000_000
MOST_LINES = 40
SPLIT = re.compile(r"[、，,;；\n]+")


def points_field(label: str, *, required: bool = True, help_text: str = "", least: int = 0) -> forms.DecimalField:
    """Points by hand, at most 3 decimals."""
    return forms.DecimalField(
        label=label,
        min_value=least,
        max_value=1000,
        decimal_places=3,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


def percent_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    """A share as a number of hundredths."""
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=1000,
        decimal_places=2,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


def points_in(value: Decimal | None) -> int:
    """Points as stored; nothing is no limit."""
    return NO_LIMIT if value is None else int(value * MILLION)


def points_out(value: int) -> Decimal | None:
    """Stored points as a form shows them, without needless zeros."""
    return None if value == NO_LIMIT else _plain(Decimal(value) / MILLION)


def percent_in(value: Decimal | None) -> int:
    return NO_LIMIT if value is None else int(value * MILLION / 100)


def percent_out(value: int) -> Decimal | None:
    return None if value == NO_LIMIT else _plain(Decimal(value) * 100 / MILLION)


def quantity_out(value: int) -> Decimal:
    return _plain(Decimal(value) / 1000)


def _plain(value: Decimal) -> Decimal:
    """2 and 1.5, never 2.000 or 2E+1."""
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


class WordsField(forms.CharField):
    """A list of words in one line, parted by 、 or a comma."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": 400, **options})

    def to_python(self, value: Any) -> tuple[str, ...]:  # type: ignore[override] -- a list of words, not one
        return tuple(word.strip() for word in SPLIT.split(super().to_python(value) or "") if word.strip())

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, tuple | list) else value

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, "、".join(value))

    def run_validators(self, value: Any) -> None:
        super().run_validators("、".join(value))


TIE_WORDS = {"rate:general_meeting+theme_day": "党员大会和主题党日到会率"}
CATEGORY = "category:"


class TiesField(WordsField):
    """What decides between equal scores: 大类E before 大类D, or an attendance rate, as people say it."""

    def to_python(self, value: Any) -> tuple[str, ...]:  # type: ignore[override] -- a list of words, not one
        known = {words: code for code, words in TIE_WORDS.items()}
        return tuple(
            CATEGORY + word.removeprefix("大类").strip() if word.startswith("大类") else known.get(word, word)
            for word in super().to_python(value)
        )

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple | list):
            return value
        return super().prepare_value([TIE_WORDS.get(one, one.replace(CATEGORY, "大类")) for one in value])


class EventLine(forms.Form):
    """One event of a deduct or add_cap rule."""

    metric = forms.ChoiceField(label="事项")
    points = points_field("每次")
    once = forms.BooleanField(label="只计一次", required=False)
    most = points_field("封顶", required=False)

    def __init__(self, *args: Any, metrics: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [("", "选择指标"), *metrics]


class TierLine(forms.Form):
    """One tier: from this rate on, this score."""

    threshold = percent_field("比率不低于（%）")
    score = points_field("得分")


class LevelLine(forms.Form):
    """One level of a reviewer."""

    code = forms.SlugField(label="代号", max_length=20, required=False)
    name = forms.CharField(label="档次", max_length=20)
    factor = percent_field("得分比例（%）")


class WeightLine(forms.Form):
    """One part of the year-end total."""

    code = forms.SlugField(label="代号", max_length=20, required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="部分", max_length=40)
    weight = percent_field("权重（%）")
    min_response = percent_field("最低回收率（%）", required=False)


class Lines(forms.BaseFormSet):
    """Rows of a part; an empty row is no row, a ticked one goes."""

    def rows(self) -> list[dict[str, Any]]:
        """What was typed, in the order of the rows."""
        filled = [form.cleaned_data for form in self.forms if form.has_changed() or form.initial]
        return [row for row in filled if row and not row.get("DELETE")]


def lines(
    line: type[forms.Form], prefix: str, data: Any, rows: list[dict[str, Any]], *, blank: int, **options: Any
) -> Lines:
    """The rows of a part as a formset with so many empty rows below."""
    made = forms.formset_factory(
        line, formset=Lines, extra=blank, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES
    )
    return cast("Lines", made(data, prefix=prefix, initial=rows, form_kwargs=options))


def grown(data: Any, prefix: str) -> Any:
    """The same typed data with one more empty row."""
    data = data.copy()
    name = f"{prefix}-TOTAL_FORMS"
    count = int(data[name]) if str(data.get(name, "")).isascii() and str(data.get(name, "")).isdigit() else 0
    data[name] = str(min(count + 1, MOST_LINES))
    return data
