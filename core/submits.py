"""Sending a form once: a token takes effect one time, and its replay leads to the first result (security.md §5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from core.errors import Conflict, InvalidInput
from core.forms import check_token, new_token
from core.models import SubmittedForm

KEPT_FOR = timedelta(days=14)


@dataclass(slots=True)
class Submit:
    """One sending: `replayed` says that the work was done before; else set `result_url` when it is done."""

    replayed: bool = False
    result_url: str = ""


@contextmanager
def once(
    token: str | None, actor: Any, *, form: str = "", digest: str = "", is_signed: bool = True
) -> Iterator[Submit]:
    """A transaction in which the token's work happens at most once.

        with once(request.POST.get("_token"), request.user) as submit:
            if not submit.replayed:
                submit.result_url = services.do(...).get_absolute_url()
        return redirect(submit.result_url)

    A second sending waits for the first to commit and then finds its result; if the first failed, the
    second does the work. No token: a plain transaction (natural keys still hold). `is_signed=False` is
    for an API client's own Idempotency-Key, with the `digest` of the body: another body is a Conflict.
    """
    user = getattr(actor, "user", actor)
    if token and is_signed and not check_token(token, user, form):
        raise InvalidInput("这张表单已失效。", remedy="请刷新页面后再提交；已填写的内容保存在草稿里。")
    with transaction.atomic():
        if not token:
            yield Submit()
            return
        row, is_first = _claim(user, token[:100], digest)
        if not is_first and row.digest != digest:
            raise Conflict("同一个提交编号用在了不同的内容上。", remedy="请为新的内容换一个提交编号。")
        submit = Submit(replayed=not is_first, result_url=row.result_url)
        yield submit
        if is_first:
            SubmittedForm.objects.filter(pk=row.pk).update(result_url=submit.result_url[:500])


def forget_old(*, now: datetime) -> int:
    """Remove tokens that no browser can still be retrying; how many."""
    return SubmittedForm.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def _claim(user: Any, token: str, digest: str) -> tuple[SubmittedForm, bool]:
    """The token's row, and whether this call made it; the unique row is what decides, not a look before it."""
    try:
        with transaction.atomic():
            return SubmittedForm.objects.create(owner_id=user.pk, token=token, digest=digest), True
    except IntegrityError:
        return SubmittedForm.objects.get(owner_id=user.pk, token=token), False


__all__ = ["Submit", "forget_old", "new_token", "once"]
