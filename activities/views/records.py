"""Reading records: the list, one record, its files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from activities.forms.filters import RecordFilter
from activities.models import Activity, ActivityState, AttendanceStatus, Participation, ParticipationState
from activities.record_exports import records_workbook
from activities.rules.catalogue import tag_table
from activities.selectors import records as selectors
from activities.selectors.flags import flags_of
from activities.services.drafting import TEXTS
from activities.services.steps import is_own_to_withdraw
from activities.views.outcome import take_outcome
from branches.permissions import Viewer, can, visible_branches
from branches.rules import Role
from core import audit, uploads
from core.http import download, page_of, sorted_by

SORTS = {
    "day": "held_on",
    "branch": "branch__code",
    "kind": "activity__kind__sort_order",
    "title": "activity__title",
    "host": "activity__host",
    "expected": "expected",
    "present": "present",
    "state": "activity__state",
}
HEADS = [
    ("day", "日期"),
    ("branch", "支部"),
    ("title", "名称"),
    ("kind", "类型"),
    ("host", "主持人"),
    ("expected", "应到"),
    ("present", "实到"),
    ("state", "状态"),
]
TEXT_NAMES = {
    "agenda": "议题（内容）",
    "first_agenda": "第一议题学习内容",
    "speeches": "发言要点",
    "resolution": "决议或结论",
    "observers": "列席人员",
    "follow_ups": "责任人、完成时限",
}
HERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)


@require_GET
def list_records(request: HttpRequest) -> HttpResponse:
    """Search, filter, sort; keyset pages; the count is capped."""
    viewer = request.viewer
    form, sees_many = _filter(request)
    rows = selectors.records(viewer, form.filters() if form.is_bound else None)
    sort, key = sorted_by(request, SORTS, default="-day")
    context = {
        "filter": form,
        # a count costs more than the page itself: only for what somebody looks for
        "page": page_of(rows, request, key=key, count=bool(request.GET)),
        "heads": _heads(sort, sees_many),
        "many_branches": sees_many,
        "may_log": can(viewer, "activity.log"),
        "may_export": can(viewer, "export"),
        "year": viewer.today.year,
        "home_branch_id": viewer.home_branch_id if viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE) else None,
    }
    return render(request, "activities/record_list.html", context)


@require_GET
def export_records(request: HttpRequest) -> HttpResponseBase:
    """The rows of the list, all pages, in the order shown."""
    viewer = request.viewer
    if not can(viewer, "export"):
        raise PermissionDenied
    form, _ = _filter(request)
    rows = selectors.records(viewer, form.filters() if form.is_bound else None)
    _, key = sorted_by(request, SORTS, default="-day")
    book = records_workbook(
        rows.order_by(*key).iterator(chunk_size=500), unit_line=f"填报日期：{viewer.today:%Y-%m-%d}"
    )
    audit.record(actor=viewer, action="export", target=viewer.user, root_id=viewer.root_id, summary="组织生活记录")
    return download(book, f"组织生活记录_{viewer.today:%Y%m%d}.xlsx")


def _filter(request: HttpRequest) -> tuple[RecordFilter, bool]:
    """The filter bar, and whether the person sees more than one branch."""
    viewer = request.viewer
    sees_many = bool(viewer.all_prefixes or viewer.patch_branch_ids or len(viewer.own_branch_ids) > 1)
    branches = list(visible_branches(viewer, "activity")) if sees_many else []
    return RecordFilter(request.GET or None, branches=branches), sees_many


def _heads(sort: str, sees_many: bool) -> list[dict[str, Any]]:
    """The column heads: a click sorts, a second one the other way round."""
    return [
        {
            "label": label,
            "asks": f"-{code}" if sort == code else code,
            "order": {code: "ascending", f"-{code}": "descending"}.get(sort, ""),
            "is_number": code in ("expected", "present"),
        }
        for code, label in HEADS
        if code != "branch" or sees_many
    ]


@require_GET
def detail(request: HttpRequest, activity_id: int) -> HttpResponse:
    """One record: what was said, who was there, what it counts for, what was done to it, and what can be done."""
    activity = selectors.record(request.viewer, activity_id)
    sheet = sheet_of(activity, selectors.seen_shares(request.viewer, [activity.pk]))
    context = {
        **sheet,
        "sheet": sheet,
        "statement_url": can(request.viewer, "activity.log") or bool(request.viewer.patch_branch_ids),
        "outcome": take_outcome(request, activity.pk),
        "facts": selectors.facts_of_record(request.viewer, activity),
        "flags": flags_of(request.viewer, activity),
        "steps": _steps(request.viewer, activity),
        "queue": request.GET.get("queue", "")[:300],
        "to_confirm": _own_share(request.viewer, activity),
    }
    return render(request, "activities/record_detail.html", context)


@require_GET
def file(request: HttpRequest, activity_id: int, file_id: int) -> FileResponse:
    """One file, to those who may see its record."""
    return uploads.serve(selectors.file_of(request.viewer, activity_id, file_id).attachment)


def sheet_of(activity: Activity, seen: set[int]) -> dict[str, Any]:
    """A record laid out for page and print alike; names only of the shares `seen`."""
    return {
        "activity": activity,
        "kind": activity.kind,
        "tags": [tag_table()[tag.tag]["name"] for tag in activity.tags.all() if tag.tag in tag_table()],
        "texts": [
            (TEXT_NAMES[name], getattr(activity.text, name))
            for name in TEXTS
            if name in activity.kind.texts and getattr(activity.text, name).strip()
        ],
        "extras": [(label, value) for label, value in activity.text.extra.items() if value],
        "shares": [_share(share, share.pk in seen) for share in activity.participations.all()],
        "votes": list(activity.votes.all()),
        "talks": list(activity.talks.all()),
        "files": list(activity.files.all()),
        "notes": [event for event in activity.events.all() if event.action == "noted"],
        "events": list(activity.events.all()),
    }


def _share(share: Participation, with_names: bool) -> dict[str, Any]:
    marks = list(share.attendances.all()) if with_names else []
    away = [mark for mark in marks if mark.status not in HERE]
    return {
        "row": share,
        "with_names": with_names,
        "present": [mark for mark in marks if mark.status in HERE],
        "absent": [mark for mark in away if mark.status != AttendanceStatus.EXCLUDED],
        "excluded": [mark for mark in away if mark.status == AttendanceStatus.EXCLUDED],
        "rate": share.present / share.expected if share.expected else None,
    }


def _steps(viewer: Viewer, activity: Activity) -> dict[str, bool]:
    """What this person may do with the record in its state."""
    state, branch = activity.state, activity.branch
    may_withdraw = can(viewer, "activity.withdraw", branch) and is_own_to_withdraw(viewer, activity)
    may_review = can(viewer, "activity.review", branch)
    entered = viewer.user_id is not None and activity.entered_by_id == viewer.user_id
    was_sent = activity.first_submitted_at is not None
    late_shares = any(
        share.state == ParticipationState.CONFIRMED and not share.is_organiser and not share.is_reviewed
        for share in activity.participations.all()
    )
    return {
        "edit": state in ActivityState.editable() and can(viewer, "activity.log", branch),
        "pull_back": state == ActivityState.SUBMITTED and may_withdraw,
        "withdraw": was_sent and state in ("draft", "returned", "submitted") and may_withdraw,
        "delete": state == ActivityState.DRAFT and not was_sent and can(viewer, "activity.log", branch),
        "review": state == ActivityState.SUBMITTED and may_review and not entered,
        "own_review": state == ActivityState.SUBMITTED and may_review and entered,
        "false": state in ("submitted", "approved") and may_review and not entered,
        "shares": state == ActivityState.APPROVED and may_review and not entered and late_shares,
        "note": state in ("submitted", "approved") and can(viewer, "activity.log", branch),
    }


def _own_share(viewer: Viewer, activity: Activity) -> Participation | None:
    """The share of the viewer's own branch, if it was invited and can still say who was there."""
    if activity.state not in ActivityState.counting() or activity.branch.tier != "branch":
        return None
    for share in activity.participations.all():
        if not share.is_organiser and not share.is_reviewed and can(viewer, "activity.submit", share.branch):
            return share
    return None
