"""The form of what is entered about a member: one small form per thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from activities.forms.claims import FILE_HINT, ManyFilesField, ManyFilesInput
from activities.models import MemberClaim
from activities.rules.claimable import short_name
from activities.rules.member_claims import MemberKind
from activities.services.member_claims import MemberClaimInput
from branches.models import Member


class MemberClaimForm(forms.Form):
    """Whose, when, how much, on what ground; fields that the kind does not have are taken out."""

    member = forms.ChoiceField(label="党员")
    happened_on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    makes_up = forms.ChoiceField(label="补的哪次", help_text="因公或病假缺席的，30天内可以补学")
    starts_at = forms.TimeField(label="开始", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends_at = forms.TimeField(
        label="结束",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="1学时45分钟，半天最多4学时；同一时段只计一次",
    )
    base = forms.DecimalField(label="应办数", min_value=0, max_digits=9, decimal_places=3)
    quantity = forms.DecimalField(label="数量", min_value=0, max_digits=9, decimal_places=3, initial=1)
    occurrence = forms.CharField(
        label="事项名称或文号", max_length=60, help_text="同一事项在几个层级获得的，填同一个名称"
    )
    note = forms.CharField(
        label="说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明内容和依据",
    )
    # The form class takes its fields out, so this hides no attribute.
    evidence = ManyFilesField(  # pyright: ignore[reportAssignmentType] -- taken out by the form class
        label="佐证材料（可不附）", required=False, widget=ManyFilesInput, help_text=FILE_HINT
    )

    def __init__(
        self,
        *args: Any,
        kind: MemberKind,
        members: Sequence[Member],
        makeable: Sequence[tuple[int, str]] = (),
        today: date,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["member"].choices = [(str(one.pk), one.name) for one in members]
        if len(members) == 1:
            self.fields["member"].widget = forms.HiddenInput()
            self.fields["member"].initial = str(members[0].pk)
        self.fields["happened_on"].widget.attrs["max"] = today.isoformat()
        self.fields["makes_up"].choices = [(str(pk), words) for pk, words in makeable]
        unit = f"（{kind.unit}）" if kind.unit else ""
        self.fields["quantity"].label = f"{short_name(kind.name) if kind.base_metric else '数量'}{unit}"
        self.fields["base"].label = f"{short_name(kind.base_name)}{unit}"
        for name, stays in (
            ("makes_up", kind.is_make_up),
            ("starts_at", kind.is_timed),
            ("ends_at", kind.is_timed),
            ("quantity", not kind.is_timed),
            ("base", bool(kind.base_metric)),
            ("occurrence", kind.needs_occurrence),
        ):
            if not stays:
                del self.fields[name]

    @property
    def member_id(self) -> int:
        return int(self.cleaned_data["member"])

    @property
    def claim_input(self) -> MemberClaimInput:
        """What was typed, for the service."""
        data = self.cleaned_data
        makes_up = data.get("makes_up")
        return MemberClaimInput(
            metric=self.kind.metric,
            happened_on=data["happened_on"],
            quantity_milli=int(Decimal(data.get("quantity") or 0) * 1000),
            base_milli=int(Decimal(data.get("base") or 0) * 1000),
            starts_at=data.get("starts_at"),
            ends_at=data.get("ends_at"),
            makes_up_id=int(makes_up) if makes_up else None,
            occurrence=data.get("occurrence", ""),
            note=data.get("note", ""),
        )


def initial_of_claim(claim: MemberClaim) -> dict[str, Any]:
    """A claim as its form shows it again."""
    return {
        "member": str(claim.member_id),
        "happened_on": claim.happened_on,
        "makes_up": str(claim.makes_up_id or ""),
        "starts_at": claim.starts_at,
        "ends_at": claim.ends_at,
        "quantity": Decimal(claim.quantity_milli) / 1000,
        "base": Decimal(claim.base_milli) / 1000,
        "occurrence": claim.occurrence,
        "note": claim.note,
    }
