"""Reading the forms of contracts and decisions as they were sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from appraisal.models import ContractLine, ContractTemplate, DutyKind
from appraisal.services.contracts import DutyEntry, LineEntry, NextEntry
from branches.forms.fields import LabelledChoice, day_field
from branches.models import Organisation, Post
from branches.permissions import Viewer, can, visible
from branches.rules import ACT, Reach
from core.http import whole

NEW_ROWS = 3  # empty rows for own targets, duties and plans
MOST_ROWS = 60


def day_of(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def line_entries(data: QueryDict) -> list[LineEntry]:
    """One entry for each `target-<code>`, and for each new row `new<n>`."""
    found = [
        LineEntry(
            code=code,
            target=data.get(f"target-{code}", ""),
            owner_id=whole(data.get(f"owner-{code}", "")),
            note=data.get(f"note-{code}", ""),
            name=data.get(f"name-{code}", ""),
            unit=data.get(f"unit-{code}", ""),
        )
        for code in _codes(data, "target-")
    ]
    return [_as_new(one) if one.code.startswith("new") else one for one in found]


def duty_entries(data: QueryDict) -> list[DutyEntry]:
    """One entry for each `duty-<n>`."""
    return [
        DutyEntry(whole(data.get(f"person-{n}", "")), data.get(f"kind-{n}", ""), data.get(f"duty-{n}", ""))
        for n in _codes(data, "duty-")
    ]


def next_entries(data: QueryDict) -> list[NextEntry]:
    """One entry for each `next-<code>`; new rows have no code."""
    return [
        NextEntry(
            "" if code.startswith("new") else code,
            data.get(f"next-{code}", ""),
            data.get(f"name-{code}", ""),
            data.get(f"unit-{code}", ""),
            data.get(f"note-{code}", ""),
        )
        for code in _codes(data, "next-")
    ]


def template_values(data: QueryDict, template: ContractTemplate) -> dict[str, Any]:
    """The arguments of `save_template` as they were typed."""
    owners = {
        code: [data.get(f"owner-{code}", "")] + [post for post in posts if post != data.get(f"owner-{code}")]
        if data.get(f"owner-{code}")
        else posts
        for code, posts in template.owners.items()
    }
    duties = [
        {"post": data.get(f"post-{n}", ""), "kind": data.get(f"kind-{n}", ""), "text": data.get(f"duty-{n}", "")}
        for n in _codes(data, "duty-")
    ]
    texts = {name: data.get(name, "") for name in ("title", "preamble", "measures", "closing")}
    return {"texts": texts, "due_on": day_of(data.get("due_on", "")), "owners": owners, "duties": duties}


def typed_line(line: ContractLine, data: QueryDict | None, shown: str) -> dict[str, Any]:
    """What stands in the fields of a line: what was typed, else what is stored."""
    if data is None or f"target-{line.code}" not in data:
        return {
            "target": shown.removesuffix(line.unit),
            "owner": line.owner_id,
            "note": line.note,
            "name": line.name,
            "unit": line.unit,
        }
    names = {"target": "target", "note": "note", "name": "name", "unit": "unit"}
    typed: dict[str, Any] = {key: data.get(f"{name}-{line.code}", "") for key, name in names.items()}
    return typed | {"owner": whole(data.get(f"owner-{line.code}", ""))}


def _codes(data: QueryDict, prefix: str) -> Iterator[str]:
    names = [name.removeprefix(prefix) for name in data if name.startswith(prefix)]
    return iter(names[: MOST_ROWS * 2])


def _as_new(entry: LineEntry) -> LineEntry:
    return LineEntry("", entry.target, entry.owner_id, entry.note, entry.name, entry.unit)


class DecisionForm(forms.Form):
    """One matter for the register."""

    branch = LabelledChoice(Organisation.objects.none(), label="党组织", words=lambda row: row.short_name)
    matter = forms.CharField(label="事项", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    discussed_on = day_field("党组织研究讨论日期")
    opinion = forms.CharField(
        label="讨论意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    decided_on = day_field("决策日期", help_text="不得早于党组织研究讨论日期。")
    decided_by = forms.CharField(label="决策会议", max_length=60, help_text="如：局长办公会、项目例会。")
    document_no = forms.CharField(label="文号或纪要编号", max_length=60, required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = own_places(viewer)
        self.fields["branch"].queryset = places
        self.fields["branch"].empty_label = None if len(places) == 1 else "请选择"


def own_places(viewer: Viewer):
    """The branches and committees about which the viewer may enter decisions."""
    rows = visible(Organisation.objects.filter(tier__in=("branch", "committee", "general_branch")), viewer)
    if not can(viewer, "decision.log"):
        return rows.none()
    reaches = [viewer.places(role) for role, reach in ACT["decision.log"].items() if reach == Reach.ALL]
    if any(reaches):
        return rows.order_by("sort_key", "code")
    own = [pk for role in ACT["decision.log"] for pk in viewer.places(role)]
    return rows.filter(pk__in=own).order_by("sort_key", "code")


POSTS = [(post.value, post.label) for post in Post if post != Post.GROUP_LEADER]
KINDS = list(DutyKind.choices)
