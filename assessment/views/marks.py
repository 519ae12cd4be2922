"""The officer's marks for reviewer rules: one level per rule and branch, with a reason, for a year."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessment.marking import MarkInput, give_marks
from assessment.selectors import root_of
from assessment.selectors.marks import mark_board
from branches.permissions import check
from core.http import whole


@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """This year's marks."""
    return redirect("assessment:marks_year", year=request.viewer.today.year)


@require_GET
def show(request: HttpRequest, year: int) -> HttpResponse:
    """All reviewer rules × branches with the marks given."""
    root = root_of(request.viewer)
    check(request.viewer, "score.mark", root)
    board = mark_board(request.viewer, root, year)
    code = request.GET.get("rule", "")
    rule = next((one for one in board.rules if one.code == code), board.rules[0] if board.rules else None)
    if rule is None:
        raise Http404
    return render(
        request,
        "assessment/marks.html",
        {"board": board, "rule": rule, "rows": board.rows(rule), "year": year, "previous_year": year - 1},
    )


@require_POST
def save(request: HttpRequest, year: int, rule_code: str) -> HttpResponse:
    """Give the marks of one rule, for the branches that were changed."""
    root = root_of(request.viewer)
    inputs = [
        MarkInput(
            int(name.removeprefix("level-")), str(value), request.POST.get(f"reason-{name.removeprefix('level-')}", "")
        )
        for name, value in request.POST.items()
        if name.startswith("level-") and whole(name.removeprefix("level-")) is not None
    ]
    count = give_marks(
        actor=request.viewer, root=root, year=year, rule_code=rule_code, marks=inputs, now=timezone.now()
    )
    messages.success(request, f"{rule_code}：保存了{count}个支部的评定。" if count else "没有改动。")
    return redirect(f"{request.path.removesuffix(rule_code + '/')}?rule={rule_code}")
