"""Facts that the register knows: it stands below assessment, so assessment asks it (scoring.md, Words).

A collection compares what should be in the ledger with what is, records what is missing and reverses what no
longer holds; done twice it changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from assessment import ledger, spells
from assessment.ledger import FactSpec
from assessment.models import Fact
from assessment.rules import is_measured, thousandths
from assessment.spells import Spell, Term
from branches import selectors
from branches.models import COMMITTEE_POSTS, Appointment, BranchTerm, Membership, MemberStatus, Organisation, Post
from branches.models.organisation import Tier
from core.periods import SHANGHAI, Month
from core.periods import today as today_of

SOURCE = "register"
NO_LONGER = "登记信息更正"
STATES = ("org.term_overdue", "org.committee_missing", "org.vacancy_90d", "org.duty_not_published")
MONTH_ENDS = ("member.count", "member.fields_complete", "group_meeting.due")
REQUIRED = ("sex", "ethnicity", "born_on", "joined_on", "id_digest")  # 必填信息 (docs/adr)


@dataclass(frozen=True)
class _Register:
    """What the register holds of the branches of one committee, by branch id."""

    root_id: int
    branches: list[Organisation]
    terms: dict[int, list[Term]]
    full_members: dict[int, list[Spell]]
    secretaries: dict[int, list[Spell]]
    seats: dict[int, list[tuple[int, Spell]]]


def collect(*, root_id: int, today: date, now: datetime) -> int:
    """Bring the ledger up to what the register knows today, with the month that has just ended; facts changed."""
    month = Month.of(today)
    return sum(collect_month(root_id, one, now=now, today=today) for one in (month.previous, month))


@transaction.atomic
def collect_month(root_id: int, month: Month, *, now: datetime, today: date | None = None) -> int:
    """The states up to the end of the month (or today), and, once it has ended, what is counted at its end."""
    on = min(month.last_day, today or today_of(now))
    if on < month.first_day:
        return 0
    wanted = list(_states(_read(root_id, on), month.year, on))
    changed = _settle(root_id, STATES, date(month.year, 1, 1), on, wanted, now)
    if on < month.last_day:
        return changed
    return changed + _settle(root_id, MONTH_ENDS, month.first_day, on, list(_month_ends(root_id, month)), now)


def _read(root_id: int, on: date) -> _Register:
    branches = Organisation.objects.filter(root_id=root_id, tier=Tier.BRANCH, founded_on__lte=on)
    full = Membership.objects.filter(root_id=root_id, status=MemberStatus.FULL, from_on__lte=on)
    offices = Appointment.objects.filter(root_id=root_id, post__in=COMMITTEE_POSTS, from_on__lte=on)
    seats: dict[int, list[tuple[int, Spell]]] = defaultdict(list)
    secretaries: dict[int, list[Spell]] = defaultdict(list)
    for row in offices:
        spell = Spell(row.from_on, row.to_on)
        seats[row.organisation_id].append((row.member_id, spell))
        if row.post == Post.SECRETARY:
            secretaries[row.organisation_id].append(spell)
    members: dict[int, list[Spell]] = defaultdict(list)
    for branch_id, since, until in full.values_list("branch_id", "from_on", "to_on"):
        members[branch_id].append(Spell(since, until))
    return _Register(root_id, list(branches), _terms(root_id, on), members, secretaries, seats)


def _terms(root_id: int, on: date) -> dict[int, list[Term]]:
    """The terms of each branch; one lasts until the next begins."""
    found: dict[int, list[Term]] = defaultdict(list)
    rows = BranchTerm.objects.filter(root_id=root_id, from_on__lte=on).order_by("branch", "from_on", "term_no")
    for row in rows:
        before = found[row.branch_id]
        if before:
            before[-1] = replace(before[-1], spell=Spell(before[-1].spell.since, row.from_on - spells.ONE_DAY))
        due = max(row.due_on, row.extended_to_on or row.due_on)
        term = Term(row.pk, Spell(row.from_on), due, row.has_committee, row.seats, row.duties_published_on)
        before.append(term)
    return found


def _states(register: _Register, year: int, on: date) -> Iterator[FactSpec]:
    """Every state that held on a day of the year up to `on`."""
    for branch in register.branches:
        for metric, suffix, spell, words in _states_of(branch, register, on):
            day = spell.first_day_in(year, _last_day(branch, on))
            if day is not None:
                yield _spec(branch, metric, day, f"{suffix}:{year}", words)


def _last_day(branch: Organisation, on: date) -> date:
    return min(on, branch.dissolved_on) if branch.dissolved_on else on


def _states_of(branch: Organisation, register: _Register, on: date) -> Iterator[tuple[str, str, Spell, str]]:
    terms = register.terms.get(branch.pk, [])
    for term in terms:
        if spell := spells.overdue(term):
            yield "org.term_overdue", f"term{term.pk}", spell, f"任期{term.due_on:%Y-%m-%d}届满未换届"
        if spell := spells.unpublished(term):
            yield "org.duty_not_published", f"duty{term.pk}", spell, "委员分工未公布"
    for spell in spells.without_committee(terms, register.full_members.get(branch.pk, []), on):
        words = f"{spell.since:%Y-%m-%d}起正式党员满7人未设支委会"
        yield "org.committee_missing", f"{spell.since:%Y%m%d}", spell, words
    offices = (register.secretaries.get(branch.pk, []), register.seats.get(branch.pk, []))
    for nth, spell in spells.vacancies(terms, *offices, on):
        words = f"书记或委员缺额，至{spell.since:%Y-%m-%d}满90天未补"
        yield "org.vacancy_90d", f"{nth}-{spell.since:%Y%m%d}", spell, words


def _month_ends(root_id: int, month: Month) -> Iterator[FactSpec]:
    """Members, complete files and groups on the last day of the month, of branches that exist after it."""
    on = month.last_day
    branches = Organisation.objects.filter(root_id=root_id, tier=Tier.BRANCH, founded_on__lte=on)
    standing = {branch.pk: branch for branch in branches if is_measured(month, 1, branch.dissolved_on)}
    members: dict[int, list[Any]] = defaultdict(list)
    for spell in selectors.members_on(standing, on):
        members[spell.branch_id].append(spell.member)
    groups = selectors.groups_on(standing, on)
    for branch_id, branch in standing.items():
        people = members.get(branch_id, [])
        complete = sum(all(getattr(person, name) for name in REQUIRED) for person in people)
        yield _spec(branch, "member.count", on, str(month.key), f"{month.label}末党员", len(people))
        yield _spec(branch, "member.fields_complete", on, str(month.key), f"{month.label}末信息完整的党员", complete)
        if groups[branch_id]:
            words = f"{month.label}末在册党小组"
            yield _spec(branch, "group_meeting.due", on, str(month.key), words, len(groups[branch_id]))


def _spec(branch: Organisation, metric: str, day: date, suffix: str, words: str, quantity: int = 1) -> FactSpec:
    return FactSpec(
        root_id=branch.root_id,
        branch_id=branch.pk,
        metric=metric,
        happened_on=day,
        quantity=quantity,
        source_type=SOURCE,
        source_id=branch.pk,
        revision=1,
        suffix=suffix,
        label=words,
        url="",
        entered_at=datetime.combine(day + timedelta(days=1), time(0), SHANGHAI),  # known as it happens, never late
        confirmed=True,
    )


def _settle(root_id: int, metrics: Iterable[str], since: date, on: date, wanted: list[FactSpec], now: datetime) -> int:
    """Record what is missing, reverse what no longer holds; a fact told anew after a reversal has a later revision."""
    months = [one.key for one in Month.of(since).until(Month.of(on))]
    told = Fact.objects.filter(root_id=root_id, month__in=months, metric__code__in=metrics, source_type=SOURCE)
    told = told.filter(Q(happened_on__gte=since), Q(happened_on__lte=on)).select_related("metric", "reversal")
    revisions: dict[tuple, int] = defaultdict(int)
    live: dict[tuple, Fact] = {}
    for fact in told:
        if fact.reverses_id is not None:
            continue
        key = (fact.branch_id, fact.metric.code, fact.source_key.split(":", 3)[3])
        revisions[key] = max(revisions[key], fact.revision)
        if not hasattr(fact, "reversal"):
            live[key] = fact
    asked = {(spec.branch_id, spec.metric, spec.suffix): spec for spec in wanted}
    wrong = [fact for key, fact in live.items() if not _agrees(fact, asked.get(key))]
    missing = [
        replace(spec, revision=revisions[key] + 1)
        for key, spec in asked.items()
        if key not in live or not _agrees(live[key], spec)
    ]
    reversed_count = ledger.reverse_facts(wrong, by_id=None, reason=NO_LONGER, now=now) if wrong else 0
    return reversed_count + ledger.record_facts(missing, now=now)


def _agrees(fact: Fact, spec: FactSpec | None) -> bool:
    return spec is not None and fact.happened_on == spec.happened_on and fact.quantity == thousandths(spec.quantity)
