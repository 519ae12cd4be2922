"""Awards: who meets the conditions, as a page and a sheet; the conditions changed by an officer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.exports_awards import award_sheet
from appraisal.forms.awards import AwardForm
from appraisal.selectors.awards import award_list, award_rule, award_rules, published_years
from appraisal.services import awards
from appraisal.views._year import committee_of
from assessment.exports import workbook
from assessment.selectors import best_scheme, frame_of, scheme_rows
from branches.models import Organisation
from branches.permissions import check
from core.errors import PortalError
from core.http import download


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The awards with their conditions, and how many meet them in the year published last."""
    root = committee_of(request)
    years = published_years(root)
    rules = [(rule, award_list(request.viewer, rule, years[0]) if years else None) for rule in award_rules(root)]
    context = {"rules": rules, "years": years, "grade_names": dict(_grades(root, request.viewer.today.year))}
    return render(request, "appraisal/award_list.html", context)


@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Begin with the defaults."""
    count = awards.load_default_awards(actor=request.viewer, root=committee_of(request), now=timezone.now())
    messages.success(request, f"已载入{count}项评先条件，可按本单位的办法修改。" if count else "已经载入过。")
    return redirect("appraisal:awards")


@require_GET
def detail(request: HttpRequest, rule_id: int, year: int) -> HttpResponse:
    """Every branch with each condition."""
    root = committee_of(request)
    found = award_list(request.viewer, award_rule(root, rule_id), year)
    context = {"found": found, "years": published_years(root), "root": root}
    return render(request, "appraisal/award_detail.html", context)


@require_GET
def export(request: HttpRequest, rule_id: int, year: int) -> HttpResponseBase:
    """The page as a sheet."""
    root = committee_of(request)
    check(request.viewer, "export", root)
    found = award_list(request.viewer, award_rule(root, rule_id), year)
    sheet = award_sheet(root, found, on=request.viewer.today)
    return download(workbook(sheet), f"{year}年度{found.rule.name}资格名单_{request.viewer.today:%Y%m%d}.xlsx")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Change the conditions."""
    root = committee_of(request)
    rule = award_rule(root, rule_id)
    grades = _grades(root, request.viewer.today.year)
    form = AwardForm(request.POST or None, rule=rule, grades=grades)
    if request.method == "POST" and form.is_valid():
        try:
            awards.edit_award(
                actor=request.viewer,
                rule_id=rule.pk,
                version=form.cleaned_data["version"],
                values=form.values(),
                grades=tuple(code for code, _ in grades),
                now=timezone.now(),
            )
        except PortalError as fault:
            form.add_error(None, f"{fault.message}{fault.remedy}")
        else:
            messages.success(request, "评先条件已修改，名单按新条件列出。")
            return redirect("appraisal:awards")
    context: dict[str, Any] = {"form": form, "rule": rule}
    return render(request, "appraisal/award_edit.html", context, status=422 if form.errors else 200)


def _grades(root: Organisation, year: int) -> list[tuple[str, str]]:
    """Code and name of the grades of the newest scheme, best first."""
    for one in (year, year - 1, year - 2):
        row = best_scheme(scheme_rows(root.pk, one * 100 + 12))
        if row is not None:
            found = sorted(frame_of(row).grades, key=lambda line: -line.threshold)
            return [(line.code, line.name) for line in found]
    return []
