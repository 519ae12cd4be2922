"""What a person's calendar program is told: the duties in the own scope, without any person's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from activities.models import CalendarFeed
from activities.rules.yearplan import DUE, FILLED, LACKING, NOT_DUE, PlanLine
from activities.selectors.yearplan import Plan, committee_plan, plans_of, read_plans
from branches.models import Organisation, Tier
from branches.permissions import Viewer, sees, visible
from branches.rules import Role

STATUS_WORDS = {"done": "已办", "late": "已办（补报）", "pending": "已报待审", "lacking": "没有办"}
NEXT_YEAR_FROM = 11  # from November on the coming year is in the calendar as well


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One day's entry: `uid` stays the same as long as the duty does."""

    uid: str
    day: date
    summary: str
    description: str
    url: str


def feed_of(viewer: Viewer) -> CalendarFeed | None:
    """The person's own live calendar address."""
    return visible(CalendarFeed.objects.filter(revoked_at=None), viewer).first()


def feed_by_digest(digest: str) -> CalendarFeed | None:
    """The live feed of a secret; whoever has the secret is its owner, so there is no other scope to start from."""
    return CalendarFeed.objects.select_related("user").filter(digest=digest, revoked_at=None).first()


def feed_events(viewer: Viewer, *, today: date) -> list[FeedEvent]:
    """Own branches duty by duty; for officers and leaders one entry a month and duty with how many have not done it."""
    root = Organisation.objects.filter(pk=viewer.root_id).first() if viewer.root_id else None
    if root is None:
        return []
    years = [today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])]
    return [event for year in years for event in _events(viewer, root, year, today)]


def _events(viewer: Viewer, root: Organisation, year: int, today: date) -> Iterator[FeedEvent]:
    for plan in _own_plans(viewer, year, today):
        for line in plan.lines:
            yield _line_event(plan, line)
    if viewer.is_a(Role.OFFICER) and sees(viewer, root):  # an officer of one part has no plan of the whole
        plan = committee_plan(viewer, root, year, today=today)
        yield from (_line_event(plan, line) for line in plan.lines)
    if viewer.is_a(Role.OFFICER, Role.LEADER):
        others = [p for p in read_plans(viewer, root, year, today=today) if p.organisation.pk not in _own_ids(viewer)]
        yield from _summaries(others, year)


def _own_ids(viewer: Viewer) -> set[int]:
    return {*viewer.places(Role.SECRETARY), *viewer.places(Role.BRANCH_COMMITTEE)}


def _own_plans(viewer: Viewer, year: int, today: date) -> list[Plan]:
    branches = Organisation.objects.filter(pk__in=_own_ids(viewer), tier=Tier.BRANCH).select_related("root")
    branches = list(branches.filter(founded_on__lte=date(year, 12, 31)).order_by("sort_key", "code"))
    return plans_of(branches[0].root, branches, year, today=today) if branches else []


def _line_event(plan: Plan, line: PlanLine) -> FeedEvent:
    state = STATUS_WORDS.get(line.status, f"应于{line.due_on.month}月{line.due_on.day}日前")
    page = "activities:plan_committee" if plan.organisation.tier != Tier.BRANCH else "activities:plan_branch"
    args = [plan.year] if plan.organisation.tier != Tier.BRANCH else [plan.year, plan.organisation.pk]
    prefix = "" if line.status in (DUE, NOT_DUE) else f"{STATUS_WORDS[line.status]}："
    return FeedEvent(
        uid=f"plan-{plan.organisation.pk}-{plan.year}-{line.key}",
        day=line.day,
        summary=f"{prefix}{line.title}",
        description=f"{plan.organisation.short_name}，{state}",
        url=f"{reverse(page, args=args)}#m{line.month}",
    )


def _summaries(plans: Iterable[Plan], year: int) -> Iterator[FeedEvent]:
    """One entry for each duty and due day over all these branches."""
    found: dict[tuple[str, str, date], list[PlanLine]] = defaultdict(list)
    for plan in plans:
        for line in plan.lines:
            found[line.code, line.name, line.due_on].append(line)
    for (code, name, due_on), lines in sorted(found.items(), key=lambda one: (one[0][2], one[0][0])):
        filled = sum(line.status in FILLED for line in lines)
        lacking = sum(line.status == LACKING for line in lines)
        words = f"{len(lines)}项已办{filled}项" + (f"，缺{lacking}项" if lacking else "")
        yield FeedEvent(
            uid=f"sum-{year}-{code}-{due_on:%Y%m%d}",
            day=due_on,
            summary=f"{name}到期：{words}",
            description=f"您负责的支部，{words}",
            url=f"{reverse('activities:plan_year', args=[year])}?duty={code}",
        )
