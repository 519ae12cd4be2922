"""The invited branch's page: who of ours was there, or that we were not."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from activities.forms import parts
from activities.models import Participation
from activities.selectors.due import due_people
from activities.services.inputs import AttendanceMark
from activities.services.joint import confirm_participation, decline_participation
from activities.views.outcome import recount
from branches.permissions import can, visible
from core import submits
from core.errors import InvalidInput
from core.forms import TOKEN_NAME
from core.http import whole


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, share_id: int) -> HttpResponse:
    """The roll call of the invited branch."""
    share = _share(request, share_id)
    if request.method == "GET":
        return _page(request, share, parts.marks_kept(share))
    marks = parts.marks_posted(request.POST)
    try:
        _confirm(request, share, marks)
    except InvalidInput as error:
        return _page(request, share, marks, faults=tuple(text for texts in error.fields.values() for text in texts))
    messages.success(request, "已确认本支部出席情况，已计入本支部。")
    return redirect("activities:detail", share.activity_id)


@require_POST
def decline(request: HttpRequest, share_id: int) -> HttpResponse:
    """Say that the branch was not there."""
    now = timezone.now()
    share = decline_participation(
        actor=request.viewer, share_id=share_id, reason=request.POST.get("reason", ""), now=now
    )
    recount(share.activity, now=now)
    messages.success(request, "已登记为未参加。")
    return redirect("activities:detail", share.activity_id)


def _confirm(request: HttpRequest, share: Participation, marks: dict[int, AttendanceMark]) -> None:
    now = timezone.now()
    with submits.once(request.POST.get(TOKEN_NAME), request.user) as submit:
        if submit.replayed:
            return
        confirm_participation(
            actor=request.viewer,
            share_id=share.pk,
            attendance=marks,
            version=whole(request.POST.get("version", "")),
            now=now,
        )
        submit.result_url = f"/activities/{share.activity_id}/"
    recount(share.activity, now=now)


def _share(request: HttpRequest, share_id: int) -> Participation:
    rows = visible(Participation.objects.all(), request.viewer).filter(pk=share_id, is_organiser=False)
    share = rows.select_related("activity__kind", "activity__branch", "branch").first()
    if share is None or not can(request.viewer, "activity.submit", share.branch):
        raise Http404
    return share


def _page(
    request: HttpRequest, share: Participation, marks: dict[int, AttendanceMark], faults: tuple[str, ...] = ()
) -> HttpResponse:
    activity = share.activity
    due = due_people(activity.kind, share.branch, None, activity.held_on)
    context = {
        "share": share,
        "activity": activity,
        "has_roll": True,
        "tiles": parts.tiles_of(due, marks),
        "faults": faults,
    }
    return render(request, "activities/share_form.html", context)
