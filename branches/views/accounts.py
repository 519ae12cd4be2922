"""Pages of the administrator: accounts, their roles, the patch of a leader. No business data."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.forms.accounts import AccountFilter, AccountForm, GrantForm, PatchForm, ReasonForm
from branches.forms.fields import take_refusal
from branches.models import PatchAssignment, RoleGrant, User
from branches.permissions import visible
from branches.rules import Role
from branches.selectors.organisations import on_day
from branches.services import accounts, grants
from branches.views.pages import FormPage, data_of, form_page, require_action, require_reading, seen_or_404
from core.errors import PortalError
from core.http import Page, page_of, sorted_by

SORTS = {"username": "username", "name": "display_name", "created": "created_at"}


@require_safe
def account_index(request: HttpRequest) -> HttpResponse:
    """All accounts of the committee with their roles."""
    viewer = request.viewer
    require_reading(viewer, "account")
    form = AccountFilter(request.GET)
    form.is_valid()
    asked, key = sorted_by(request, SORTS, default="username")
    page = page_of(_found(request, form.cleaned_data), request, key=key, count=True)
    roles = _granted_roles([user.pk for user in page], viewer.today)
    rows = [{"user": user, "roles": roles.get(user.pk, []), "is_linked": user.member_id is not None} for user in page]
    context = {
        "form": form,
        "page": Page(rows, page.next_cursor, page.previous_cursor, page.count, page.more),
        "sort": asked,
    }
    return render(request, "branches/account_list.html", context)


def _found(request: HttpRequest, filters: dict[str, Any]) -> Any:
    found = visible(User.objects.all(), request.viewer)
    if words := (filters.get("q") or "").strip():
        found = found.filter(Q(username__startswith=words.lower()) | Q(display_name__contains=words))
    if filters.get("state"):
        found = found.filter(is_active=filters["state"] == "active")
    return found.order_by()


def _granted_roles(user_ids: list[int], today: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = RoleGrant.objects.filter(on_day(today), user_id__in=user_ids).order_by("pk")
    for user_id, role in rows.values_list("user_id", "role"):
        found.setdefault(user_id, []).append(Role(role).label)
    return found


@never_cache
@require_http_methods(["GET", "POST"])
def account_new(request: HttpRequest) -> HttpResponse:
    """Open an account; the one-time password is shown on the answer and nowhere else."""
    require_action(request.viewer, "account.create")
    form = AccountForm(data_of(request))
    page = FormPage(
        "开设账号", "开设", reverse("branches:accounts"), intro="开设后会显示一次性密码，本人首次登录时须修改。"
    )
    status = 200 if request.method == "GET" or form.is_valid() else 400
    if request.method == "POST" and form.is_valid():
        try:
            user, password = accounts.create_account(actor=request.viewer, **form.cleaned_data)
            return _show_password(request, user, password, "账号已开设")
        except PortalError as error:
            take_refusal(form, error)
            status = error.status
    return render(request, "branches/form.html", {"page": page, "form": form}, status=status)


def _show_password(request: HttpRequest, user: User, password: str, heading: str) -> HttpResponse:
    """The one-time password goes straight into this answer: it is stored nowhere, not even in the session."""
    return render(
        request, "branches/account_password.html", {"account": user, "password": password, "heading": heading}
    )


@require_safe
def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: state, roles, patch."""
    require_reading(request.viewer, "account")
    account = seen_or_404(User.objects.all(), request, pk)
    today = request.viewer.today
    held = RoleGrant.objects.filter(user=account).select_related("organisation").order_by("-from_on", "-pk")
    rows = [{"grant": grant, "label": Role(grant.role).label, "is_held": _is_held(grant, today)} for grant in held]
    care = PatchAssignment.objects.filter(on_day(today), leader=account).select_related("branch")
    context = {
        "account": account,
        "grants": rows,
        "patch": care.order_by("branch__sort_key", "branch__code"),
        "is_leader": any(row["is_held"] and row["grant"].role == Role.LEADER for row in rows),
        "is_self": account.pk == request.viewer.user_id,
    }
    return render(request, "branches/account_detail.html", context)


def _is_held(grant: RoleGrant, today: Any) -> bool:
    return grant.from_on <= today and (grant.to_on is None or today <= grant.to_on)


@require_http_methods(["GET", "POST"])
def account_disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account."""
    account = _account(request, pk, "account.disable")
    back = reverse("branches:account", args=[pk])
    page = FormPage(
        f"停用 {account}", "停用", back,
        intro="停用后立即退出登录，不能再登录；其任职和记录不受影响。", confirm=f"将停用{account}的账号，确定吗？",
    )  # fmt: skip

    def do(data: dict[str, Any]) -> tuple[str, str]:
        accounts.disable_account(actor=request.viewer, user=account, reason=data["reason"])
        return back, "账号已停用。"

    return form_page(request, page, ReasonForm(data_of(request)), do)


@never_cache
@require_POST
def account_enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    user, password = accounts.enable_account(actor=request.viewer, user=_account(request, pk, "account.disable"))
    return _show_password(request, user, password, "账号已启用")


@never_cache
@require_POST
def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a new one-time password."""
    user, password = accounts.reset_password(actor=request.viewer, user=_account(request, pk, "account.create"))
    return _show_password(request, user, password, "密码已重置")


@require_http_methods(["GET", "POST"])
def grant_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role."""
    account = _account(request, pk, "grant.edit")
    form = GrantForm(data_of(request), viewer=request.viewer)
    back = reverse("branches:account", args=[pk])
    page = FormPage(
        f"给 {account} 授权",
        "授权",
        back,
        intro="书记、委员的权限由任职产生，不在这里授予。系统管理员不得兼任业务角色。",
        confirm="将授予这一角色，从开始之日起生效，确定吗？",
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        grants.grant_role(actor=request.viewer, user=account, **data)
        return back, f"已授予{Role(data['role']).label}角色。"

    return form_page(request, page, form, do)


@require_POST
def grant_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role back at once."""
    require_reading(request.viewer, "account")
    grant = seen_or_404(RoleGrant.objects.select_related("user", "organisation"), request, pk)
    grants.end_grant(actor=request.viewer, grant=grant, on=request.viewer.today)
    messages.success(request, f"已收回{Role(grant.role).label}角色。")
    return redirect("branches:account", pk=grant.user_id)


@require_http_methods(["GET", "POST"])
def patch_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the branches in a leader's care."""
    account = _account(request, pk, "grant.edit")
    form = PatchForm(data_of(request), viewer=request.viewer, leader=account)
    back = reverse("branches:account", args=[pk])
    page = FormPage(
        f"{account} 包片联系的党支部", "保存", back, intro="包片领导只看得到这里勾选的党支部。", wide=("branches",)
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        grants.assign_patch(actor=request.viewer, leader=account, branches=list(data["branches"]), on=data["on"])
        return back, "包片联系的党支部已保存。"

    return form_page(request, page, form, do)


def _account(request: HttpRequest, pk: int, action: str) -> User:
    require_reading(request.viewer, "account")
    require_action(request.viewer, action)
    return seen_or_404(User.objects.all(), request, pk)
