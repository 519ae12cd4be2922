"""What each person's home shows: selectors of the apps put side by side, nothing worked out anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q
from django.urls import reverse

from activities.models import Activity, ActivityState, Attendance, AttendanceStatus, MonthSheet, SheetState
from activities.selectors.duties import BranchDuties, DutyCard, duties_of, duty_count, duty_overview
from assessment.models import MonthClosing
from assessment.selectors.trend import latest_month, trend
from branches.models import Member, Organisation, User
from branches.permissions import Viewer, can, visible, visible_branches
from branches.rules import Role
from core.models import JobRun
from core.periods import Month
from notices.models import Notice
from notices.selectors import inbox
from portal.navigation import url_of
from portal.standing import Standing, standing_of

NOTICES = 5
RECORDS = 6
DEADLINE_DAY = 5  # of the next month (scoring.md, Late entry)
PRESENT = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
SENT = (SheetState.SENT, SheetState.REVIEWED)


@dataclass(frozen=True)
class BranchHome:
    """The workbench of a secretary or a member of a branch committee."""

    branch: Organisation
    month: Month
    today: date
    cards: list[DutyCard]
    sheets: dict[int, str]
    can_log: bool
    records: list[Activity]
    notices: list[Notice]
    standing: Standing | None

    @property
    def done(self) -> int:
        return duty_count(self.cards, self.month.last_day)[0]

    @property
    def missing(self) -> int:
        return duty_count(self.cards, self.month.last_day)[1]

    @property
    def deadline_words(self) -> str:
        return _deadline_words(self.month)

    @property
    def sheet_state(self) -> str:
        return self.sheets.get(self.month.key, SheetState.OPEN)

    @property
    def sheet_word(self) -> str:
        return str(SheetState(self.sheet_state).label)

    @property
    def sheet_url(self) -> str:
        return _sheet_url(self.branch, self.month)

    @property
    def late_month(self) -> Month | None:
        """The month before, while its sheet has not been sent."""
        before = self.month.previous
        began = self.branch.root.go_live_month or 0 if self.branch.root else 0
        if before.key < began or before.last_day < self.branch.founded_on:
            return None
        return None if self.sheets.get(before.key) in SENT else before

    @property
    def late_url(self) -> str:
        return _sheet_url(self.branch, self.month.previous)

    @property
    def late_deadline(self) -> str:
        """When the month before may still be sent in time; empty when that is over."""
        return _deadline_words(self.month.previous) if self.today.day <= DEADLINE_DAY else ""


def _deadline_words(month: Month) -> str:
    return f"{month.next.number}月{DEADLINE_DAY}日24:00"


def _sheet_url(branch: Organisation, month: Month) -> str:
    return reverse("activities:sheet", args=[branch.pk, month])


@dataclass(frozen=True)
class CommitteeHome:
    """The home of the committee's officer, or of a leader for the own patch."""

    root: Organisation
    month: Month
    branches: list[BranchDuties]
    notices: list[Notice]
    is_officer: bool
    open_months: list[Month]
    means: list[tuple[Month, Decimal | None]]

    @property
    def mean(self) -> tuple[Month, Decimal] | None:
        """The last month with a mean score, and that score."""
        return next(((month, score) for month, score in reversed(self.means) if score is not None), None)

    @property
    def trend(self) -> dict[str, object] | None:
        """The chart of the mean scores, with its table; None while there is nothing to compare."""
        known = [(f"{month.number}月", score) for month, score in self.means if score is not None]
        return _trend_chart(known) if len(known) > 1 else None

    @property
    def sent(self) -> int:
        return sum(one.is_sent for one in self.branches)

    @property
    def unsent(self) -> list[BranchDuties]:
        return [one for one in self.branches if not one.is_sent]

    @property
    def lacking(self) -> list[BranchDuties]:
        """Branches with something not done, the most first."""
        return sorted((one for one in self.branches if one.missing), key=lambda one: -len(one.missing))

    @property
    def overview_url(self) -> str:
        return url_of("assessment:overview")

    @property
    def months_url(self) -> str:
        return url_of("assessment:months")


def home_of(viewer: Viewer) -> tuple[str, dict[str, object]]:
    """Template and context of the viewer's home: the highest of their roles decides."""
    if viewer.is_a(Role.OFFICER, Role.LEADER):
        return "portal/home_committee.html", {"home": committee_home(viewer)}
    if viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE):
        return "portal/home_branch.html", {"home": branch_home(viewer)}
    if viewer.is_a(Role.ADMINISTRATOR):
        return "portal/home_administrator.html", {"home": administrator_home(viewer)}
    return "portal/home_member.html", {"home": member_home(viewer)}


def branch_home(viewer: Viewer) -> BranchHome:
    """The month at hand of the branch the viewer works for."""
    branch = visible(Organisation.objects.filter(pk=viewer.home_branch_id), viewer).select_related("root").get()
    month = Month.of(viewer.today)
    return BranchHome(
        branch=branch,
        month=month,
        today=viewer.today,
        cards=duties_of(viewer, branch, month, today=viewer.today),
        sheets=_sheet_states(viewer, branch, month),
        can_log=can(viewer, "activity.log", branch),
        records=_unfinished(viewer, branch),
        notices=latest_notices(viewer),
        standing=standing_of(viewer, branch),
    )


def _sheet_states(viewer: Viewer, branch: Organisation, month: Month) -> dict[int, str]:
    """Month key → state of the sheet, for this month and the one before."""
    keys = [month.key, month.previous.key]
    sheets = MonthSheet.objects.filter(root=branch.root_id, branch=branch, month__in=keys)
    return dict(visible(sheets, viewer).values_list("month", "state"))


def _unfinished(viewer: Viewer, branch: Organisation) -> list[Activity]:
    """Records the branch still has to send: drafts and what came back, the latest first."""
    rows = Activity.objects.filter(root=branch.root_id, branch=branch, state__in=ActivityState.editable())
    return list(visible(rows, viewer).select_related("kind").order_by("-held_on", "-pk")[:RECORDS])


def committee_home(viewer: Viewer) -> CommitteeHome:
    """How far the branches under the viewer's eyes are with the month before this one."""
    root = Organisation.objects.get(pk=viewer.root_id)
    month = Month.of(viewer.today).previous
    return CommitteeHome(
        root=root,
        month=month,
        branches=duty_overview(viewer, root, month, today=viewer.today),
        notices=latest_notices(viewer),
        is_officer=viewer.is_a(Role.OFFICER),
        open_months=_open_months(root, month),
        means=_means(viewer, root),
    )


def _means(viewer: Viewer, root: Organisation) -> list[tuple[Month, Decimal | None]]:
    """The mean confirmed score of the branches the viewer sees, month by month of the year at hand."""
    month = latest_month(root.pk)
    return trend(root.pk, month, visible_branches(viewer, "overview").values("pk")) if month else []


def _trend_chart(points: list[tuple[str, Decimal]]) -> dict[str, object]:
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [name for name, _ in points]},
        "yAxis": {"type": "value", "scale": True},
        "series": [{"type": "line", "name": "平均得分", "data": [float(score) for _, score in points]}],
    }
    return {"option": option, "headings": ["月份", "平均得分"], "rows": points}


def _open_months(root: Organisation, last: Month) -> list[Month]:
    """Months of this year and up to `last` that are over and not closed."""
    first = max(Month(last.year, 1).key, root.go_live_month or 0)
    closed = MonthClosing.objects.filter(root=root, month__range=(first, last.key), reopened_at__isnull=True)
    done = set(closed.values_list("month", flat=True))
    return [month for month in Month.from_key(first).until(last) if month.key not in done]


def latest_notices(viewer: Viewer) -> list[Notice]:
    return list(inbox(viewer.user_id)[:NOTICES]) if viewer.user_id else []


@dataclass(frozen=True)
class AdministratorHome:
    """Accounts in figures; no business data."""

    active: int
    disabled: int
    untouched: int
    notices: list[Notice]
    failed_jobs: list[JobRun]


def administrator_home(viewer: Viewer) -> AdministratorHome:
    """How many accounts there are of each kind, and which scheduled jobs failed lately."""
    accounts = visible(User.objects.all(), viewer).order_by()
    counts = accounts.aggregate(
        active=Count("pk", filter=Q(is_active=True)),
        disabled=Count("pk", filter=Q(is_active=False)),
        untouched=Count("pk", filter=Q(is_active=True, must_change_password=True)),
    )
    failed = JobRun.objects.filter(state=JobRun.State.FAILED).order_by("-started_at")
    return AdministratorHome(**counts, notices=latest_notices(viewer), failed_jobs=list(failed[:NOTICES]))


@dataclass(frozen=True)
class MemberHome:
    """A member's own year: where they were, and their messages."""

    member: Member | None
    year: int
    attendances: list[Attendance]
    notices: list[Notice]

    @property
    def due(self) -> int:
        return sum(one.status != AttendanceStatus.EXCLUDED for one in self.attendances)

    @property
    def present(self) -> int:
        return sum(one.status in PRESENT for one in self.attendances)

    @property
    def file_url(self) -> str:
        return reverse("branches:member", args=[self.member.pk]) if self.member else ""


def member_home(viewer: Viewer) -> MemberHome:
    """The attendance of the viewer alone in reviewed records of this year."""
    year = viewer.today.year
    rows = Attendance.objects.filter(
        member_id=viewer.member_id or 0,
        activity__state=ActivityState.APPROVED,
        activity__month__range=(Month(year, 1).key, Month(year, 12).key),
    )
    member = visible(Member.objects.filter(pk=viewer.member_id or 0), viewer).select_related("branch").first()
    attended = rows.select_related("activity__kind", "branch").order_by("-activity__held_on", "-pk")
    return MemberHome(member, year, list(attended), latest_notices(viewer))
