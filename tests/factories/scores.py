"""A committee with branches, facts of every kind, marks and computed months: what the scoring pages are tried on."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from assessment import ledger, rollup, schemes
from assessment.models import ReviewMark
from branches.models import Organisation
from core.periods import Month
from tests.factories.assessment import after, noon, spec

TODAY = date(2026, 11, 20)
HELD = {
    "theme_day.held": 1,
    "committee_meeting.held": 1,
    "committee_meeting.first_agenda": 1,
    "integrity_education.held": 1,
}
QUARTERLY = ("general_meeting.held", "party_lecture.held", "party_affairs_meeting.held", "disclosure.published")
PAIRS = (
    ("theme_day.present", "theme_day.expected", 13),
    ("general_meeting.present", "general_meeting.expected", 13),
    ("record.on_time", "record.due", 4),
    ("dues.paid_on_time", "dues.due", 13),
    ("control_measure.on_time", "control_measure.due", 2),
    ("holiday_ack.on_time", "holiday_ack.due", 13),
    ("integrity_task.closed_on_time", "integrity_task.due", 2),
    ("suggestion.answered_in_15wd", "suggestion.due", 1),
)
PAPERS = (
    ("annual_plan.sent", 1, 20),
    ("half_year_summary.sent", 7, 2),
    ("annual_summary.sent", 12, 20),
    ("org_life_meeting.held", 2, 5),
    ("democratic_appraisal.closed", 2, 20),
    ("risk_review.sent", 4, 8),
    ("annual_party_work_meeting.held", 3, 9),
    ("party_lecture.by_secretary", 5, 6),
)


@dataclass
class Year:
    """The facts to be recorded for some branches up to a day, drawn with a seed."""

    year: int
    until: date
    seed: int = 7
    specs: list = field(default_factory=list)

    def fill(self, branch: Organisation, keenness: float) -> None:
        """Facts of one branch: the keener, the fuller and the more punctual."""
        draw = random.Random(f"{self.seed}-{branch.code}")
        for number in range(1, 13):
            month = Month(self.year, number)
            if month.first_day > self.until:
                break
            self._monthly(branch, month, keenness, draw)
        for metric, number, day in PAPERS:
            if draw.random() < keenness:
                self._tell(branch, metric, date(self.year, number, day), draw)
        if draw.random() < keenness / 3:
            self._tell(branch, "bonus.P03", date(self.year, 6, 8), draw, occurrence="H1")
        if draw.random() > keenness + 0.1:
            self._tell(branch, "penalty.N05", date(self.year, 5, 8), draw)
            self._tell(branch, "record.returned", date(self.year, 4, 8), draw)

    def _monthly(self, branch: Organisation, month: Month, keenness: float, draw: random.Random) -> None:
        for metric in HELD:
            if draw.random() < keenness:
                self._tell(branch, metric, month.first_day + timedelta(days=draw.randrange(20)), draw)
        if month.number % 3 == 2:
            for metric in QUARTERLY:
                if draw.random() < keenness:
                    self._tell(branch, metric, month.first_day + timedelta(days=draw.randrange(20)), draw)
        for done, due, size in PAIRS:
            self._tell(branch, due, month.last_day, draw, quantity=size)
            self._tell(
                branch,
                done,
                month.last_day,
                draw,
                quantity=size - (draw.random() > keenness) - (draw.random() > keenness),
            )
        for metric, count in (("member.count", 13), ("member.fields_complete", 13 - (draw.random() > keenness))):
            self._tell(branch, metric, month.last_day, draw, quantity=count)
        if draw.random() < keenness / 6:
            self._tell(branch, "joint_activity.held", month.first_day, draw)

    def _tell(
        self, branch: Organisation, metric: str, day: date, draw: random.Random, *, quantity: int = 1, **fields
    ) -> None:
        if day > self.until or quantity <= 0:
            return
        late = draw.random() > 0.95
        sent = noon(Month.of(day).next.first_day + timedelta(days=9 if late else 2))
        recent = Month.of(day) == Month.of(self.until)
        made = spec(
            branch,
            metric,
            day,
            quantity,
            label=f"{day.month}月{day.day}日记录",
            entered_at=min(sent, noon(self.until)),
            confirmed=not (recent and draw.random() < 0.4),
            **fields,
        )
        self.specs.append(made)

    def record(self) -> None:
        ledger.record_facts(self.specs, now=noon(self.until))


def mark_all(
    branch: Organisation, year: int, factor: float = 0.8, *, rules=("A3.4", "F1.2", "F2.2"), month: int = 6
) -> None:
    """One mark for each reviewer rule."""
    for code in rules:
        ReviewMark.objects.create(
            root=branch.root,
            branch=branch,
            rule_code=code,
            year=year,
            factor=int(factor * 1_000_000),
            level_code={1.0: "good", 0.8: "fair", 0.6: "plain", 0.0: "poor"}.get(factor, ""),
            counts_from=year * 100 + month,
            marked_at=noon(date(year, month, 10)),
        )


def roll(root: Organisation, *months: Month, today: date = TODAY) -> None:
    """Compute these months as they stand at the end of each (or today)."""
    for month in months:
        rollup.run(root_id=root.pk, month=month, now=min(after(month), noon(today)), thorough=True)


def scored(
    branches: list[Organisation], *, year: int = 2026, until: date = TODAY, months: list[Month] | None = None
) -> list[Month]:
    """Facts, marks and scores of these branches for a year up to a day; the months that were computed."""
    root = branches[0].root
    schemes.load_default(year)
    facts = Year(year, until)
    for n, branch in enumerate(branches):
        facts.fill(branch, 0.97 - 0.33 * (n * 7 % 10) / 10)
        if until.month >= 6 or until.year > year:
            mark_all(branch, year, (1.0, 0.8, 0.6, 0.8)[n % 4])
    facts.record()
    last = min(Month.of(until), Month(year, 12))
    months = months or Month(year, 1).until(last)
    roll(root, *months, today=until)
    return months
