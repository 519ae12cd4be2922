"""Readings of responsibility contracts: the list of a year, one contract with the progress of each line, who answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from appraisal.models import Contract, ContractDuty, ContractLine, ContractTemplate, NextTarget, TargetReport
from appraisal.rules.contract import PERCENT, expected_by, quantity_words, rate, reached
from assessment.models import BranchMonth
from assessment.selectors import SchemeFrame, best_scheme, frame_of, scheme_rows, scoreboard
from assessment.statement import RuleLine, statement
from assessment.statement.words import points_of, target_words, two
from branches.models import Appointment, Organisation, Post
from branches.permissions import Viewer, visible
from branches.selectors import secretary_names
from branches.selectors.organisations import by_post, on_day
from core.periods import Month
from signing.models import Paper
from signing.selectors import unsigned

STAGES = {
    "draft": "起草中",
    "signing": "签署中",
    "signed": "已签完",
    "changing": "变更中",
}
KIND = "contract"


@dataclass(frozen=True)
class Officer:
    """One person in one office of a branch: who may answer for a target."""

    member_id: int
    name: str
    post: str

    @property
    def post_name(self) -> str:
        return str(Post(self.post).label)


@dataclass(frozen=True)
class Progress:
    """One line of a contract and how far it is: done in words, thousandths of the target, and the statement's line."""

    line: ContractLine
    done: str = ""
    reached: int | None = None
    state: str = "not_due"
    statement: RuleLine | None = None
    reports: tuple[TargetReport, ...] = ()

    @property
    def target(self) -> str:
        return target_text(self.line)

    @property
    def scheme_target(self) -> str:
        quantity = self.line.scheme_target
        return "" if quantity is None else quantity_words(quantity, self.line.unit)

    @property
    def percent(self) -> int | None:
        return None if self.reached is None else self.reached // 10

    @property
    def score(self) -> tuple[Decimal | None, Decimal | None]:
        return (self.statement.earned, self.statement.available) if self.statement else (None, None)


@dataclass(frozen=True)
class ContractPage:
    """One contract as its page shows it: the version being written or in force, its lines, duties and papers."""

    contract: Contract
    lines: tuple[Progress, ...]
    duties: tuple[ContractDuty, ...]
    papers: tuple[Paper, ...]
    secretary: str
    month: Month | None = None
    score: Decimal | None = None
    planned: tuple[NextTarget, ...] = ()
    year_part: int = 0  # thousandths of the year that are over

    @cached_property
    def scheme_lines(self) -> list[Progress]:
        return [one for one in self.lines if not one.line.is_own]

    @cached_property
    def own_lines(self) -> list[Progress]:
        return [one for one in self.lines if one.line.is_own]

    @cached_property
    def counted(self) -> dict[str, int]:
        """How many lines are reached, on track, behind, under way or not yet due."""
        found = {"done": 0, "on_track": 0, "behind": 0, "running": 0}
        for one in self.lines:
            found[one.state if one.state in found else "running"] += 1
        return found

    @property
    def behind_word(self) -> str:
        return "未达标" if self.year_part == 1000 else "未达进度"

    @property
    def changed(self) -> list[Progress]:
        return [one for one in self.lines if one.line.is_changed]

    @property
    def without_owner(self) -> list[ContractLine]:
        return [one.line for one in self.lines if not one.line.owner_name]


@dataclass(frozen=True)
class ContractRow:
    """One branch in the list of a year."""

    branch: Organisation
    contract: Contract | None
    secretary: str
    waits_for: str = ""
    is_late: bool = False
    score: Decimal | None = None
    earned: Fraction | None = None
    changed: int = 0

    @property
    def stage(self) -> str:
        return self.contract.stage if self.contract else "none"

    @property
    def stage_name(self) -> str:
        return STAGES.get(self.stage, "未生成")

    @property
    def stage_badge(self) -> str:
        badges = {"signing": "waiting", "signed": "done", "changing": "returned"}
        return badges.get(self.stage, "not_due")


@dataclass
class ContractList:
    """The contracts of a year as the committee or a leader sees them."""

    year: int
    template: ContractTemplate | None
    rows: list[ContractRow]
    month: Month | None
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def unsigned(self) -> list[ContractRow]:
        return [row for row in self.rows if row.stage == "signing"]


def frame_of_year(root_id: int, year: int) -> SchemeFrame | None:
    """The scheme valid at the end of a year."""
    best = best_scheme(scheme_rows(root_id, year * 100 + 12))
    return frame_of(best) if best else None


def officers_by_branch(branch_ids: Iterable[int], on: date) -> dict[int, list[Officer]]:
    """Who holds which office in each branch on the day, secretary first; group leaders do not answer for targets."""
    ids = list(branch_ids)
    rows = Appointment.objects.filter(on_day(on), organisation_id__in=ids).exclude(post=Post.GROUP_LEADER)
    found: dict[int, list[Officer]] = {branch_id: [] for branch_id in ids}
    for row in rows.select_related("member").order_by(by_post(), "from_on", "pk"):
        found[row.organisation_id].append(Officer(row.member_id, row.member.name, row.post))
    return found


def contracts(viewer: Viewer) -> QuerySet[Contract]:
    """The contracts the viewer may read."""
    return visible(Contract.objects.select_related("branch", "paper", "template"), viewer)


def contract_of(viewer: Viewer, contract_id: int) -> Contract:
    """One contract; 404 outside the scope."""
    return get_object_or_404(contracts(viewer).select_related("root"), pk=contract_id)


def contract_years(viewer: Viewer) -> list[int]:
    """Years in which the viewer may read a contract, newest first."""
    return list(contracts(viewer).order_by("-year").values_list("year", flat=True).distinct())


def target_text(line: ContractLine) -> str:
    """A line's target in words: 12次, 98%, 不发生扣分事项."""
    return line.target_words if line.target is None else quantity_words(line.target, line.unit)


def lines_of(contract: Contract, revision: int | None = None) -> list[ContractLine]:
    """The lines of one version (the present one), in order."""
    return list(contract.lines.filter(revision=revision or contract.revision).order_by("position", "pk"))


def duties_of(contract: Contract, revision: int | None = None) -> list[ContractDuty]:
    return list(contract.duties.filter(revision=revision or contract.revision).order_by("position"))


def contract_page(viewer: Viewer, contract: Contract) -> ContractPage:
    """The contract with what was done of each line, from the statement of the last month measured in its year."""
    month = _last_month(contract)
    found = statement(viewer, contract.branch_id, month, with_raises=False) if month else None
    by_code = {one.rule.code: one for one in found.lines} if found else {}
    reports: dict[str, list[TargetReport]] = {}
    for report in contract.reports.select_related("entered_by").order_by("-happened_on", "-pk"):
        reports.setdefault(report.code, []).append(report)
    part = _year_part(contract, viewer.today)
    lines = lines_of(contract)
    planned = NextTarget.objects.filter(root_id=contract.root_id, branch_id=contract.branch_id, year=contract.year + 1)
    return ContractPage(
        contract=contract,
        lines=tuple(
            _own(one, tuple(reports.get(one.code, ())), part)
            if one.is_own
            else _counted(one, by_code.get(one.code), part)
            for one in lines
        ),
        duties=tuple(duties_of(contract)),
        papers=tuple(_papers(contract)),
        secretary=secretary_names([contract.branch_id], _day_in(contract.year, viewer.today))[contract.branch_id],
        month=month,
        score=found.figures.shown if found else None,
        planned=tuple(planned.order_by("code")),
        year_part=part,
    )


def contract_list(viewer: Viewer, root: Organisation, year: int, *, stage: str = "", text: str = "") -> ContractList:
    """Every branch the viewer oversees with its contract of the year; a constant number of queries."""
    template = ContractTemplate.objects.filter(root=root, year=year).first()
    found = {row.branch_id: row for row in contracts(viewer).filter(root=root, year=year)}
    branches = visible(
        Organisation.objects.filter(root=root, tier="branch", founded_on__lte=date(year, 12, 31)), viewer
    )
    branches = branches.exclude(dissolved_on__lt=date(year, 1, 1)).order_by("sort_key", "code")
    names = secretary_names([row.pk for row in branches], _day_in(year, viewer.today))
    waiting = {one.paper.pk: one for one in unsigned(viewer, kind=KIND, ids=_paper_ids(found.values()))}
    month, figures = _figures(viewer, root, year)
    changed = _changed_counts(found.values())
    rows = []
    for branch in branches:
        contract = found.get(branch.pk)
        wait = waiting.get(contract.paper_id) if contract and contract.stage == "signing" else None
        score, earned = figures.get(branch.pk, (None, None))
        rows.append(
            ContractRow(
                branch,
                contract,
                names[branch.pk],
                f"{wait.signer.label}{wait.names}" if wait else "",
                wait.is_late if wait else False,
                score,
                earned,
                changed.get(contract.pk, 0) if contract else 0,
            )
        )
    counted = {code: sum(row.stage == code for row in rows) for code in (*STAGES, "none")}
    kept = [row for row in rows if stage in ("", row.stage) and text in f"{row.branch.short_name}{row.secretary}"]
    return ContractList(year, template, kept, month, counted)


def root_of_viewer(viewer: Viewer) -> Organisation:
    """The viewer's committee; 404 without one."""
    if viewer.root_id is None:
        raise Http404
    return get_object_or_404(Organisation, pk=viewer.root_id)


def _papers(contract: Contract) -> QuerySet[Paper]:
    rows = Paper.objects.filter(root_id=contract.root_id, source=contract.source)
    return rows.prefetch_related("signers__signature").order_by("-revision")


def _paper_ids(rows: Iterable[Contract]) -> list[int]:
    return [row.paper_id for row in rows if row.paper_id]


def _changed_counts(rows: Iterable[Contract]) -> dict[int, int]:
    """Contract → targets of its version that differ from the scheme's."""
    revisions = {row.pk: row.revision for row in rows}
    found: dict[int, int] = {}
    lines = ContractLine.objects.filter(contract__in=revisions, is_own=False, target__isnull=False)
    for contract_id, revision, target, wanted in lines.values_list(
        "contract_id", "revision", "target", "scheme_target"
    ):
        if revision == revisions[contract_id] and target != wanted:
            found[contract_id] = found.get(contract_id, 0) + 1
    return found


def _figures(viewer: Viewer, root: Organisation, year: int) -> tuple[Month | None, dict]:
    """Branch → its score at the last month measured and what it earned of what was due."""
    keys = BranchMonth.objects.filter(root=root, month__range=(year * 100 + 1, year * 100 + 12), is_measured=True)
    key = keys.order_by("-month").values_list("month", flat=True).first()
    if key is None:
        return None, {}
    month = Month.from_key(key)
    board = scoreboard(viewer, root.pk, month)
    return month, {row.branch_id: (row.confirmed.shown, _earned(row)) for row in board.rows if row.is_measured}


def _earned(row) -> Fraction | None:
    shares = row.confirmed.categories.values()
    available = sum(one.available for one in shares)
    return Fraction(sum(one.earned for one in shares), available) if available else None


def _last_month(contract: Contract) -> Month | None:
    span = (contract.year * 100 + 1, contract.year * 100 + 12)
    rows = BranchMonth.objects.filter(root_id=contract.root_id, branch_id=contract.branch_id, month__range=span)
    key = rows.filter(is_measured=True).order_by("-month").values_list("month", flat=True).first()
    return Month.from_key(key) if key else None


def _day_in(year: int, today: date) -> date:
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))


def _year_part(contract: Contract, today: date) -> int:
    if today.year != contract.year:
        return 1000 if today.year > contract.year else 0
    founded = contract.branch.founded_on
    first = founded.month + 1 if founded.year == contract.year else 1
    return expected_by(today.month - 1, first_month=first) if first <= 12 else 0


def _counted(line: ContractLine, found: RuleLine | None, year_part: int) -> Progress:
    """A line of the scheme beside what the statement counted for it."""
    if found is None or not found.result.is_applicable:
        return Progress(line, "不适用" if found else "", None, "not_applicable" if found else "not_due", found)
    result = found.result
    if line.target is None:
        return Progress(line, _other_done(found), None, _state(found), found)
    is_rate = line.unit == PERCENT
    done = rate(result.done, result.need) if is_rate else result.done
    if is_rate and not result.need:
        return Progress(line, "还没有", None, "not_due", found)
    part = reached(done, line.target)
    words = quantity_words(done // 100 * 100, PERCENT) if is_rate else quantity_words(done, line.unit)
    return Progress(line, words, part, _state_of_number(line, found, part, year_part), found)


def _state_of_number(line: ContractLine, found: RuleLine, part: int | None, year_part: int) -> str:
    """Reached; else on track as the statement has it, or, where the branch set another target, as the year goes by."""
    if part == 1000:
        return "done"
    if line.is_changed and line.unit != PERCENT:
        return "behind" if (part or 0) < year_part else "on_track"
    state = _state(found)
    return "on_track" if state == "done" else state


def _other_done(found: RuleLine) -> str:
    done = target_words(found)[1]
    if found.rule.kind == "yes_no":
        return "已完成" if found.result.done else "未完成"
    if found.rule.kind in ("add_cap", "reviewer") and found.result.is_due:
        return f"得{two(points_of(found.result.earned))}分"
    return "未扣分" if found.rule.kind == "deduct" and not found.result.done else done


def _state(found: RuleLine) -> str:
    """behind: due and not all points earned; done: all of them; running: nothing due yet."""
    if not found.result.is_due:
        return "running"
    if found.rule.kind in ("add_cap", "reviewer") and found.result.is_due:
        return "running"
    return "done" if found.result.earned >= found.result.available else "behind"


def _own(line: ContractLine, reports: tuple[TargetReport, ...], part: int) -> Progress:
    """A branch's own target beside what was reported last, against the part of the year that is over."""
    if not reports:
        return Progress(line, "未填报", 0 if line.target else None, "behind" if part > 500 else "running")
    done = reached(reports[0].quantity, line.target)
    state = "running" if done is None else "on_track" if done >= part else "behind"
    return Progress(
        line, quantity_words(reports[0].quantity, line.unit), done, "done" if done == 1000 else state, None, reports
    )
