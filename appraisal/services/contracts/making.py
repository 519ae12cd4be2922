"""Making the contracts of a year, all branches at once: targets from the scheme, owners by office, last year's carried on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.shortcuts import get_object_or_404

from appraisal.models import Contract, ContractDuty, ContractLine, ContractTemplate, NextTarget
from appraisal.rules.contract import YearTarget, year_target
from appraisal.selectors.contracts import Officer, frame_of_year, officers_by_branch
from assessment.rules.window import first_month
from assessment.selectors import ItemFrame, RuleFrame, SchemeFrame
from assessment.statement.words import metric_unit, rule_words
from branches.models import Organisation
from branches.permissions import Viewer, check
from branches.selectors import branches_under, groups_on, has_committee_on
from core import audit
from core.errors import Conflict

OWN = "自定"  # codes of the branch's own targets: 自定1, 自定2 …


@dataclass(frozen=True)
class Made:
    """How many contracts were made, and for which branches there were some already."""

    made: int
    there: int


@dataclass(frozen=True)
class Past:
    """What a branch brings along: its planned targets by code, its own and its raised lines of last year."""

    planned: Mapping[str, NextTarget] = field(default_factory=dict)
    own: tuple[ContractLine, ...] = ()
    changed: Mapping[str, ContractLine] = field(default_factory=dict)


@transaction.atomic
def make_contracts(*, actor: Viewer, template_id: int, now: datetime) -> Made:
    """One draft for every branch of the committee that has none for the year; a second call makes none."""
    template = get_object_or_404(ContractTemplate.objects.select_for_update().select_related("root"), pk=template_id)
    check(actor, "contract.edit", template.root)
    frame = frame_of_year(template.root_id, template.year)
    if frame is None:
        raise Conflict(f"{template.year}年没有已发布的考核方案。", remedy="请先发布当年的考核方案，再生成责任书。")
    on = min(max(actor.today, date(template.year, 1, 1)), date(template.year, 12, 31))
    branches = [row for row in branches_under(template.root_id, on) if _first(row, template.year) <= 12]
    there = set(Contract.objects.filter(root=template.root, year=template.year).values_list("branch_id", flat=True))
    wanted = [row for row in branches if row.pk not in there]
    if wanted:
        _make(template, frame, wanted, on, actor=actor, now=now)
        summary = f"生成{template.year}年度责任书{len(wanted)}份"
        audit.record(actor=actor, action="contract.make", target=template, summary=summary)
    return Made(len(wanted), len(there))


def _first(branch: Organisation, year: int) -> int:
    return first_month(year, founded_on=branch.founded_on, go_live_month=None)


def _make(
    template: ContractTemplate,
    frame: SchemeFrame,
    branches: list[Organisation],
    on: date,
    *,
    actor: Viewer,
    now: datetime,
) -> None:
    ids = [row.pk for row in branches]
    rows = Contract.objects.bulk_create(
        Contract(
            root_id=template.root_id,
            template=template,
            branch=branch,
            year=template.year,
            made_by_id=actor.user_id,
            made_at=now,
        )
        for branch in branches
    )
    officers, past = officers_by_branch(ids, on), _past_of(template.root_id, ids, template.year)
    committees, groups = has_committee_on(ids, on), groups_on(ids, on)
    lines: list[ContractLine] = []
    duties: list[ContractDuty] = []
    for row in rows:
        people, brought = officers[row.branch_id], past.get(row.branch_id, Past())
        absent = {"no_committee"} if not committees[row.branch_id] else set()
        absent |= {"no_groups"} if not groups[row.branch_id] else set()
        lines += scheme_lines(row, frame, people, template.owners, absent, brought)
        lines += _own_lines(row, people, brought)
        duties += duty_lines(row, people, template.duties)
    for position, line in enumerate(lines):
        line.position = position
    ContractLine.objects.bulk_create(lines)
    ContractDuty.objects.bulk_create(duties)


def scheme_lines(
    contract: Contract,
    frame: SchemeFrame,
    people: list[Officer],
    owners: Mapping[str, list[str]],
    absent: set[str],
    past: Past,
) -> list[ContractLine]:
    """One line for each rule that applies to the branch; a target planned or raised before takes its place."""
    first = _first(contract.branch, contract.year)
    lines = []
    for item in frame.items:
        owner = owner_of(people, owners.get(item.code, ()))
        for rule in item.rules:
            if rule.row.na_if in absent or _is_of_groups(rule, frame, absent):
                continue
            lines.append(_line(contract, item, rule, target_of(rule, frame, first), frame, owner))
            _bring(lines[-1], past)
    return lines


def target_of(rule: RuleFrame, frame: SchemeFrame, first: int) -> YearTarget:
    """What the rule asks of the year."""
    row = rule.row
    deadline = f"{row.deadline_on.month}月{row.deadline_on.day}日" if row.deadline_on else ""
    return year_target(
        rule.kind,
        unit=metric_unit(row.metric_id, frame),
        target=row.target,
        per_months=row.per_months,
        first_month=first,
        thresholds=[tier.threshold for tier in rule.tiers],
        deadline=deadline,
        top_level=row.levels[0]["name"] if row.levels else "",
    )


def owner_of(people: list[Officer], posts: Iterable[str]) -> Officer | None:
    """Who holds the first of the offices that is filled; the secretary where none is; None without a secretary."""
    for post in (*posts, "secretary"):
        found = next((one for one in people if one.post == post), None)
        if found is not None:
            return found
    return None


def duty_lines(contract: Contract, people: list[Officer], duties: Iterable[Mapping[str, str]]) -> list[ContractDuty]:
    """The 责任清单: each duty of an office for each person who holds it."""
    found = [(one, duty) for duty in duties for one in people if one.post == duty["post"]]
    return [
        ContractDuty(
            contract=contract,
            revision=contract.revision,
            position=position,
            member_id=one.member_id,
            name=one.name,
            post=one.post,
            kind=duty["kind"],
            text=duty["text"],
        )
        for position, (one, duty) in enumerate(found, start=1)
    ]


def _line(
    contract: Contract, item: ItemFrame, rule: RuleFrame, target: YearTarget, frame: SchemeFrame, owner: Officer | None
) -> ContractLine:
    return ContractLine(
        contract=contract,
        revision=contract.revision,
        position=0,
        code=rule.code,
        category=rule.category,
        item=item.code,
        name=item.name,
        words=rule_words(rule, frame)[:300],
        points=rule.points,
        unit=target.unit,
        scheme_target=target.quantity,
        target=target.quantity,
        target_words=target.words,
        owner_id=owner.member_id if owner else None,
        owner_name=owner.name if owner else "",
        owner_post=owner.post if owner else "",
    )


def _bring(line: ContractLine, past: Past) -> None:
    """Put the planned or last year's raised target in the place of the scheme's; both keep their reason."""
    if line.target is None:
        return
    planned, changed = past.planned.get(line.code), past.changed.get(line.code)
    if planned is not None and planned.target != line.target:
        line.target, line.note, line.is_carried = planned.target, planned.note or "上年计划", True
    elif planned is None and changed is not None and changed.unit == line.unit and changed.target != line.target:
        line.target, line.note, line.is_carried = changed.target, changed.note or "沿用上年", True


def _own_lines(contract: Contract, people: list[Officer], past: Past) -> list[ContractLine]:
    """Last year's own targets, as planned anew where they were, and those planned that are new."""
    secretary = owner_of(people, ())
    by_code = {line.code: line for line in past.own}
    wanted = [(line.name, line.unit, past.planned.get(line.code), line) for line in past.own]
    fresh = [row for code, row in past.planned.items() if code.startswith(OWN) and code not in by_code]
    wanted += [(row.name, row.unit, row, None) for row in fresh]
    lines = []
    for number, (name, unit, planned, line) in enumerate(wanted, start=1):
        owner = next((one for one in people if line is not None and one.member_id == line.owner_id), secretary)
        lines.append(
            ContractLine(
                contract=contract,
                revision=contract.revision,
                position=0,
                code=f"{OWN}{number}",
                name=planned.name if planned else name,
                unit=planned.unit if planned else unit,
                target=planned.target if planned else line.target if line else None,
                owner_id=owner.member_id if owner else None,
                owner_name=owner.name if owner else "",
                owner_post=owner.post if owner else "",
                note=(planned.note if planned else "") or "上年转来",
                is_own=True,
                is_carried=True,
            )
        )
    return lines


def _past_of(root_id: int, branch_ids: list[int], year: int) -> dict[int, Past]:
    planned: dict[int, dict[str, NextTarget]] = defaultdict(dict)
    for row in NextTarget.objects.filter(root_id=root_id, branch_id__in=branch_ids, year=year).order_by("pk"):
        planned[row.branch_id][row.code] = row
    own: dict[int, list[ContractLine]] = defaultdict(list)
    changed: dict[int, dict[str, ContractLine]] = defaultdict(dict)
    earlier = Contract.objects.filter(root_id=root_id, branch_id__in=branch_ids, year=year - 1)
    revisions = {row.pk: (row.branch_id, row.revision) for row in earlier}
    for line in ContractLine.objects.filter(contract__in=revisions).order_by("position"):
        branch_id, revision = revisions[line.contract_id]
        if line.revision == revision and line.is_own:
            own[branch_id].append(line)
        elif line.revision == revision and line.is_changed:
            changed[branch_id][line.code] = line
    return {pk: Past(planned[pk], tuple(own[pk]), changed[pk]) for pk in branch_ids}


def _is_of_groups(rule: RuleFrame, frame: SchemeFrame, absent: set[str]) -> bool:
    """A rule about 党小组会 says nothing to a branch without groups."""
    metric = frame.metrics.get(rule.row.metric_id or 0)
    return "no_groups" in absent and metric is not None and metric.code.startswith("group_meeting.")
