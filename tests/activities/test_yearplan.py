"""Year plans read from records, facts, marks and what was planned; planning itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from activities.models import PlanEntry
from activities.reminders import four_one_reminders, remind
from activities.rules.yearplan import DONE, DUE, LACKING, LATE, NOT_DUE, PENDING
from activities.selectors.yearplan import branch_plan, committee_plan, plan_matrix, read_plans
from activities.services.plans import plan_duty
from assessment.models import ReviewMark
from branches.models import Post
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories import activities as records
from tests.factories.branches import (
    TODAY,
    AppointmentFactory,
    BranchFactory,
    Cast,
    GroupFactory,
    MemberFactory,
    TermFactory,
)

NOW = records.NOW
YEAR = 2026


@pytest.fixture
def scheme(cast: Cast) -> Cast:
    records.load_scheme(cast.root)
    return cast


def plan_of(cast: Cast, who: str = "secretary", today: date = TODAY):
    return branch_plan(cast.viewer(who), cast.branch, YEAR, today=today)


def status(plan, key: str) -> str:
    line = plan.line(key)
    assert line is not None, key
    return line.status


def test_each_month_of_a_monthly_duty_is_one_line(scheme: Cast) -> None:
    records.approved(scheme, held_on=date(2026, 10, 14), now=records.at(date(2026, 10, 20)))
    records.sent(scheme, held_on=date(2026, 11, 12))
    records.approved(scheme, held_on=date(2026, 9, 10), now=records.at(date(2026, 10, 12)))
    plan = plan_of(scheme)
    lines = [line for line in plan.lines if line.code == "theme_day"]
    assert len(lines) == 12
    assert status(plan, "theme_day~202610") == DONE
    assert status(plan, "theme_day~202611") == PENDING
    assert status(plan, "theme_day~202609") == LATE
    assert status(plan, "theme_day~202608") == LACKING
    assert status(plan, "theme_day~202612") == NOT_DUE
    done = plan.line("theme_day~202610")
    assert done and (done.happened_on, done.month) == (date(2026, 10, 14), 10)
    assert done.url.startswith("/activities/") and done.evidence == "主题党日记录"


def test_running_month_is_due_until_its_end(scheme: Cast) -> None:
    assert status(plan_of(scheme, today=date(2026, 11, 30)), "theme_day~202611") == DUE
    assert status(plan_of(scheme, today=date(2026, 12, 1)), "theme_day~202611") == LACKING


def test_quarterly_meeting_stands_where_it_was_held(scheme: Cast) -> None:
    records.approved(scheme, "general_meeting", held_on=date(2026, 10, 9), now=records.at(date(2026, 10, 12)))
    line = plan_of(scheme).line("general_meeting~202612")
    assert line and (line.status, line.month, line.due_on) == (DONE, 10, date(2026, 12, 31))


def test_committee_meetings_only_where_there_is_a_committee(scheme: Cast) -> None:
    assert not [line for line in plan_of(scheme).lines if line.code == "committee_meeting"]
    TermFactory(branch=scheme.branch, from_on=date(2026, 8, 3))
    found = [line.key for line in plan_of(scheme).lines if line.code == "committee_meeting"]
    assert found == [f"committee_meeting~{key}" for key in range(202608, 202613)]


def test_groups_have_lines_of_their_own_with_their_leader(scheme: Cast) -> None:
    group = GroupFactory(parent=scheme.branch, founded_on=date(2026, 11, 1))
    member = MemberFactory(branch=scheme.branch, group=group, name="周组长")
    AppointmentFactory(member=member, organisation=group, post=Post.GROUP_LEADER)
    lines = [line for line in plan_of(scheme).lines if line.code == "group_meeting"]
    assert [(line.key, line.owner) for line in lines] == [
        (f"group_meeting~202611~{group.pk}", "周组长"),
        (f"group_meeting~202612~{group.pk}", "周组长"),
    ]


def test_every_line_has_one_named_owner(scheme: Cast) -> None:
    plan = plan_of(scheme)
    assert {line.owner for line in plan.lines} == {"王书记", "机关党委"}
    assert [line.code for line in plan.lines if line.owner == "机关党委"] == ["accountability_review"]


def test_four_ones_are_seven_lines(scheme: Cast) -> None:
    plan = plan_of(scheme)
    assert [(one.code, len(one.lines)) for one in plan.four_ones] == [
        ("annual_party_work_meeting", 1),
        ("party_affairs_meeting", 4),
        ("accountability_report", 1),
        ("accountability_review", 1),
    ]
    assert plan.four_tally.total == 7


def test_appraisal_of_the_secretary_is_met_by_the_mark(scheme: Cast) -> None:
    key = f"accountability_review~{YEAR}"
    assert status(plan_of(scheme), key) == NOT_DUE
    assert status(plan_of(scheme, today=date(2027, 2, 1)), key) == LACKING
    ReviewMark.objects.create(
        root=scheme.root, branch=scheme.branch, rule_code="A3.4", year=YEAR, factor=1_000_000,
        counts_from=202612, marked_at=records.at(date(2027, 1, 20)),
    )  # fmt: skip
    assert status(plan_of(scheme, today=date(2027, 2, 1)), key) == DONE
    other = branch_plan(scheme.viewer("officer"), scheme.other_branch, YEAR, today=date(2027, 2, 1))
    assert status(other, key) == LACKING


def test_papers_stand_by_the_deadline_of_the_scheme(scheme: Cast) -> None:
    line = plan_of(scheme).line(f"half_year_summary.sent~{YEAR}")
    assert line and (line.due_on, line.status, line.month) == (date(2026, 7, 10), LACKING, 7)
    codes = [line.code for line in plan_of(scheme).lines]
    assert "annual_party_work_meeting.held" not in codes  # the duty covers it, once


def test_new_branch_is_not_blamed_for_the_period_of_its_founding(scheme: Cast) -> None:
    branch = BranchFactory(parent=scheme.root, founded_on=date(2026, 4, 10))
    plan = branch_plan(scheme.viewer("officer"), branch, YEAR, today=TODAY)
    lines = {line.key: line for line in plan.lines}
    assert "theme_day~202604" not in lines
    assert lines["theme_day~202605"].status == LACKING
    assert lines["general_meeting~202606"].status == NOT_DUE
    assert lines["general_meeting~202609"].status == LACKING
    assert f"annual_plan.sent~{YEAR}" not in lines


def test_plan_of_another_branch_is_not_there(scheme: Cast) -> None:
    for who in ("other_secretary", "outsider", "member", "administrator", "stranger"):
        with pytest.raises(Http404):
            plan_of(scheme, who)


def test_matrix_has_the_branches_in_scope_and_its_sums_agree(scheme: Cast) -> None:
    records.approved(scheme, held_on=date(2026, 10, 14), now=records.at(date(2026, 10, 20)))
    officer = plan_matrix(scheme.viewer("officer"), scheme.root, YEAR, today=TODAY)
    leader = plan_matrix(scheme.viewer("leader"), scheme.root, YEAR, today=TODAY)
    assert {row.plan.organisation for row in officer.rows} == {scheme.branch, scheme.other_branch, scheme.far_branch}
    assert {row.plan.organisation for row in leader.rows} == {scheme.branch, scheme.other_branch}
    for row in officer.rows:
        assert row.total.total == sum(cell.tally.total for cell in row.cells) == len(row.plan.lines)
        assert row.total.filled == sum(cell.tally.filled for cell in row.cells)
    assert officer.total.total == sum(cell.tally.total for cell in officer.columns)
    assert officer.total.total == sum(row.total.total for row in officer.rows)
    only = plan_matrix(scheme.viewer("officer"), scheme.root, YEAR, today=TODAY, code="theme_day")
    assert [row.total.total for row in only.rows] == [12, 12, 12]
    assert (only.total.filled, only.columns[9].tally.filled) == (1, 1)


def test_number_of_queries_does_not_follow_the_branches(scheme: Cast, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    viewer = scheme.viewer("officer")
    read_plans(viewer, scheme.root, YEAR, today=TODAY)
    with CaptureQueriesContext(
        connection,
    ) as before:
        read_plans(viewer, scheme.root, YEAR, today=TODAY)
    for _ in range(3):
        TermFactory(branch=BranchFactory(parent=scheme.root))
    with django_assert_num_queries(len(before)):
        read_plans(viewer, scheme.root, YEAR, today=TODAY)
    assert len(before) <= 22


# -- planning ------------------------------------------------------------------------------------------


def set_line(cast: Cast, key: str = "theme_day~202612", *, by: str = "secretary", **more):
    organisation = more.pop("organisation", cast.branch)
    return plan_duty(actor=cast.viewer(by), organisation=organisation, year=YEAR, key=key, now=NOW, **more)


def test_planned_day_and_owner_stand_in_the_plan(scheme: Cast) -> None:
    owner = scheme.committee_member.member
    set_line(scheme, "org_life_meeting~202612", planned_on=date(2026, 12, 18), owner=owner, note="会前谈心")
    line = plan_of(scheme).line("org_life_meeting~202612")
    assert line and (line.planned_on, line.owner, line.note) == (date(2026, 12, 18), "赵委员", "会前谈心")
    assert line.words == "计划12月18日，12月31日前"
    entry = AuditEntry.objects.get(action="year_plan.set")
    assert (entry.actor_name, entry.branch_id) == ("王书记", scheme.branch.pk)


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
def test_planned_day_lies_before_the_deadline_in_the_year(scheme: Cast, day: date) -> None:
    with pytest.raises(InvalidInput):
        set_line(scheme, planned_on=day)
    assert not PlanEntry.objects.exists()


def test_owner_must_be_of_the_branch(scheme: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_line(scheme, owner=scheme.other_secretary.member)
    assert "owner" in refused.value.fields


def test_branch_cannot_tick_its_own_duty(scheme: Cast) -> None:
    with pytest.raises(InvalidInput):
        set_line(scheme, "theme_day~202611", done_on=TODAY, evidence="口头")


def test_second_writer_is_told(scheme: Cast) -> None:
    first = set_line(scheme, planned_on=date(2026, 12, 11))
    with pytest.raises(Conflict):
        set_line(scheme, planned_on=date(2026, 12, 12), by="committee_member")
    assert set_line(scheme, planned_on=date(2026, 12, 12), version=first.version).version == 2


def test_who_may_plan(scheme: Cast) -> None:
    for by in ("leader",):
        with pytest.raises(Refused):
            set_line(scheme, by=by)
    for by in ("other_secretary", "outsider", "stranger"):
        with pytest.raises(Http404):
            set_line(scheme, by=by)
    with pytest.raises(Http404):
        set_line(scheme, "theme_day~202613")


def test_committee_ticks_its_own_lines_with_evidence(scheme: Cast) -> None:
    key, root = f"half_year_check~{YEAR}", scheme.root
    with pytest.raises(InvalidInput):
        set_line(scheme, key, by="officer", organisation=root, done_on=date(2026, 7, 28))
    with pytest.raises(InvalidInput):
        set_line(scheme, key, by="officer", organisation=root, done_on=date(2026, 11, 21), evidence="通报")
    set_line(scheme, key, by="officer", organisation=root, done_on=date(2026, 7, 28), evidence="交党〔2026〕18号")
    plan = committee_plan(scheme.viewer("officer"), root, YEAR, today=TODAY)
    line = plan.line(key)
    assert line and (line.status, line.evidence) == (DONE, "交党〔2026〕18号")
    assert status(plan, f"contracts~{YEAR}") == LACKING


def test_committee_plan_is_for_its_officers(scheme: Cast) -> None:
    for who in ("secretary", "leader", "member", "outsider", "administrator"):
        with pytest.raises(Http404):
            committee_plan(scheme.viewer(who), scheme.root, YEAR, today=TODAY)


# -- reminders of the four ones ------------------------------------------------------------------------


def reminded(cast: Cast, today: date) -> list[tuple[str, str, str]]:
    plans = [plan_of(cast, today=today)]
    return [(one.kind, one.title, one.dedupe_key) for one in four_one_reminders(plans, today)]


@pytest.mark.parametrize(
    ("today", "stage", "when"),
    [
        (date(2026, 12, 1), 30, "还有30天到期"),
        (date(2026, 12, 21), 10, "还有10天到期"),
        (date(2026, 12, 31), 3, "今天到期"),
    ],
)
def test_yearly_ones_are_reminded_of_in_stages(scheme: Cast, today: date, stage: int, when: str) -> None:
    records.approved(scheme, "annual_party_work_meeting", held_on=date(2026, 1, 19), now=records.at(date(2026, 1, 20)))
    (found,) = reminded(scheme, today)
    assert found[0] == "reminder" and found[1].endswith(when)
    assert found[2] == f"four:{scheme.branch.pk}:accountability_report.sent~2026:{stage}"


def test_nothing_is_said_early_or_of_what_the_committee_does(scheme: Cast) -> None:
    assert reminded(scheme, date(2026, 11, 30)) == []
    assert {key.split(":")[2] for _, _, key in reminded(scheme, date(2026, 12, 31))} == {
        "annual_party_work_meeting~202612",
        "accountability_report.sent~2026",
    }


def test_what_was_missed_is_told_once_after_the_year(scheme: Cast) -> None:
    found = reminded(scheme, date(2027, 1, 5))
    assert {kind for kind, _, _ in found} == {"overdue"}
    assert {key.rsplit(":", 1)[1] for _, _, key in found} == {"over"}
    assert reminded(scheme, date(2027, 1, 11)) == []


def test_reminders_of_the_day_include_the_four_ones(scheme: Cast) -> None:
    day = date(2026, 12, 21)
    done = remind(root=scheme.root, today=day, now=records.at(day))
    keys = [one.dedupe_key for one in done.reminders if one.dedupe_key.startswith("four:")]
    assert len(keys) == len(set(keys)) == 6  # two for each of three branches
    assert remind(root=scheme.root, today=day, now=records.at(day)).told == 0
