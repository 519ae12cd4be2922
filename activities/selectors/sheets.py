"""The month sheet (月报): the 18 items filled in from records and claims, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.urls import reverse

from activities.models import Activity, ActivityState, Claim, ClaimState, MonthSheet, SheetState
from activities.rules.claimable import ClaimKind, claim_words
from activities.rules.facts import record_label
from activities.selectors.catalogue import Catalogue, ItemTerms, catalogue_for
from activities.selectors.duties import WANTING, DutyCard, duties_of, log_url
from assessment.ledger import live_facts
from assessment.models import Fact, FactState, MonthClosing
from branches.models import Organisation
from branches.permissions import Viewer, can, visible
from core.periods import Month

SHOWN_SOURCES = 6
RECORD_OF = {"committee_talks": "heart_talk", "member": "heart_talk"}  # metrics named otherwise than their record


@dataclass(frozen=True, slots=True)
class Source:
    """One fact behind a figure: what it comes from, its day, whether confirmed, by how many days it was late."""

    label: str
    url: str
    happened_on: date
    quantity: int
    is_confirmed: bool
    lag_days: int


@dataclass(slots=True)
class Line:
    """One metric of an item in the month: its sum and the facts behind it."""

    metric: str
    name: str
    unit: str
    is_level: bool = False
    sources: list[Source] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        if self.is_level:
            return max(self.sources, key=lambda source: source.happened_on).quantity if self.sources else 0
        return sum(source.quantity for source in self.sources)

    @property
    def pending(self) -> int:
        return sum(source.quantity for source in self.sources if not source.is_confirmed)

    @property
    def is_late(self) -> bool:
        return any(source.lag_days for source in self.sources)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing the month still wants: its badge, the sentence, until when, and where to do it."""

    name: str
    state: str
    words: str
    url: str
    until: date | None = None
    is_open: bool = True  # it counts among what is missing: due by the end of this month, not later
    word: str = ""  # the badge's own word where 未开 would be odd


@dataclass(slots=True)
class SheetItem:
    """One of the 18 items in one month."""

    terms: ItemTerms
    lines: list[Line] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    claims: list[ClaimKind] = field(default_factory=list)  # may be claimed for this month and are not yet

    @property
    def sources(self) -> list[Source]:
        """What the figures come from, each record or claim once."""
        found = {(source.url, source.label): source for line in self.lines for source in line.sources}
        return list(found.values())

    @property
    def shown(self) -> list[Source]:
        return self.sources[:SHOWN_SOURCES]

    @property
    def more(self) -> int:
        return max(0, len(self.sources) - SHOWN_SOURCES)

    @property
    def state(self) -> str:
        if any(gap.is_open and gap.state in ("missing", "overdue", "returned") for gap in self.gaps):
            return "missing"
        if any(line.pending for line in self.lines):
            return "pending"
        if any(line.is_late for line in self.lines):
            return "late"
        return "done" if self.lines else "not_due"

    @property
    def state_word(self) -> str:
        return {"missing": "有缺项", "pending": "待审", "late": "补报", "done": "已计入", "not_due": "本月无"}[
            self.state
        ]


@dataclass(frozen=True, slots=True)
class Part:
    """A record or claim of the month that is not reviewed: what, in which state, where."""

    label: str
    state: str
    url: str
    late: bool = False


@dataclass(slots=True)
class Sheet:
    """One month of one branch as the page shows it."""

    branch: Organisation
    month: Month
    row: MonthSheet | None
    items: list[SheetItem]
    extras: list[Line]
    extra_claims: list[ClaimKind]
    parts: list[Part]
    cards: list[DutyCard]
    closed_at: datetime | None
    deadline: datetime
    may_send: bool
    is_own: bool = True  # an officer takes back only what they sent on behalf

    @property
    def state(self) -> str:
        return self.row.state if self.row else SheetState.OPEN

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def gaps(self) -> list[Gap]:
        return [gap for item in self.items for gap in item.gaps if gap.is_open]

    @property
    def unsent(self) -> list[Part]:
        return [part for part in self.parts if part.state in ("draft", "returned")]

    @property
    def waiting(self) -> list[Part]:
        return [part for part in self.parts if part.state == "submitted"]

    @property
    def is_late(self) -> bool:
        return bool(self.row and self.row.first_sent_at and self.row.first_sent_at >= self.deadline)

    @property
    def counted(self) -> int:
        return sum(bool(item.lines) for item in self.items)

    @property
    def can_send(self) -> bool:
        return self.may_send and self.state in (SheetState.OPEN, SheetState.RETURNED)

    @property
    def can_withdraw(self) -> bool:
        is_theirs = self.is_own or bool(self.row and self.row.on_behalf)
        return self.may_send and is_theirs and self.state == SheetState.SENT and self.closed_at is None


def sheet_of(viewer: Viewer, branch: Organisation, month: Month, *, today: date) -> Sheet:
    """The sheet of a branch the viewer may see (the caller has fetched it in scope); constant queries."""
    catalogue = catalogue_for(branch.root_id, month)
    facts = _facts(viewer, branch, month)
    cards = duties_of(viewer, branch, month, today=today)
    claims, records = _claims(viewer, branch, month), _records(viewer, branch, month)
    lines = _lines(facts, catalogue)
    items = [_item(terms, lines, cards, claims, branch, month) for terms in catalogue.items]
    _add_deadlines(items, catalogue, viewer, branch, month, today)
    claimed = {claim.metric for claim in claims}
    return Sheet(
        branch=branch,
        month=month,
        row=_row(viewer, branch, month),
        items=items,
        extras=[lines[kind.metric] for kind in catalogue.extras if kind.metric in lines],
        extra_claims=[kind for kind in catalogue.extras if kind.metric not in claimed],
        parts=[*_record_parts(records), *_claim_parts(claims, catalogue)],
        cards=cards,
        closed_at=closed_at(branch.root_id, month),
        deadline=month.record_deadline,
        may_send=can(viewer, "sheet.send", branch),
        is_own=branch.pk in viewer.own_branch_ids,
    )


def _row(viewer: Viewer, branch: Organisation, month: Month) -> MonthSheet | None:
    rows = MonthSheet.objects.filter(branch=branch, month=month.key).select_related("sent_by", "reviewed_by")
    return visible(rows, viewer).first()


def closed_at(root_id: int, month: Month) -> datetime | None:
    """When the month was closed; None while it is open."""
    closing = MonthClosing.objects.filter(root_id=root_id, month=month.key, reopened_at__isnull=True)
    return closing.values_list("closed_at", flat=True).order_by("-closed_at").first()


def month_choices(branch: Organisation, today: date, *, count: int = 15) -> list[Month]:
    """The months a sheet can be opened for, the running one first."""
    newest = Month.of(today)
    return [m for m in (newest.plus(-n) for n in range(count)) if m.last_day >= branch.founded_on]


def sheet_states(viewer: Viewer, branch: Organisation, months: Sequence[Month]) -> dict[int, str]:
    """State of the branch's sheets by month key; a month without a row is open."""
    rows = visible(MonthSheet.objects.filter(branch=branch, month__in=[m.key for m in months]), viewer)
    return dict(rows.values_list("month", "state"))


def _facts(viewer: Viewer, branch: Organisation, month: Month) -> list[Fact]:
    facts = live_facts(Fact.objects.filter(root_id=branch.root_id, branch=branch, month=month.key))
    return list(facts.select_related("metric").order_by("happened_on", "pk"))


def _lines(facts: Sequence[Fact], catalogue: Catalogue) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for fact in facts:
        code = fact.metric.code
        line = lines.setdefault(
            code, Line(code, catalogue.name_of(code), fact.metric.unit, fact.metric.kind == "level")
        )
        line.sources.append(
            Source(
                label=fact.label,
                url=fact.url,
                happened_on=fact.happened_on,
                quantity=fact.quantity,
                is_confirmed=fact.state == FactState.CONFIRMED,
                lag_days=fact.lag_days,
            )
        )
    return lines


def _item(
    terms: ItemTerms,
    lines: dict[str, Line],
    cards: Sequence[DutyCard],
    claims: Sequence[Claim],
    branch: Organisation,
    month: Month,
) -> SheetItem:
    item = SheetItem(terms, [lines[code] for code in terms.metrics if code in lines])
    for card in cards:
        if card.metric in terms.metrics and not card.is_done:
            urgent = card.state in WANTING and card.deadline <= month.last_day
            item.gaps.append(Gap(card.title, card.state, card.words, card.url, card.deadline, urgent, card.word))
    claimed = {claim.metric for claim in claims if claim.state != ClaimState.WITHDRAWN}
    item.claims = [kind for kind in terms.claims if kind.metric not in claimed]
    return item


def _add_deadlines(
    items: Sequence[SheetItem], catalogue: Catalogue, viewer: Viewer, branch: Organisation, month: Month, today: date
) -> None:
    """What the year asks for by a day: papers and once-a-year matters that nothing has been sent for."""
    wanted = {metric for item in items for metric, _ in item.terms.deadlines}
    year = Fact.objects.filter(
        branch=branch, month__gte=month.year * 100 + 1, month__lte=month.year * 100 + 12, metric__code__in=wanted
    )
    done = set(live_facts(year).values_list("metric__code", flat=True))
    for item in items:
        carded = {gap.name for gap in item.gaps}
        for metric, deadline in item.terms.deadlines:
            name = catalogue.name_of(metric)
            if metric not in done and name not in carded:
                item.gaps.append(_deadline_gap(metric, name, deadline, branch, month, today, catalogue))


def _deadline_gap(
    metric: str, name: str, deadline: date, branch: Organisation, month: Month, today: date, catalogue: Catalogue
) -> Gap:
    words = f"{deadline.month}月{deadline.day}日前"
    if deadline < today:
        state, words = "overdue", f"{words}未报，补报不再得分"
    else:
        state = "missing" if deadline <= month.last_day else "not_due"
    return Gap(
        name,
        state,
        words,
        way_to(metric, branch, month, catalogue),
        deadline,
        is_open=month.first_day <= deadline <= month.last_day,
        word="未报" if state == "missing" else "",
    )


def way_to(metric: str, branch: Organisation, month: Month, catalogue: Catalogue) -> str:
    """The form that brings a fact of this metric: a claim where it is claimed, else the record."""
    if metric in catalogue.kinds:
        return f"{reverse('activities:claim_new')}?branch={branch.pk}&metric={metric}&month={month}"
    subject = metric.partition(".")[0]
    return log_url(RECORD_OF.get(subject, subject), branch.pk)


def _records(viewer: Viewer, branch: Organisation, month: Month) -> list[Activity]:
    records = visible(Activity.objects.filter(branch=branch, month=month.key), viewer)
    records = records.filter(state__in=(ActivityState.DRAFT, ActivityState.SUBMITTED, ActivityState.RETURNED))
    return list(records.select_related("kind").order_by("held_on", "pk"))


def _claims(viewer: Viewer, branch: Organisation, month: Month) -> list[Claim]:
    claims = visible(Claim.objects.filter(branch=branch, month=month.key), viewer)
    return list(claims.exclude(state=ClaimState.WITHDRAWN).order_by("happened_on", "pk"))


def _record_parts(records: Sequence[Activity]) -> list[Part]:
    return [
        Part(
            record_label(record.held_on, record.kind.name, record.title),
            record.state,
            reverse("activities:detail", args=[record.pk]),
            record.is_late,
        )
        for record in records
    ]


def _claim_parts(claims: Sequence[Claim], catalogue: Catalogue) -> list[Part]:
    return [
        Part(
            f"{claim.happened_on.month}月{claim.happened_on.day}日 申报 {claim_words(claim.metric, claim.base_metric, catalogue.names)}",
            claim.state,
            reverse("activities:claim", args=[claim.pk]),
            claim.is_late,
        )
        for claim in claims
        if claim.state in (ClaimState.DRAFT, ClaimState.RETURNED, ClaimState.SUBMITTED)
    ]


def figures_of(sheet: Sheet) -> dict[str, dict[str, int]]:
    """What the sheet says, as it is kept when it is sent: item → metric → thousandths."""
    by_item: dict[str, dict[str, int]] = defaultdict(dict)
    for item in sheet.items:
        for line in item.lines:
            by_item[item.terms.code][line.metric] = line.quantity
    return dict(by_item)
