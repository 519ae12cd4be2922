"""The portal's own pages: home, signing in and out, own password, search, health, errors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import errors
from portal.dashboard import home_of
from portal.forms import PasswordForm, SignInForm
from portal.search import found


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The workbench of whoever is signed in."""
    template, context = home_of(request.viewer)
    return render(request, template, context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Members, branches and activities by the beginning of a name, inside the viewer's scope."""
    words = request.GET.get("q", "").strip()[:40]
    return render(request, "portal/search.html", {"words": words, "sections": found(request.viewer, words)})


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether the process answers and the database does, for a probe; says nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "error", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


@method_decorator(login_not_required, name="dispatch")
class SignIn(auth_views.LoginView):
    """The sign-in page; answers a script that asks for JSON, so that an expired session loses no text."""

    form_class = SignInForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        if _wants_json(self.request):
            return JsonResponse({"ok": True, "user": self.request.user.pk})
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        if _wants_json(self.request):
            return JsonResponse({"ok": False, "errors": form.non_field_errors()}, status=400)
        return super().form_invalid(form)


class SignOut(auth_views.LogoutView):
    """Ends the session and tells the browser to forget what it kept."""

    next_page = "login"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


class PasswordChange(auth_views.PasswordChangeView):
    """The own password; the first sign-in of a new account lands here."""

    form_class = PasswordForm
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, "密码已修改。下次登录请用新密码。")
        return response


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where the request was too big."""
    return errors.error_page(request, 413 if _is_too_big(exception) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return errors.error_page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return errors.error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; in bare words where even the page of it cannot be made."""
    try:
        return errors.error_page(request, 500)
    except Exception:  # whatever broke the request may break its error page
        return HttpResponse("系统出了问题，这次操作没有完成。请稍后再试，或告诉系统管理员。", status=500)


def _is_too_big(exception: Exception | None) -> bool:
    return type(exception).__name__ in {"RequestDataTooBig", "TooManyFilesSent", "TooManyFieldsSent"}
