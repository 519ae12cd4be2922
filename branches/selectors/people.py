"""Members on a given day: who belonged where, and who is expected at a gathering. The caller has the scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from branches.models import COUNTED_STATUSES, CountExclusion, Membership, MemberStatus, Organisation
from branches.selectors.organisations import committee_members_on, on_day


@dataclass(frozen=True, slots=True)
class Expected:
    """One person a branch may expect on a day; `excluded` holds why they do not count (不计入应到), else ""."""

    member_id: int
    name: str
    group_id: int | None
    status: str
    has_vote: bool
    is_committee: bool
    excluded: str


def members_on(branch_ids: Iterable[int], on: date) -> QuerySet[Membership]:
    """Spells of full and probationary members in these branches on this day, with `member` loaded."""
    spells = Membership.objects.filter(on_day(on), branch_id__in=list(branch_ids), status__in=COUNTED_STATUSES)
    return spells.select_related("member").order_by("member__member_no")


def expected_people(branch: Organisation, on: date) -> list[Expected]:
    """Everyone whom the branch may expect on this day, in the order of the roster; 3 queries."""
    committee = committee_members_on([branch.pk], on)[branch.pk]
    spells = members_on([branch.pk], on)
    excluded = _exclusions(branch, on)
    return [
        Expected(
            member_id=spell.member_id,
            name=spell.member.name,
            group_id=spell.group_id,
            status=spell.status,
            has_vote=spell.status == MemberStatus.FULL,
            is_committee=spell.member_id in committee,
            excluded=excluded.get(spell.member_id, ""),
        )
        for spell in spells
    ]


def _exclusions(branch: Organisation, on: date) -> dict[int, str]:
    rows = CountExclusion.objects.filter(on_day(on), root_id=branch.root_id, member__memberships__branch=branch)
    return dict(rows.values_list("member_id", "reason"))
