"""Codes that are issued once: organisations by 3 digits a level, members by 4 digits (domain.md §1.4)."""

from __future__ import annotations

from django.db import models

from branches.models import CodeCounter, Member, Organisation
from core.errors import InvalidInput

ORGANISATION_DIGITS = 3
MEMBER_DIGITS = 4


def issue_organisation_codes(parent: Organisation | None, count: int = 1) -> list[str]:
    """The next codes below `parent` (001.003.012), never issued before and never again."""
    prefix = f"{parent.code}." if parent else ""
    used = Organisation.objects.filter(parent=parent).values_list("code", flat=True)
    return _issue(f"organisation:{prefix}", prefix, ORGANISATION_DIGITS, count, used)


def issue_member_numbers(branch: Organisation, count: int = 1) -> list[str]:
    """The next member numbers of the branch that first registers a person; kept for life."""
    used = Member.objects.filter(member_no__startswith=branch.code).values_list("member_no", flat=True)
    return _issue(f"member:{branch.code}", branch.code, MEMBER_DIGITS, count, used)


def _issue(key: str, prefix: str, digits: int, count: int, used: models.QuerySet) -> list[str]:
    """Take `count` serials under a lock that lasts to the end of the caller's transaction."""
    CodeCounter.objects.bulk_create([CodeCounter(scope_key=key)], ignore_conflicts=True)
    counter = CodeCounter.objects.select_for_update().get(scope_key=key)
    if counter.last == 0:  # first use: codes may have come in by another way
        counter.last = max((_serial(code, prefix, digits) for code in used), default=0)
    first = counter.last + 1
    counter.last += count
    if counter.last >= 10**digits:
        raise InvalidInput(f"{prefix or '顶级'}下的编号已经用完。", remedy="请联系系统管理员。")
    counter.save(update_fields=["last"])
    return [f"{prefix}{serial:0{digits}d}" for serial in range(first, first + count)]


def _serial(code: str, prefix: str, digits: int) -> int:
    tail = code.removeprefix(prefix)
    return int(tail) if len(tail) == digits and tail.isascii() and tail.isdigit() else 0
