"""The members of one branch with their scores and credits, for its committee: in the order of the roster, without ranks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Sum
from django.http import Http404

from assessment.members import schemes
from assessment.members.schemes import StudyPlan
from assessment.models import MemberClass, MemberMonth, MemberSum
from assessment.rules.study import CreditTerms, alert_on, alerts_of, collective_hours, credits_of
from assessment.selectors.frame import frame_of
from assessment.selectors.members import (
    HALF_YEAR,
    committee_branch_ids,
    member_scores,
    quantity,
    shown_total,
)
from branches.models import Organisation
from branches.permissions import Viewer, visible
from core.periods import Month

ALERT_WORDS = {"yellow": "黄色提醒", "orange": "橙色提醒", "red": "红色提醒"}


@dataclass(frozen=True)
class MemberRow:
    """One member of the table; score None where the class is not scored or nothing is due."""

    member_id: int
    name: str
    number: str
    class_code: str
    class_name: str
    is_scored: bool
    score: Decimal | None
    provisional: Decimal | None
    required: Decimal
    elective: Decimal
    hours: Decimal
    credits: Decimal
    minimum: Decimal
    hours_minimum: Decimal
    alert: str = ""

    @property
    def is_met(self) -> bool:
        """达标: the year's minimum of credits and of collective hours is reached."""
        return self.credits >= self.minimum and self.hours >= self.hours_minimum

    @property
    def alert_words(self) -> str:
        return ALERT_WORDS.get(self.alert, "")


@dataclass(frozen=True)
class MemberTable:
    """A branch's members at one month."""

    branch: Organisation
    month: Month
    rows: tuple[MemberRow, ...]
    months: tuple[Month, ...]
    classes: tuple[MemberClass, ...]
    scheme_label: str

    @property
    def met(self) -> int:
        return sum(row.is_met for row in self.rows)


def table_branches(viewer: Viewer) -> list[Organisation]:
    """The branches whose members' table the viewer may open."""
    return list(Organisation.objects.filter(pk__in=committee_branch_ids(viewer)).order_by("sort_key", "code"))


def latest_member_month(viewer: Viewer, root_id: int) -> Month | None:
    """The last month computed for the members of a committee, up to the viewer's day."""
    months = MemberMonth.objects.filter(root_id=root_id, month__lte=Month.of(viewer.today).key)
    last = months.aggregate(last=Max("month"))["last"]
    return Month.from_key(last) if last else None


def member_table(viewer: Viewer, branch_id: int, month: Month) -> MemberTable:
    """The table of a branch at a month; 404 for who does not sit in its committee, or where nothing was computed."""
    branch = Organisation.objects.filter(pk=branch_id).first()
    if branch is None or not (viewer.is_system or branch_id in committee_branch_ids(viewer)):
        raise Http404
    scheme = schemes.scheme_for(branch.root_id, month)
    rows = MemberMonth.objects.filter(root_id=branch.root_id, month=month.key, branch_id=branch_id)
    standings = list(visible(rows, viewer).select_related("member").order_by("member__member_no"))
    if scheme is None or not standings:
        raise Http404
    study = schemes.study_plan(scheme)
    months = MemberMonth.objects.filter(root_id=branch.root_id, branch_id=branch_id).values_list("month", flat=True)
    return MemberTable(
        branch,
        month,
        tuple(_rows(viewer, scheme, study, month, standings)),
        tuple(Month.from_key(key) for key in sorted(set(months.distinct()), reverse=True)),
        tuple(study.classes.values()),
        f"{scheme.name} {scheme.year} 第{scheme.version}版",
    )


def _rows(viewer: Viewer, scheme, study: StudyPlan, month: Month, standings: list[MemberMonth]) -> Iterable[MemberRow]:
    root_id, ids = standings[0].root_id, [row.member_id for row in standings]
    half = [Month(month.year, HALF_YEAR)] if month.number == 12 else []
    scores = member_scores(root_id, [month, *half], ids)
    units = units_by_member(root_id, study, month, ids)
    frame = frame_of(scheme)
    alerts, is_now = alerts_of(study.alerts), Month.of(viewer.today) == month
    for row in standings:
        mine = units[row.member_id]
        credits, required = _credits(study, mine)
        alert = alert_on(viewer.today, alerts, credits, row.credits_minimum) if is_now else None
        klass = study.classes.get(row.class_code)
        yield MemberRow(
            member_id=row.member_id,
            name=row.member.name,
            number=row.member.member_no,
            class_code=row.class_code,
            class_name=klass.name if klass else row.class_code,
            is_scored=row.is_measured,
            score=shown_total(scheme, scores, row.member_id, month) if row.is_measured else None,
            provisional=scores.figures(frame, month, row.member_id)[1].shown if row.is_measured else None,
            required=quantity(required),
            elective=quantity(credits - required),
            hours=quantity(collective_hours(_terms(study), mine)),
            credits=quantity(credits),
            minimum=quantity(row.credits_minimum),
            hours_minimum=quantity(row.hours_minimum),
            alert=alert.level if alert else "",
        )


def _terms(study: StudyPlan) -> list[CreditTerms]:
    return [CreditTerms(kind.metric_id, kind.rate, kind.is_collective, kind.cap_year) for kind in study.kinds]


def _credits(study: StudyPlan, units: dict[int, int]) -> tuple[int, int]:
    """All credits and those of required study (thousandths)."""
    total = required = 0
    for kind, terms in zip(study.kinds, _terms(study), strict=True):
        mine = credits_of(terms, units.get(kind.metric_id, 0))
        total += mine
        required += mine if kind.is_required else 0
    return total, required


def units_by_member(
    root_id: int, study: StudyPlan, month: Month, member_ids: Iterable[int]
) -> dict[int, dict[int, int]]:
    """Confirmed units (thousandths) of the year to date by member and credit metric; one query."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = MemberSum.objects.filter(
        root_id=root_id,
        month__range=(Month(month.year, 1).key, month.key),
        member_id__in=list(member_ids),
        metric_id__in=study.credit_metrics,
    )
    for member_id, metric_id, total in (
        rows.order_by().values_list("member_id", "metric_id").annotate(total=Sum("confirmed"))
    ):
        found[member_id][metric_id] = total
    return found
