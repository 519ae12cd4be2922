"""会议记录 and 主题党日记录表 on paper: one record, or a branch's year as a book."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from activities.selectors import records as selectors
from activities.views.records import sheet_of
from branches.permissions import visible_branches


@require_GET
def one(request: HttpRequest, activity_id: int) -> HttpResponse:
    activity = selectors.record(request.viewer, activity_id)
    seen = selectors.seen_shares(request.viewer, [activity.pk])
    context = {"sheets": [sheet_of(activity, seen)], "title": activity.title, "back": activity}
    return render(request, "activities/record_print.html", context)


@require_GET
def book(request: HttpRequest, branch_id: int, year: int) -> HttpResponse:
    """Every gathering of the year in order, each on its own page."""
    branch = visible_branches(request.viewer, "activity").filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    rows = selectors.book(request.viewer, branch, year)
    seen = selectors.seen_shares(request.viewer, [activity.pk for activity in rows])
    sheets = [sheet_of(activity, seen) for activity in rows]
    context = {"sheets": sheets, "title": f"{branch.short_name}{year}年组织生活记录", "branch": branch, "year": year}
    return render(request, "activities/record_print.html", context)
