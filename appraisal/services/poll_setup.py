"""Setting up a poll: who is rated and which groups of voters get slips, taken from the register."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from appraisal.models import Poll, PollGroup, PollKind, PollState, PollSubject, PollTally, Rates
from appraisal.rules.ballots import MIN_PERCENT, scale_of
from appraisal.selectors.inputs import shares_for_year
from branches.models import MemberStatus, Organisation
from branches.permissions import Viewer, check
from branches.selectors import branches_under, members_on, secretary_names
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today


@transaction.atomic
def create_poll(*, actor: Viewer, organisation: Organisation, year: int, kind: str, now: datetime) -> Poll:
    """A poll with its subjects and groups as the register has them today; nothing is handed out yet.

    `organisation` is the committee; for the appraisal of members it is the branch. Conflict if the poll exists.
    """
    check(actor, "poll.run", organisation)
    if kind not in PollKind.values or (kind == PollKind.MEMBER_APPRAISAL) != (organisation.tier == "branch"):
        raise InvalidInput("没有这种测评。", remedy="请从列表中选择。")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    same = Poll.objects.filter(root_id=organisation.root_id, branch=organisation, year=year, kind=kind)
    if same.exclude(state=PollState.VOID).exists():
        raise Conflict(f"{year}年的{PollKind(kind).label}已经建立。", remedy="请在测评列表中打开。")
    poll = Poll.objects.create(
        root_id=organisation.root_id,
        branch=organisation,
        year=year,
        kind=kind,
        min_percent=_min_percent(organisation, year),
        created_by_id=actor.user_id,
        created_at=now,
    )
    _fill(poll, organisation, today(now))
    audit.record(actor=actor, action="poll.create", target=poll, summary=f"建立{poll}")
    return poll


def _fill(poll: Poll, organisation: Organisation, on: date) -> None:
    branches = list(branches_under(poll.root_id, on).order_by("sort_key", "code"))
    if poll.kind == PollKind.MEMBER_APPRAISAL:
        subjects, groups = _members_of(poll, organisation, on)
    else:
        subjects = _subjects(poll, branches, on)
        groups = _groups(poll, branches, on)
    if not subjects:
        raise InvalidInput("没有可以测评的对象。", remedy="请先登记党支部和党员。")
    PollSubject.objects.bulk_create(subjects)
    PollGroup.objects.bulk_create(groups)
    PollTally.objects.bulk_create(
        PollTally(poll=poll, subject=subject, grade=choice.code)
        for subject in PollSubject.objects.filter(poll=poll)
        for choice in scale_of(poll.kind)
    )


def _subjects(poll: Poll, branches: list[Organisation], on: date) -> list[PollSubject]:
    """The branches; in the accountability review their secretaries."""
    names = secretary_names([branch.pk for branch in branches], on)
    found = []
    for place, branch in enumerate(branches, start=1):
        name = names.get(branch.pk, "")
        is_person = poll.kind == PollKind.ACCOUNTABILITY
        if is_person and not name:
            continue  # a vacant post gives no account
        label, note = (name, branch.short_name) if is_person else (branch.short_name, name)
        found.append(PollSubject(poll=poll, branch=branch, label=label[:60], note=note[:60], place=place))
    return found


def _groups(poll: Poll, branches: list[Organisation], on: date) -> list[PollGroup]:
    """One box of slips for each group of people who rate the same subjects."""
    if poll.kind == PollKind.COMMITTEE:
        return [PollGroup(poll=poll, label="机关党委委员和考核组", rates=Rates.ALL, size=0, place=1)]
    if poll.kind == PollKind.MEMBERS:
        sizes = _sizes(branches, on)
        return [_group(poll, branch, n, Rates.OWN, sizes.get(branch.pk, 0)) for n, branch in enumerate(branches, 1)]
    names = secretary_names([branch.pk for branch in branches], on)
    groups = [
        _group(poll, branch, n, Rates.OTHERS, 1 if names.get(branch.pk) else 0) for n, branch in enumerate(branches, 1)
    ]
    if poll.kind == PollKind.ACCOUNTABILITY:
        last = len(groups)
        groups += [
            PollGroup(poll=poll, label="机关党委委员", rates=Rates.ALL, size=0, place=last + 1),
            PollGroup(poll=poll, label="党员代表", rates=Rates.ALL, size=0, place=last + 2),
        ]
    return groups


def _group(poll: Poll, branch: Organisation, place: int, how: str, size: int) -> PollGroup:
    label = branch.short_name if how == Rates.OWN else f"{branch.short_name}书记"
    return PollGroup(poll=poll, branch=branch, label=label[:60], rates=how, size=size, place=place)


def _members_of(poll: Poll, branch: Organisation, on: date) -> tuple[list[PollSubject], list[PollGroup]]:
    """All members have a slip; the full ones are rated."""
    spells = list(members_on([branch.pk], on))
    full = [spell for spell in spells if spell.status == MemberStatus.FULL]
    subjects = [
        PollSubject(poll=poll, branch=branch, member=spell.member, label=spell.member.name, place=place)
        for place, spell in enumerate(full, start=1)
    ]
    group = PollGroup(
        poll=poll, branch=branch, label=f"{branch.short_name}党员"[:60], rates=Rates.ALL, size=len(spells), place=1
    )
    return subjects, [group]


def _sizes(branches: list[Organisation], on: date) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for branch_id in members_on([branch.pk for branch in branches], on).values_list("branch_id", flat=True):
        sizes[branch_id] = sizes.get(branch_id, 0) + 1
    return sizes


def _min_percent(organisation: Organisation, year: int) -> int:
    """What the year's scheme asks of an anonymous poll; 70 where it says nothing."""
    shares = shares_for_year(organisation.root_id, year)
    return round(shares.min_response_rate * 100) if shares and shares.min_response_rate else MIN_PERCENT
