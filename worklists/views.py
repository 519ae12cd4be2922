"""Pages of items: the list, a new task, one item with its trail, and its steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.models import Organisation
from branches.permissions import Viewer, can, visible, visible_branches
from core import audit
from core.errors import InvalidInput, PortalError, Refused
from core.http import download, page_of, sorted_by, whole
from core.submits import once
from core.uploads import serve
from worklists import services
from worklists.exports import items_workbook
from worklists.forms import ItemFilterForm, TaskForm
from worklists.models import Item, ItemFile
from worklists.rules import days_words, is_overdue
from worklists.selectors import item_counts, item_detail, items_list, open_steps, verify_fault

EXPORTED = 20_000
SORTS = {"due": "due_on", "opened": "opened_at", "id": "id"}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The list: search, filter, sort, pages."""
    viewer = request.viewer
    _demand_reader(viewer)
    form = _filter_form(request)
    sort, key = sorted_by(request, SORTS, default="due")
    page = page_of(items_list(viewer, form.chosen(), today=viewer.today), request, key=key, count=True)
    for row in page:
        add_words(row, viewer.today)
    context = {
        "form": form,
        "page": page,
        "sort": sort,
        "counts": item_counts(viewer, today=viewer.today),
        "can_open": can(viewer, "worklist.open"),
        "may_export": can(viewer, "export"),
    }
    return render(request, "worklists/item_list.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The items of the page, all pages, in the order shown."""
    viewer = request.viewer
    _demand_reader(viewer)
    if not can(viewer, "export"):
        raise Refused("您的账号不能导出。", remedy="请由支部书记或机关党委导出。")
    _, key = sorted_by(request, SORTS, default="due")
    rows = items_list(viewer, _filter_form(request).chosen(), today=viewer.today).order_by(*key)[:EXPORTED]
    audit.record(actor=viewer, action="export", target=viewer.user, summary="导出整改事项清单")
    day = viewer.today
    unit_line = f"填报单位（盖章）：                填报日期：{day.year}年{day.month}月{day.day}日"
    book = items_workbook(list(rows), today=day, unit_line=unit_line)
    return download(book, f"整改事项清单_{day:%Y%m%d}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Give a branch a task by hand."""
    viewer = request.viewer
    branches = [one for one in _branches(viewer) if can(viewer, "worklist.open", one)]
    if not branches:
        raise Refused("您没有交办事项的权限。", remedy="请联系本支部书记或机关党委办理。")
    form = TaskForm(request.POST or None, branches=branches, today=viewer.today)
    if request.method == "POST" and form.is_valid() and (url := _opened(request, form)):
        return redirect(url)
    status = 422 if form.errors else 200
    return render(request, "worklists/item_form.html", {"form": form}, status=status)


@require_safe
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """One item: what is demanded, the trail, the proofs, the steps open to the viewer."""
    viewer = request.viewer
    found = _item_or_404(viewer, item_id)
    add_words(found, viewer.today)
    context = {
        "item": found,
        "steps": open_steps(viewer, found),
        "waiting_for": verify_fault(viewer, found) if found.state == "done" else "",
        "trail": found.steps.select_related("actor").prefetch_related("files__attachment"),
        "today": viewer.today,
    }
    return render(request, "worklists/item_detail.html", context)


@require_POST
def report(request: HttpRequest, item_id: int) -> HttpResponse:
    files = request.FILES.getlist("files")
    note = request.POST.get("note", "")
    return _take(request, item_id, services.report_done, "已报完成，等待核验。", note=note, attachments=files)


@require_POST
def verify(request: HttpRequest, item_id: int) -> HttpResponse:
    return _take(request, item_id, services.verify, "核验通过。", note=request.POST.get("note", ""))


@require_POST
def send_back(request: HttpRequest, item_id: int) -> HttpResponse:
    return _take(request, item_id, services.send_back, "已退回重办。", reason=request.POST.get("reason", ""))


@require_POST
def close(request: HttpRequest, item_id: int) -> HttpResponse:
    return _take(request, item_id, services.close_item, "已销号。", note=request.POST.get("note", ""))


@require_POST
def reopen(request: HttpRequest, item_id: int) -> HttpResponse:
    return _take(request, item_id, services.reopen, "已重新打开。", **_reason_and_day(request))


@require_POST
def extend(request: HttpRequest, item_id: int) -> HttpResponse:
    return _take(request, item_id, services.extend_due, "期限已调整。", **_reason_and_day(request))


@require_POST
def cancel(request: HttpRequest, item_id: int) -> HttpResponse:
    return _take(request, item_id, services.cancel_item, "已撤销。", reason=request.POST.get("reason", ""))


@require_safe
def proof(request: HttpRequest, item_id: int, file_id: int) -> HttpResponseBase:
    """One proof, for those who may see the item."""
    found = _item_or_404(request.viewer, item_id)
    row = ItemFile.objects.select_related("attachment").filter(item=found, pk=file_id).first()
    if row is None:
        raise Http404
    return serve(row.attachment)


def add_words(row: Any, today: date) -> None:
    """Carry the lateness of an item along for the page."""
    row.days_words = days_words(row.state, row.due_on, today)
    row.is_overdue = is_overdue(row.state, row.due_on, row.done_on, today)


def _take(request: HttpRequest, item_id: int, step: Callable[..., Item], words: str, **arguments: Any) -> HttpResponse:
    _item_or_404(request.viewer, item_id)
    version = whole(request.POST.get("version", ""))
    with once(request.POST.get("_token"), request.viewer) as submit:
        if not submit.replayed:
            step(actor=request.viewer, item_id=item_id, version=version, now=timezone.now(), **arguments)
            submit.result_url = reverse("worklists:item", args=[item_id])
            messages.success(request, words)
    return redirect(submit.result_url)


def _opened(request: HttpRequest, form: TaskForm) -> str:
    """Open the task; its page, or "" with the fault in the form."""
    data = form.cleaned_data
    try:
        with once(request.POST.get("_token"), request.viewer) as submit:
            if not submit.replayed:
                made = services.open_item(
                    actor=request.viewer,
                    branch=form.chosen_branch,
                    title=data["title"],
                    demand=data["demand"],
                    due_on=data["due_on"],
                    with_callback=data["with_callback"],
                    now=timezone.now(),
                )
                submit.result_url = reverse("worklists:item", args=[made.pk])
                messages.success(request, "已交办，责任人会收到通知。")
        return submit.result_url
    except InvalidInput as error:
        for name, faults in error.fields.items():
            form.add_error(name if name in form.fields else None, faults)
    except PortalError as error:
        form.add_error(None, f"{error.message}{error.remedy}")
    return ""


def _reason_and_day(request: HttpRequest) -> dict[str, Any]:
    try:
        due_on = date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        due_on = None
    return {"reason": request.POST.get("reason", ""), "due_on": due_on}


def _filter_form(request: HttpRequest) -> ItemFilterForm:
    return ItemFilterForm(request.GET or None, branches=_branches(request.viewer))


def _branches(viewer: Viewer) -> list[Organisation]:
    return list(visible_branches(viewer, "worklist").order_by("sort_key", "code"))


def _item_or_404(viewer: Viewer, item_id: int) -> Item:
    found = item_detail(viewer, item_id)
    if found is None:
        raise Http404
    return found


def _demand_reader(viewer: Viewer) -> None:
    if not visible_branches(viewer, "worklist").exists() and not visible(Item.objects.all(), viewer).exists():
        raise Refused("整改事项由支部和机关党委办理。", remedy="交给您办的事项会出现在这里。")
