"""Forms about organisations: filter, founding, changing, moving, dissolving, terms of office."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Case, F, Q, QuerySet, When

from branches.forms.fields import LabelledChoice, ask_to_choose, day_field
from branches.models import BranchTerm, Organisation, Tier
from branches.permissions import Viewer, can, visible
from branches.selectors import list_choices, reads_people
from branches.services.organisations import CONTACT, PARENT_TIERS

ANY = [("", "全部")]
LIST_TIERS = [(tier.value, tier.label) for tier in (Tier.BRANCH, Tier.GENERAL_BRANCH, Tier.GROUP, Tier.COMMITTEE)]


class OrganisationFilter(forms.Form):
    """The filter bar above the list of organisations."""

    q = forms.CharField(label="名称或代码", required=False, max_length=40)
    tier = forms.ChoiceField(label="类别", required=False, choices=LIST_TIERS)
    rank_group = forms.ChoiceField(label="考核分组", required=False)
    leader = forms.ChoiceField(label="包片领导", required=False)

    def __init__(self, *args: Any, viewer: Viewer, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups, leaders = list_choices(viewer, today)
        self.fields["rank_group"].choices = ANY + [(name, name) for name in groups]
        if reads_people(viewer):
            self.fields["leader"].choices = ANY + [(str(pk), name) for pk, name in leaders]
        else:
            del self.fields["leader"]


def words_of(item: Organisation) -> str:
    """The organisation with its kind, indented by its depth."""
    return "　" * (item.path.count("/") - 1) + item.short_name


def in_list_order(rows: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """As the list of organisations goes: committees first, the branches of a 党总支 below it."""
    in_general = Q(parent__tier=Tier.GENERAL_BRANCH)
    first = Case(When(tier=Tier.COMMITTEE, then=0), default=1)
    place = Case(When(in_general, then=F("parent__sort_key")), default=F("sort_key"))
    code = Case(When(in_general, then=F("parent__code")), default=F("code"))
    below = Case(When(in_general, then=1), default=0)
    return rows.order_by(first, place, code, below, "sort_key", "code")


GROUP_FIELDS = {"parent", "tier", "name", "short_name", "founded_on", "version"}


class OrganisationForm(forms.ModelForm):
    """A new organisation, or the data of one that is there; the version seen travels with it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Organisation
        fields = (
            "parent",
            "tier",
            "name",
            "short_name",
            "kind",
            "rank_group",
            "sort_key",
            "founded_on",
            "theme_day_rule",
            "contact_phone",
            "external_code",
        )
        help_texts = {
            "name": "与公章一致的全称。",
            "short_name": "列表和表格里用的短名。",
            "rank_group": "同组的支部一起排名，如“机关”“基层”。",
            "sort_key": "列表里的先后，如 010；可不填。",
            "theme_day_rule": "如“每月15日”。",
        }

    is_group = False

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["founded_on"] = day_field("成立日期")
        ask_to_choose(self)
        if self.instance.pk:
            self._for_change(viewer)
        else:
            self._for_founding(viewer)

    def _for_change(self, viewer: Viewer) -> None:
        for name in ("parent", "tier"):
            del self.fields[name]
        self.initial["version"] = self.instance.version
        if self.instance.tier == Tier.GROUP:
            self._for_group()
            return
        if not can(viewer, "branch.edit", self.instance):
            for name in set(self.fields) - {*CONTACT, "version"}:
                del self.fields[name]

    def _for_founding(self, viewer: Viewer) -> None:
        del self.fields["version"]
        tiers = (Tier.COMMITTEE, Tier.GENERAL_BRANCH, Tier.BRANCH)
        parents = in_list_order(visible(Organisation.objects.filter(dissolved_on=None, tier__in=tiers), viewer))
        self.fields["parent"] = LabelledChoice(parents, words=words_of, label="上级组织", empty_label=None)
        may_branch = can(viewer, "branch.edit")
        if not may_branch or Tier.GROUP in (self.data.get("tier"), self.initial.get("tier")):
            self._for_group()
        else:
            self.fields["tier"].choices = [(tier.value, tier.label) for tier in PARENT_TIERS if tier != Tier.GROUP]

    def _for_group(self) -> None:
        """A 党小组 has a name and a beginning, nothing else."""
        self.is_group = True
        if "tier" in self.fields:
            self.fields["tier"] = forms.CharField(initial=Tier.GROUP.value, widget=forms.HiddenInput)
            parents = self.fields["parent"]
            parents.queryset = parents.queryset.filter(tier=Tier.BRANCH)
            parents.label, self.initial["tier"] = "所在党支部", Tier.GROUP.value
        self.fields["name"].label = "名称"
        self.fields["name"].help_text = "如“第一党小组”。"
        for name in set(self.fields) - GROUP_FIELDS:
            del self.fields[name]

    def _post_clean(self) -> None:
        """The service validates and writes; the instance stays as it is in the database."""


class MoveForm(forms.Form):
    """Another parent from a day on."""

    parent = LabelledChoice(Organisation.objects.none(), words=words_of, label="新的上级组织")
    on = day_field("自", help_text="从这一天起隶属新的上级；以前的隶属关系保留在沿革里。")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Viewer, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = PARENT_TIERS.get(Tier(organisation.tier), ())
        parents = visible(Organisation.objects.filter(dissolved_on=None, tier__in=tiers), viewer)
        self.fields["parent"].queryset = in_list_order(parents.exclude(pk=organisation.parent_id))
        self.initial = {**self.initial, "version": organisation.version, "on": viewer.today}


class DissolveForm(forms.Form):
    """The last day and the paper it rests on."""

    on = day_field("撤销日期", help_text="这一天是最后一天。")
    document = forms.CharField(label="批准文件", max_length=100, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class TermForm(forms.ModelForm):
    """One term of office."""

    class Meta:
        model = BranchTerm
        fields = (
            "term_no",
            "has_committee",
            "seats",
            "from_on",
            "due_on",
            "duties_published_on",
            "extended_to_on",
            "extension_document",
        )
        help_texts = {"seats": "设支委会的填 3 至 7；不设的填 0。", "extension_document": "延期换届须有批复文号。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_on"] = day_field("任期开始")
        self.fields["due_on"] = day_field("任期届满", help_text="支部每届任期一般为 3 年。")
        self.fields["duties_published_on"] = day_field("分工公布日期", required=False)
        self.fields["extended_to_on"] = day_field("延期至", required=False, help_text="最多延期 1 年。")

    def _post_clean(self) -> None:
        """The service validates and writes."""
