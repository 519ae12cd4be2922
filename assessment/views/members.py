"""Pages of members' scores: one's own score and credits, the branch committee's table, its marks, classes and 公示."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from assessment.members import rollup, schemes
from assessment.members.exports import credits_sheet
from assessment.members.publicity import publicity_of
from assessment.members.services import give_marks, publish_year, reviewer_rules, seen_member, set_class
from assessment.models import MemberReviewMark
from assessment.selectors.member_table import MemberTable, latest_member_month, member_table, table_branches
from assessment.selectors.schemes import page_of_scheme
from assessment.selectors.scoreboard import window_label
from assessment.statement.member import member_statement
from branches.models import Organisation
from branches.permissions import Viewer, can, check
from branches.rules import Role
from core import audit
from core.errors import PortalError
from core.http import download, whole
from core.periods import Month
from core.submits import once
from core.xlsx.write import workbook_file

SCHEME_READERS = (Role.MEMBER, Role.SECRETARY, Role.BRANCH_COMMITTEE, Role.OFFICER, Role.LEADER)


@require_GET
def my_score(request: HttpRequest) -> HttpResponse:
    """The viewer's own latest statement."""
    return _own(request, "assessment:member_score")


@require_GET
def my_credits(request: HttpRequest) -> HttpResponse:
    """The viewer's own credits of this year."""
    return _own(request, "assessment:member_credits")


def _own(request: HttpRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    if viewer.member_id is None or viewer.root_id is None:
        raise Http404
    month = latest_member_month(viewer, viewer.root_id)
    if month is None:
        return render(request, "assessment/member_empty.html")
    return redirect(name, viewer.member_id, month)


@require_GET
def score(request: HttpRequest, member_id: int, month: Month) -> HttpResponse:
    """Every rule in words, what was counted, the arithmetic, and what would still raise it."""
    found = member_statement(request.viewer, member_id, month)
    context = {"statement": found, "title": window_label(month), "month": month, "is_own": _is_own(request, member_id)}
    return render(request, "assessment/member_score.html", context)


@require_GET
def credits(request: HttpRequest, member_id: int, month: Month) -> HttpResponse:
    """The credits of the year, kind by kind, against the minimum."""
    found = member_statement(request.viewer, member_id, month, with_raises=False)
    may_class = found.member is not None and can(request.viewer, "member_class.edit", found.member.branch)
    context = {
        "statement": found,
        "month": month,
        "title": window_label(month),
        "is_own": _is_own(request, member_id),
        "may_class": may_class,
        "classes": table_classes(found) if may_class else [],
    }
    return render(request, "assessment/member_credits.html", context)


def table_classes(found) -> list:
    """The classes of the statement's scheme, for the choice."""
    return list(found.frame.row.member_classes.all())


@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """The members of a branch, for its committee: roster order, no ranks."""
    found = _table(request)
    if found is None:
        return render(request, "assessment/member_empty.html")
    context = {
        "table": found,
        "month": found.month,
        "title": window_label(found.month),
        "branches": table_branches(request.viewer),
        "may_export": can(request.viewer, "member_score.export", found.branch),
    }
    return render(request, "assessment/member_table.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """学分统计表."""
    found = _table(request)
    if found is None:
        return redirect("assessment:member_table")
    check(request.viewer, "member_score.export", found.branch)
    sheet = credits_sheet(found, on=request.viewer.today)
    audit.record(actor=request.viewer, action="export", target=found.branch, summary="导出学分统计表")
    name = f"学分统计表_{found.branch.short_name}_{window_label(found.month)}_{request.viewer.today:%Y%m%d}.xlsx"
    return download(workbook_file(sheet), name)


@require_GET
def marks(request: HttpRequest) -> HttpResponse:
    """The sheet on which the branch enters what unit heads and the masses gave its members."""
    found = _table(request)
    if found is None:
        return redirect("assessment:member_table")
    month = Month.of(request.viewer.today)  # marks are saved for the half-year that runs, whatever the table shows
    rules = reviewer_rules(found.branch.root_id, month)
    half = 1 if month.number <= 6 else 2
    given = MemberReviewMark.objects.filter(root_id=found.branch.root_id, year=month.year, half=half, withdrawn_at=None)
    known = {(row.member_id, row.rule_code): row.factor // 10_000 for row in given.filter(member__branch=found.branch)}
    rows = [
        {
            "row": row,
            "cells": [{"name": f"{row.member_id}:{code}", "mark": known.get((row.member_id, code))} for code in rules],
        }
        for row in found.rows
        if row.is_scored and row.member_id != request.viewer.member_id
    ]
    context = {"table": found, "rules": list(rules.values()), "rows": rows, "half": half, "month": month}
    return render(request, "assessment/member_marks.html", context)


@require_POST
def marks_save(request: HttpRequest, branch_id: int) -> HttpResponse:
    """Keep the marks of one half-year."""
    branch = _branch(request.viewer, branch_id)
    month = Month.of(request.viewer.today)
    now = timezone.now()
    with once(request.POST.get("_token"), request.viewer) as submit:
        if not submit.replayed:
            given = _marks_of(request)
            count = give_marks(actor=request.viewer, branch=branch, month=month, marks=given, now=now)
            rollup.refresh_members(branch.root_id, {pk for pk, _ in given}, now=now)
            messages.success(request, f"已登记{count}项评价。" if count else "没有变化。")
    return redirect("assessment:member_table")


def _marks_of(request: HttpRequest) -> dict[tuple[int, str], int]:
    """Fields named `12:MD1` with a whole number; empty ones say nothing."""
    found: dict[tuple[int, str], int] = {}
    for name, text in request.POST.items():
        left, colon, code = name.partition(":")
        member_id = whole(left)
        if colon and member_id is not None and str(text).strip():
            mark = whole(str(text).strip())
            found[member_id, code[:10]] = 101 if mark is None else mark  # refused by the service, in words
    return found


@require_POST
def class_set(request: HttpRequest, member_id: int) -> HttpResponse:
    """Put a member into another class, on what ground."""
    member = seen_member(request.viewer, member_id)
    now, post = timezone.now(), request.POST
    try:
        set_class(
            actor=request.viewer,
            member_id=member.pk,
            class_code=post.get("class_code", "")[:10],
            from_on=_day(post.get("from_on")) or request.viewer.today,
            to_on=_day(post.get("to_on")),
            basis=post.get("basis", ""),
            now=now,
        )
        rollup.refresh_members(member.root_id, [member.pk], now=now)
        messages.success(request, "类别已调整。")
    except PortalError as error:
        if error.status == 403:
            raise
        faults = [fault for found in error.fields.values() for fault in found]
        messages.error(request, "".join([error.message, *faults]))
    return redirect("assessment:member_credits", member.pk, Month.of(request.viewer.today))


@require_GET
def publicity(request: HttpRequest, year: int) -> HttpResponse:
    """The year's scores of the viewer's branch while they are public in it; for its committee always."""
    found = publicity_of(request.viewer, year, whole(request.GET.get("branch", "")))
    return render(request, "assessment/member_publicity.html", {"found": found, "year": year})


@require_POST
def publicity_start(request: HttpRequest, year: int) -> HttpResponse:
    """公示, once: freezes the year of the branch's members."""
    branch = _branch(request.viewer, whole(request.POST.get("branch", "")) or request.viewer.home_branch_id or 0)
    publish_year(actor=request.viewer, branch=branch, year=year, now=timezone.now())
    messages.success(request, f"{year}年度党员得分已在支部内公示，为期5个工作日。")
    return redirect("assessment:member_publicity", year)


@require_GET
def scheme(request: HttpRequest, year: int) -> HttpResponse:
    """The scheme of members in words, for everybody it is about, and for those who keep it."""
    viewer = request.viewer
    if viewer.root_id is None or not viewer.is_a(*SCHEME_READERS):
        raise Http404
    row = schemes.scheme_for(viewer.root_id, Month(year, 12))
    if row is None:
        return render(request, "assessment/member_scheme_empty.html", {"year": year})
    context = {
        "page": page_of_scheme(viewer, row),
        "year": year,
        "classes": row.member_classes.all(),
        "kinds": row.credit_kinds.select_related("metric"),
    }
    return render(request, "assessment/member_scheme.html", context)


def _table(request: HttpRequest) -> MemberTable | None:
    """The table asked for; None where no month was ever computed, 404 for who sits in no committee."""
    viewer = request.viewer
    branches = table_branches(viewer)
    if not branches:
        raise Http404
    asked = whole(request.GET.get("branch", ""))
    home = viewer.home_branch_id
    branch = next((one for one in branches if one.pk == (asked or home)), None if asked else branches[0])
    if branch is None:
        raise Http404
    month = _month(request.GET.get("month", "")) or latest_member_month(viewer, branch.root_id)
    return member_table(viewer, branch.pk, month) if month else None


def _branch(viewer: Viewer, branch_id: int) -> Organisation:
    branch = next((one for one in table_branches(viewer) if one.pk == branch_id), None)
    if branch is None:
        raise Http404
    return branch


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def _is_own(request: HttpRequest, member_id: int) -> bool:
    return request.viewer.member_id == member_id
