"""Pages of polls for those who hold them: list, one poll, its slips, its count, its printed result."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appraisal.exports_ballots import poll_workbook
from appraisal.models import Poll, PollKind
from appraisal.selectors.polls import groups_of, poll_results, polls_of
from appraisal.services import poll_setup, polls
from assessment.selectors import root_of
from branches.permissions import can, check, visible
from branches.rules import Role
from core import audit
from core.errors import InvalidInput
from core.http import download, page_of, whole

COMMITTEE_KINDS = tuple(kind for kind in PollKind if kind != PollKind.MEMBER_APPRAISAL)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The polls the viewer may see; officers begin new ones here."""
    viewer = request.viewer
    if not viewer.is_a(Role.OFFICER, Role.SECRETARY, Role.BRANCH_COMMITTEE):
        raise Http404
    context = {
        "page": page_of(polls_of(viewer), request, key=("-year", "-id")),
        "kinds": COMMITTEE_KINDS,
        "years": [viewer.today.year, viewer.today.year - 1],
        "may_begin": can(viewer, "year.settle"),
    }
    return render(request, "appraisal/polls.html", context)


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Set up a poll of the committee."""
    if not can(request.viewer, "year.settle"):
        raise Http404
    year = whole(request.POST.get("year", ""))
    if year is None or not 2000 <= year <= 2099:
        raise InvalidInput("请选择年度。", fields={"year": ["请选择年度。"]})
    poll = poll_setup.create_poll(
        actor=request.viewer,
        organisation=root_of(request.viewer),
        year=year,
        kind=request.POST.get("kind", ""),
        now=timezone.now(),
    )
    return redirect("appraisal:poll", poll_id=poll.pk)


@require_GET
def show(request: HttpRequest, poll_id: int) -> HttpResponse:
    """One poll: its groups and the response; the results once it is counted."""
    poll = _poll(request, poll_id)
    groups = groups_of(poll)
    context = {
        "poll": poll,
        "groups": groups,
        "sizes": sum(group.size for group in groups),
        "unissued": any(group.size and not group.issued for group in groups),
        "issued": sum(group.issued for group in groups),
        "used": sum(group.used if poll.state == "open" else group.returned or 0 for group in groups),
        "handed_out": sum(group.handed_out or 0 for group in groups),
        "results": poll_results(request.viewer, poll),
        "may_run": can(request.viewer, "poll.run", poll.branch),
        "may_export": can(request.viewer, "export", poll.branch),
        "counts_at_year_end": poll.kind in polls.PARTS,
    }
    return render(request, "appraisal/poll_detail.html", context)


@require_POST
def sizes(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Save how many vote in each group."""
    poll = _poll(request, poll_id)
    polls.set_sizes(actor=request.viewer, poll_id=poll.pk, sizes=_numbers(request.POST, "size-"))
    messages.success(request, "人数已保存。")
    return redirect("appraisal:poll", poll_id=poll.pk)


@require_POST
def codes(request: HttpRequest, poll_id: int) -> HttpResponse:
    """The slips to print: shown in this answer and never again."""
    poll = _poll(request, poll_id)
    slips = polls.issue_codes(
        actor=request.viewer,
        poll_id=poll.pk,
        group_id=whole(request.POST.get("group", "")),
        again=bool(request.POST.get("again")),
    )
    response = render(request, "appraisal/poll_slips.html", {"poll": poll, "slips": slips})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def close(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Count the ballots."""
    poll = _poll(request, poll_id)
    given = _numbers(request.POST, "out-")
    polls.close_poll(actor=request.viewer, poll_id=poll.pk, handed_out=given, now=timezone.now())
    messages.success(request, "已计票，票码全部销毁。")
    return redirect("appraisal:poll", poll_id=poll.pk)


@require_POST
def void(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Declare the poll void."""
    poll = _poll(request, poll_id)
    polls.void_poll(actor=request.viewer, poll_id=poll.pk, reason=request.POST.get("reason", ""))
    messages.success(request, "已作废，可以重新组织。")
    return redirect("appraisal:poll", poll_id=poll.pk)


@require_POST
def take(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Write valid results into the year end."""
    poll = _poll(request, poll_id)
    count = polls.take_to_year_end(actor=request.viewer, poll_id=poll.pk, now=timezone.now())
    messages.success(request, f"{count}个支部的结果已计入{poll.year}年年终考核。")
    return redirect("appraisal:poll", poll_id=poll.pk)


@require_GET
def paper(request: HttpRequest, poll_id: int) -> HttpResponse:
    """The result as a paper with lines to sign."""
    poll = _poll(request, poll_id)
    if not (results := poll_results(request.viewer, poll)):
        raise Http404
    groups = list(poll.groups.all())
    context = {
        "poll": poll,
        "results": results,
        "handed_out": sum(group.handed_out or 0 for group in groups),
        "returned": sum(group.returned or 0 for group in groups),
    }
    return render(request, "appraisal/poll_print.html", context)


@require_GET
def export(request: HttpRequest, poll_id: int) -> HttpResponseBase:
    """The result as a sheet: what the page shows, hidden where it hides."""
    poll = _poll(request, poll_id)
    check(request.viewer, "export", poll.branch)
    results = poll_results(request.viewer, poll)
    if not results:
        raise Http404
    audit.record(actor=request.viewer, action="export", target=poll, summary=f"导出{poll}汇总")
    book = poll_workbook(poll, results, on=request.viewer.today)
    return download(book, f"{poll}汇总_{request.viewer.today:%Y%m%d}.xlsx")


def _poll(request: HttpRequest, poll_id: int) -> Poll:
    return get_object_or_404(visible(Poll.objects.select_related("branch", "root"), request.viewer), pk=poll_id)


def _numbers(data: QueryDict, prefix: str) -> dict[int, int]:
    """Whole numbers typed in fields `<prefix><id>`; what is none is told by its field."""
    found, faults = {}, {}
    for name, value in data.items():
        key = whole(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if key is None:
            continue
        number = whole(str(value).strip())
        if number is None:
            faults[name] = ["请填整数。"]
        else:
            found[key] = number
    if faults:
        raise InvalidInput("人数和票数应填整数。", remedy="请改正后再保存。", fields=faults)
    return found
