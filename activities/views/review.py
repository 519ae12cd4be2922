"""Pages of the review: the queue, one part beside its evidence, approving what is shown, returning, a drawn sample."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from activities.models import Activity, ActivityState, ActivityType
from activities.rules.claimable import claim_words, short_name
from activities.rules.steps import RETURN_REASONS
from activities.selectors.people import secretary_accounts
from activities.selectors.review import (
    QueueFilter,
    claim_queue,
    queue_counts,
    record_queue,
    sample_of,
    sheet_queue,
)
from activities.services.review import Selection, approve_shown, return_part
from activities.services.reviewing import approve_shares
from activities.services.sheets import pending_parts
from activities.views.asking import month_of, now, number, shown_versions, version_of
from activities.views.recount import recount_part, recount_selection
from assessment.models import Metric
from branches.permissions import Viewer, can
from branches.rules import Role
from branches.selectors import BranchChoice, branches_and
from core.errors import Conflict, PortalError, Refused
from core.http import Page, page_of, whole
from core.periods import Month
from core.periods import today as today_of
from core.submits import once

TABS = {"records": "记录", "claims": "申报", "sheets": "月报"}
KEYS = {"records": ("submitted_at", "id"), "claims": ("submitted_at", "id"), "sheets": ("sent_at", "id")}
QUERY_LENGTH = 300
SAMPLE_SIZES = (5, 10, 20, 30)


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """The queue of one kind of part."""
    return _queue_page(request)


@require_POST
def review_approve(request: HttpRequest) -> HttpResponse:
    """Approve what is ticked, all or nothing; 409 with the queue where something changed meanwhile."""
    _demand_reviewer(request.viewer)
    post = request.POST
    shown = Selection(
        shown_versions(post.getlist("record")),
        shown_versions(post.getlist("claim")),
        shown_versions(post.getlist("sheet")),
    )
    if not shown.count:
        messages.warning(request, "没有勾选任何一条，请先勾选再审核。")
        return redirect(_back(request))
    try:
        with once(post.get("_token"), request.viewer) as submit:
            if not submit.replayed:
                count = approve_shown(actor=request.viewer, shown=shown, now=now())
                submit.result_url = _back(request)
                recount_selection(shown, now=now())
                messages.success(request, f"已审核通过{count}条。")
    except Conflict as error:
        return _queue_page(request, error=error)
    return redirect(submit.result_url)


@require_POST
def review_shares(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Review the attendance that invited branches confirmed after the record had been approved."""
    approve_shares(actor=request.viewer, activity_id=activity_id, now=now())
    messages.success(request, "各支部的出席已审核。")
    return redirect(_back(request))


@require_POST
def review_return(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Return one part with a reason: one of the usual ones, own words, or both."""
    if what not in ("record", "claim", "sheet"):
        raise Http404
    reason = "；".join(part.strip() for part in request.POST.getlist("reason") if part.strip())
    with once(request.POST.get("_token"), request.viewer) as submit:
        if not submit.replayed:
            part = return_part(
                actor=request.viewer, what=what, pk=pk, version=version_of(request), reason=reason, now=now()
            )
            submit.result_url = _back(request)
            recount_part(part, now=now())
            messages.success(request, _told(part))
    return redirect(submit.result_url)


@require_safe
def review_sample(request: HttpRequest) -> HttpResponse:
    """A drawn sample of approved records; the same seed draws the same ones again."""
    viewer = request.viewer
    _demand_overseer(viewer)
    last = month_of(request.GET.get("to", "")) or Month.of(viewer.today)
    first = month_of(request.GET.get("from", "")) or Month(last.year, 1)
    size = min(number(request, "n") or 10, 100)
    seed = request.GET.get("seed", "").strip()[:20] or f"{viewer.today:%Y%m%d}"
    rows = sample_of(viewer, first=min(first, last), last=last, size=size, seed=seed)
    context = {"rows": rows, "first": first, "last": last, "size": size, "seed": seed, "sizes": SAMPLE_SIZES}
    return render(request, "activities/review_sample.html", context)


def _queue_page(request: HttpRequest, *, error: PortalError | None = None) -> HttpResponse:
    viewer = request.viewer
    _demand_overseer(viewer)
    asked = request.GET if request.method in ("GET", "HEAD") else request.POST
    tab = asked.get("tab", "records") if asked.get("tab") in TABS else "records"
    wanted = _filter_of(request.GET)
    page = page_of(_queues(tab)(viewer, wanted), request, key=KEYS[tab])
    _add_words(tab, page, viewer)
    counts = queue_counts(viewer)
    branches, kinds = _choices(viewer, tab)
    context = {
        "tab": tab,
        "tabs": [(key, label, getattr(counts, key)) for key, label in TABS.items()],
        "unit": "份" if tab == "sheets" else "条",
        "page": page,
        "counts": counts,
        "filter": wanted,
        "error": error,
        "may_review": can(viewer, "activity.review") and not wanted.mine,
        "branches": branches,
        "kinds": kinds,
        "months": [Month.of(viewer.today).plus(-n) for n in range(15)],
        "reasons": RETURN_REASONS,
    }
    return render(request, "activities/review_queue.html", context, status=409 if error else 200)


def _queues(tab: str) -> Any:
    return {"records": record_queue, "claims": claim_queue, "sheets": sheet_queue}[tab]


def _add_words(tab: str, page: Page, viewer: Viewer) -> None:
    """What the table says of each row beyond its columns, for the whole page at once."""
    if tab == "records":
        for record in page:
            record.turnout = f"{record.present}/{record.expected}" if record.expected else ""
    if tab == "claims":
        for claim in page:
            names = {claim.metric: claim.metric_name, claim.base_metric: claim.base_name}
            claim.words = claim_words(claim.metric, claim.base_metric, names)
    if tab == "sheets":
        waiting = pending_parts(page.items)
        for sheet in page:
            sheet.waiting = waiting.get((sheet.branch_id, sheet.month), 0)
            sheet.month_value = Month.from_key(sheet.month)
    for row in page:
        sent = row.sent_at if tab == "sheets" else row.submitted_at
        row.days = (viewer.today - today_of(sent)).days if sent else 0


def next_in_queue(request: HttpRequest, done: Activity) -> str:
    """The record that waits next in the queue the officer came from (field `queue`); the queue where none is left."""
    query = request.POST.get("queue", "")[:QUERY_LENGTH]
    rows = record_queue(request.viewer, _filter_of(QueryDict(query))).filter(state=ActivityState.SUBMITTED)
    later = Q(submitted_at__gt=done.submitted_at) | Q(submitted_at=done.submitted_at, pk__gt=done.pk)
    rows = rows.order_by("submitted_at", "pk")
    found = rows.filter(later).first() or rows.first()
    if found is None:
        return reverse("activities:review") + (f"?{query}" if query else "")
    return reverse("activities:detail", args=[found.pk]) + "?" + urlencode({"queue": query})


def _filter_of(get: QueryDict) -> QueueFilter:
    return QueueFilter(
        branch_id=whole(get.get("branch", "")),
        kind=get.get("kind", "")[:60],
        month=month_of(get.get("month", "")),
        late=get.get("late") == "1",
        mine=get.get("mine") == "1",
        q=get.get("q", "").strip()[:50],
    )


def _choices(viewer: Viewer, tab: str) -> tuple[list[BranchChoice], list[tuple[str, str]]]:
    """The branches and the kinds that this tab can be narrowed to."""
    if tab == "claims":
        branches, kinds = branches_and(viewer, "activity", Metric.objects.all(), position="position")
        return branches, [(code, short_name(name)) for code, name in kinds]
    active = ActivityType.objects.filter(is_active=True)
    branches, kinds = branches_and(viewer, "activity", active if tab == "records" else active.none())
    return branches, kinds


def _back(request: HttpRequest) -> str:
    """The queue as it was: same tab and filters."""
    query = request.POST.get("query", "")
    return reverse("activities:review") + (f"?{query}" if query else "")


def _told(part: Any) -> str:
    told = secretary_accounts([part.branch_id], today_of(now()))[part.branch_id]
    return "已退回，" + ("支部书记已收到通知。" if told else "该支部目前没有书记账号，请另行告知。")


def _demand_overseer(viewer: Viewer) -> None:
    if not viewer.is_a(Role.OFFICER, Role.LEADER):
        raise Refused("审核由机关党委办理。", remedy="本支部报送的内容审到哪一步，请看“组织生活”和“月报”。")


def _demand_reviewer(viewer: Viewer) -> None:
    if not can(viewer, "activity.review"):
        raise Refused("审核由机关党委办理，包片领导可以查看。", remedy="请告知机关党委工作人员办理。")
