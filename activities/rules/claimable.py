"""Which metrics come from a feature of the portal, so that nobody claims them; all others are claimed (申报)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# What the registers know (assessment/collect.py).
FROM_REGISTERS = frozenset(
    {
        "org.term_overdue",
        "org.committee_missing",
        "org.vacancy_90d",
        "org.duty_not_published",
        "member.count",
        "member.fields_complete",
        "group_meeting.due",
    }
)
# What records of organisational life say, and what their handling leaves.
FROM_RECORDS = frozenset(
    {
        "committee_meeting.held",
        "committee_meeting.first_agenda",
        "party_affairs_meeting.held",
        "annual_party_work_meeting.held",
        "annual_plan.sent",
        "half_year_summary.sent",
        "annual_summary.sent",
        "record.due",
        "record.on_time",
        "record.returned",
        "record.late_backfill",
        "record.attachment_missing",
        "record.false",
        "org_life_meeting.held",
        "member.talked",
        "committee_talks.complete",
        "disclosure.published",
        "general_meeting.held",
        "general_meeting.expected",
        "general_meeting.present",
        "group_meeting.held",
        "party_lecture.held",
        "party_lecture.by_secretary",
        "theme_day.held",
        "theme_day.expected",
        "theme_day.present",
        "integrity_education.held",
        "joint_activity.held",
    }
)
# What the reviews of the year report: the secretary's report, the appraisal of members.
FROM_REVIEWS = frozenset({"accountability_report.sent", "democratic_appraisal.closed"})
REPORTED = FROM_REGISTERS | FROM_RECORDS | FROM_REVIEWS


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """One thing that can be claimed: its metric, and the denominator it is claimed with where the scheme has one."""

    metric: str
    name: str
    unit: str
    base_metric: str = ""
    base_name: str = ""
    is_level: bool = False
    is_extra: bool = False
    lowers: bool = False  # a deduction or a penalty
    evidence: str = ""
    item: str = ""

    @property
    def needs_occurrence(self) -> bool:
        """Honours and penalties name their occasion, so that one occasion honoured twice counts once."""
        return self.is_extra

    @property
    def is_once_a_month(self) -> bool:
        """Totals of a month: a second claim would count the same people or things twice."""
        return bool(self.base_metric) or self.is_level

    @property
    def label(self) -> str:
        """As the form offers it: 应交党费、其中按月足额交纳的（人次）."""
        name = self.name.split("（最低")[0]
        both = f"{self.base_name}、{name}" if self.base_metric else name
        return f"{both}（{self.unit}）" if self.unit else both


def short_name(name: str) -> str:
    """A metric's name without 其中 and without the remark in brackets."""
    return name.removeprefix("其中").split("（")[0]


def claim_words(metric: str, base_metric: str, names: Mapping[str, str]) -> str:
    """What a claim is about: 应交党费：按月足额交纳的, or the metric's name alone."""
    name = short_name(names.get(metric, metric))
    return f"{short_name(names.get(base_metric, base_metric))}：{name}" if base_metric else name


def quantity_fault(kind: ClaimKind, quantity: int, base: int) -> str:
    """What cannot be right about the numbers (thousandths), in words; "" if nothing."""
    whole = not kind.unit.startswith("小时")
    if quantity < 0 or base < 0:
        return "数量不能小于0。"
    if whole and (quantity % 1000 or base % 1000):
        return f"数量应填整数（单位：{kind.unit}）。"
    if not kind.base_metric:
        return "" if quantity > 0 or kind.is_level else "数量应大于0。"
    if base == 0:
        return f"“{kind.base_name}”应大于0；没有应办的，不用申报。"
    if quantity > base:
        return f"“{short_name(kind.name)}”{quantity // 1000}多于“{kind.base_name}”{base // 1000}，请核对两个数。"
    return ""


def natural_key(kind: ClaimKind, *, branch_id: int, month: int, occurrence: str) -> str | None:
    """What makes a claim the same as another one that stands; None where several are right."""
    if kind.is_once_a_month:
        return f"{branch_id}:{kind.metric}:{month}"
    if kind.needs_occurrence and occurrence:
        return f"{branch_id}:{kind.metric}:{occurrence}"
    return None
