"""Our own drawing of <select>: the same elements as Django's, option for option."""

from __future__ import annotations

import re

from django import forms
from django.forms.renderers import DjangoTemplates

CHOICES = [("", "全部"), (1, '甲"支部'), ("组", [(2, "乙<支部"), (3, "丙支部")])]


class Filter(forms.Form):
    branch = forms.ChoiceField(choices=CHOICES, required=False, widget=forms.Select(attrs={"disabled": True}))
    several = forms.MultipleChoiceField(choices=CHOICES, required=False)


def elements(form: forms.Form, name: str) -> list[str]:
    return re.findall(r"<[^>]+>|[^<>\s]+", str(form[name]))


def test_options_are_drawn_as_django_draws_them() -> None:
    data = {"branch": "2", "several": ["1", "3"]}
    ours, theirs = Filter(data), Filter(data, renderer=DjangoTemplates())

    for name in ("branch", "several"):
        assert elements(ours, name) == elements(theirs, name)
    assert elements(ours, "branch").count('<option value="2" selected>') == 1
