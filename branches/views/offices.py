"""Pages of offices, and of members who are not counted as expected."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.forms.members import AppointmentForm, EndForm, ExclusionForm
from branches.models import Appointment, CountExclusion, Organisation, Post, Tier
from branches.permissions import Viewer, visible
from branches.services import appointments
from branches.views.pages import (
    FormPage,
    data_of,
    form_page,
    member_or_404,
    organisation_or_404,
    require_action,
    seen_or_404,
)


@require_http_methods(["GET", "POST"])
def appointment_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody an office in an organisation."""
    viewer, organisation = request.viewer, organisation_or_404(request, pk)
    require_action(viewer, _action(organisation), organisation)
    form = AppointmentForm(data_of(request), viewer=viewer, organisation=organisation)
    back = reverse("branches:detail", args=[pk])
    page = FormPage(
        f"登记 {organisation.short_name} 的任职",
        "登记",
        back,
        intro="书记、副书记在任职期间有支部书记的权限。",
        confirm="将登记这项任职，相应的权限从任职之日起生效，确定吗？",
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        appointments.appoint(actor=viewer, organisation=organisation, **data)
        return back, f"已登记 {data['member'].name} 任{Post(data['post']).label}。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def appointment_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's office."""
    viewer = request.viewer
    appointment = _office_or_404(viewer, pk)
    require_action(viewer, _action(appointment.organisation), appointment.organisation)
    form = EndForm(data_of(request), initial={"on": viewer.today})
    back = reverse("branches:detail", args=[appointment.organisation_id])
    words = f"{appointment.member.name}的{appointment.get_post_display()}"
    page = FormPage(
        f"{words}离任", "办理离任", back, confirm=f"将结束{words}任职，相应的权限次日收回，确定吗？",
        facts=[("任职自", f"{appointment.from_on:%Y-%m-%d}")],
    )  # fmt: skip

    def do(data: dict[str, Any]) -> tuple[str, str]:
        appointments.end_appointment(actor=viewer, appointment=appointment, **data)
        return back, f"{words}任职已结束。"

    return form_page(request, page, form, do)


def _office_or_404(viewer: Viewer, pk: int) -> Appointment:
    """An office in an organisation this person sees: of a group of the branch, too."""
    seen = visible(Organisation.objects.all(), viewer).values("pk")
    return get_object_or_404(Appointment.objects.select_related("organisation", "member"), pk=pk, organisation__in=seen)


def _action(organisation: Any) -> str:
    return "member.edit" if organisation.tier == Tier.GROUP else "appointment.edit"


@require_http_methods(["GET", "POST"])
def exclusion_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve that a member is not counted as expected."""
    viewer, member = request.viewer, member_or_404(request, pk)
    require_action(viewer, "exclusion.edit", member.branch)
    form = ExclusionForm(data_of(request), initial={"from_on": viewer.today})
    back = reverse("branches:member", args=[pk])
    page = FormPage(
        f"批准 {member.name} 不计入应到",
        "批准",
        back,
        intro="批准期间，登记活动时不算入应到人数，到会率不受影响；本人仍可参加。",
        confirm=f"将批准{member.name}不计入应到人数，确定吗？",
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        appointments.approve_exclusion(actor=viewer, member=member, **data)
        return back, f"{member.name}已不计入应到。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def exclusion_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Count a member again."""
    viewer = request.viewer
    exclusion = seen_or_404(CountExclusion.objects.select_related("member__branch"), request, pk)
    require_action(viewer, "exclusion.edit", exclusion.member.branch)
    form = EndForm(data_of(request), initial={"on": viewer.today})
    del form.fields["document"]
    back = reverse("branches:member", args=[exclusion.member_id])
    page = FormPage(
        f"恢复 {exclusion.member.name} 计入应到",
        "恢复",
        back,
        confirm=f"将恢复{exclusion.member.name}计入应到，确定吗？",
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        appointments.end_exclusion(actor=viewer, exclusion=exclusion, on=data["on"])
        return back, f"{exclusion.member.name}已恢复计入应到。"

    return form_page(request, page, form, do)
