"""Forms of work methods: the outline, and one proof."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from activities.models import MethodKind
from branches.forms.fields import day_field
from branches.models import Organisation

OUTLINE_HINT = "一行一个分组；分组下每个事项另起一行，前面加“-”，责任人写在“|”后面"
EXAMPLE = "四个项目\n- 东西快速路党建联建 | 周启明\n- 大桥攻坚 | 韩立群\n三支队伍\n- 党员突击队"


class MethodForm(forms.Form):
    """A method and its outline."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="党组织")
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)
    name = forms.CharField(label="名称", max_length=60)
    kind = forms.ChoiceField(
        label="方式",
        choices=MethodKind.choices,
        help_text="分组推进：每项做成一次；每人逐项：每位党务工作者各做一遍（五个一）",
    )
    outline = forms.CharField(
        label="提纲", help_text=OUTLINE_HINT, widget=forms.Textarea(attrs={"rows": 14, "placeholder": EXAMPLE})
    )
    note = forms.CharField(label="说明", max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, organisations: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined] -- a choice of rows has one
        if not is_new:
            del self.fields["organisation"], self.fields["year"]


class ProofForm(forms.Form):
    """What was done and what proves it."""

    happened_on = day_field("日期")
    words = forms.CharField(label="做了什么", max_length=200)
    evidence = forms.CharField(label="佐证", max_length=200, help_text="文号、证书、材料名称或存放处")


def years_around(year: int) -> Iterable[int]:
    """The years the list offers."""
    return range(year + 1, year - 3, -1)
