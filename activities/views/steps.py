"""Steps of a record: take back, write off, delete, approve, return, find false, add a note."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.models import Activity
from activities.services import drafting, reviewing, submitting
from activities.services.sheets import settle_sheets
from activities.views.outcome import recount
from activities.views.review import next_in_queue
from core import submits
from core.forms import TOKEN_NAME


def _record(activity: Activity) -> str:
    return reverse("activities:detail", args=[activity.pk])


def _form(activity: Activity) -> str:
    return reverse("activities:edit", args=[activity.pk])


@require_POST
def pull_back(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Take it back to change it; the form opens."""

    def step(now: datetime) -> Activity:
        return submitting.pull_back(actor=request.viewer, activity_id=activity_id, now=now)

    return _do(request, step, "已撤回，改好后请重新报送；首次报送时间不变。", to=_form)


@require_POST
def withdraw(request: HttpRequest, activity_id: int) -> HttpResponse:
    def step(now: datetime) -> Activity:
        reason = request.POST.get("reason", "")
        return submitting.withdraw_activity(actor=request.viewer, activity_id=activity_id, reason=reason, now=now)

    return _do(request, step, "已作废，计入的各项已冲销。")


@require_POST
def delete(request: HttpRequest, activity_id: int) -> HttpResponse:
    drafting.delete_draft(actor=request.viewer, activity_id=activity_id)
    messages.success(request, "草稿已删除。")
    return redirect("activities:list")


@require_POST
def approve(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Approve it and go on to the next record of the queue the officer came from."""

    def step(now: datetime) -> Activity:
        (row,) = reviewing.approve_activities(actor=request.viewer, activity_ids=[activity_id], now=now)
        settle_sheets(actor=request.viewer, pairs=[(row.branch_id, row.month)], now=now)
        return row

    return _do(request, step, "“{title}”已审核通过，得分已确认。{next}", to=lambda row: next_in_queue(request, row))


@require_POST
def approve_shares(request: HttpRequest, activity_id: int) -> HttpResponse:
    def step(now: datetime) -> Activity:
        reviewing.approve_shares(actor=request.viewer, activity_id=activity_id, now=now)
        return Activity.objects.get(pk=activity_id)

    return _do(request, step, "各支部的出席已审核。")


@require_POST
def send_back(request: HttpRequest, activity_id: int) -> HttpResponse:
    def step(now: datetime) -> Activity:
        reason = request.POST.get("reason", "")
        row = reviewing.return_activity(actor=request.viewer, activity_id=activity_id, reason=reason, now=now)
        settle_sheets(actor=request.viewer, pairs=[(row.branch_id, row.month)], now=now)
        return row

    return _do(request, step, "已退回，支部会收到原因。")


@require_POST
def mark_false(request: HttpRequest, activity_id: int) -> HttpResponse:
    def step(now: datetime) -> Activity:
        reason = request.POST.get("reason", "")
        return reviewing.mark_false(actor=request.viewer, activity_id=activity_id, reason=reason, now=now)

    return _do(request, step, "已认定失实，计入的各项已冲销。")


@require_POST
def note(request: HttpRequest, activity_id: int) -> HttpResponse:
    def step(now: datetime) -> Activity:
        text = request.POST.get("text", "")
        return reviewing.append_note(actor=request.viewer, activity_id=activity_id, text=text, now=now)

    return _do(request, step, "补充说明已附在记录后面。")


def _next_words(activity: Activity, url: str) -> str:
    """What the page after a review shows: the next record, or that none is left."""
    if url.startswith(reverse("activities:review")):
        return "这里没有待审的记录了。"
    return "" if url == _record(activity) else "下面是下一条待审的。"


def _do(
    request: HttpRequest, step: Callable[[datetime], Activity], words: str, *, to: Callable[[Activity], str] = _record
) -> HttpResponse:
    """One step, once per form token; then the branches' scores are brought up to date."""
    now = timezone.now()
    activity = None
    with submits.once(request.POST.get(TOKEN_NAME), request.user) as submit:
        if not submit.replayed:
            activity = step(now)
            submit.result_url = to(activity)
    if activity is not None:
        recount(activity, now=now)
        messages.success(request, words.format(title=activity.title, next=_next_words(activity, submit.result_url)))
    return redirect(submit.result_url)
