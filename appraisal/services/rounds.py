"""Making a round: who inspects, which branches and records are drawn, who gets which branch; taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse

from activities.models import Activity, Claim
from appraisal.models import Finding, Inspection, InspectionRound, RoundInspector, RoundKind, RoundState, SampledRecord
from appraisal.rules.draw import SEED_LIMIT, deal, draw
from appraisal.selectors.rounds import barred_branches, candidate_inspectors, record_population
from appraisal.services._year import said
from assessment.models import Metric
from branches.models import Organisation, User
from branches.permissions import Viewer, check
from branches.selectors import branches_under
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import Month
from core.periods import today as today_of
from notices.services import notify
from worklists.models import Item
from worklists.services import cancel_item

LONGEST_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class RoundInput:
    """What a round is to be; no `branch_size` means all branches, an empty seed is drawn by the system."""

    kind: str
    title: str
    first: Month
    last: Month
    cut_off: date
    inspectors: Sequence[int]
    record_size: int
    branch_size: int | None = None
    seed: str = ""


@transaction.atomic
def start_round(*, actor: Viewer, root: Organisation, given: RoundInput, now: datetime) -> InspectionRound:
    """Begin a round: draw its branches and records once and for all, and deal the branches to the inspectors."""
    check(actor, "round.manage", root)
    _check_input(given, now)
    inspectors = _inspectors(root, given, now)
    branches = {row.code: row for row in branches_under(root.pk, given.last.last_day)}
    if not branches:
        raise Conflict("这段时间没有可以检查的党支部。", remedy="请核对检查的起止月份。")
    found = _new_round(actor, root, given, sorted(branches), now)
    drawn = sorted(branches) if given.branch_size is None else draw(found.seed, branches, given.branch_size)
    chosen = sorted((branches[code] for code in drawn), key=lambda row: (row.sort_key, row.code))
    RoundInspector.objects.bulk_create(RoundInspector(root=root, round=found, user=user) for user in inspectors)
    barred = barred_branches(inspectors, chosen, today_of(now))
    hands = deal([row.code for row in chosen], [user.pk for user in inspectors], barred)
    _inspect(found, chosen, hands)
    summary = f"开始{found.title}：{len(branches)}个支部中检查{len(chosen)}个，种子{found.seed}"
    audit.record(actor=actor, action="round.start", target=found, summary=summary)
    _tell_inspectors(found, inspectors, actor, now)
    return found


@transaction.atomic
def assign_inspector(*, actor: Viewer, inspection_id: int, user_id: int) -> Inspection:
    """Give one branch of an open round to another of its inspectors."""
    inspection = get_object_or_404(Inspection.objects.select_related("round__root", "branch"), pk=inspection_id)
    found = locked_round(actor, inspection.round_id)
    inspector = found.inspectors.select_related("user").filter(user_id=user_id).first()
    if inspector is None:
        raise InvalidInput("请从本轮的检查人中选择。", fields={"inspector": ["请从本轮的检查人中选择。"]})
    if inspection.branch.code in barred_branches([inspector.user], [inspection.branch], actor.today)[user_id]:
        raise Conflict("检查人不能检查自己所在的支部，或不联系的支部。", remedy="请另选一位检查人。")
    before = {"inspector": inspection.inspector_id}
    inspection.inspector = inspector.user
    inspection.save(update_fields=["inspector"])
    audit.record(actor=actor, action="round.assign", target=inspection, before=before, after={"inspector": user_id})
    return inspection


@transaction.atomic
def cancel_round(*, actor: Viewer, round_id: int, reason: str, now: datetime) -> InspectionRound:
    """Take an open round back, with the reason; its corrections that are not done yet are cancelled with it.

    It stays on file with its seed, so that a draw that was disliked is seen.
    """
    found = locked_round(actor, round_id)
    found.state, found.cancel_reason = RoundState.CANCELLED, said(reason, what="取消的原因")
    found.standing_key = None
    found.save(update_fields=["state", "cancel_reason", "standing_key"])
    for item in _open_corrections(found):
        cancel_item(actor=actor, item_id=item, reason=f"{found.title}已取消", now=now)
    audit.record(actor=actor, action="round.cancel", target=found, summary=f"取消{found.title}：{reason}"[:200])
    return found


def locked_round(actor: Viewer, round_id: int, action: str = "round.manage") -> InspectionRound:
    """An open round, locked for this transaction; 404 outside the committee, Conflict where it is over."""
    rows = InspectionRound.objects.select_for_update(of=("self",)).select_related("root")
    found = get_object_or_404(rows, pk=round_id)
    check(actor, action, found.root)
    if found.state != RoundState.OPEN:
        raise Conflict(f"这一轮{found.get_state_display()}，不能再改。", remedy="需要再查的，请另开一轮专项检查。")
    return found


def _check_input(given: RoundInput, now: datetime) -> None:
    """InvalidInput naming every field that cannot be."""
    size, seed = given.branch_size, given.seed.strip()
    ends = {RoundKind.HALF: (6, "半年检查查到6月。"), RoundKind.YEAR: (12, "年终考核检查查到12月。")}
    end, end_words = ends.get(given.kind, (given.last.number, ""))  # pyright: ignore[reportCallIssue, reportArgumentType] -- a text choice is its text
    is_span = given.first <= given.last and given.first.year == given.last.year
    rules = (
        ("kind", given.kind in RoundKind.values, "请选择检查类别。"),
        ("title", bool(given.title.strip()), "请填写名称。"),
        ("last", is_span, "截止月份应在同一年，且不早于起始月份。"),
        ("last", given.last.number == end, end_words),
        ("cut_off", given.cut_off <= today_of(now), "数据截止日不能晚于今天：抽取以截止日前报送的记录为准。"),
        ("record_size", 0 <= given.record_size <= LONGEST_SAMPLE, f"每个支部抽查0到{LONGEST_SAMPLE}条。"),
        ("branch_size", size is None or size > 0, "至少抽取1个支部。"),
        ("seed", len(seed) <= SEED_LIMIT and seed.isprintable(), f"种子不超过{SEED_LIMIT}个字。"),
    )
    faults = {name: [words] for name, holds, words in reversed(rules) if not holds}
    if faults:
        raise InvalidInput(next(iter(faults.values()))[0], fields=faults)


def _inspectors(root: Organisation, given: RoundInput, now: datetime) -> list[User]:
    allowed = {user.pk: user for user, _ in candidate_inspectors(root, today_of(now))}
    chosen = [allowed[pk] for pk in dict.fromkeys(given.inspectors) if pk in allowed]
    if not chosen or len(chosen) != len(set(given.inspectors)):
        fault = "请从机关党委和包片领导中选择检查人。"
        raise InvalidInput(fault, fields={"inspectors": [fault]})
    return chosen


def _new_round(
    actor: Viewer, root: Organisation, given: RoundInput, codes: list[str], now: datetime
) -> InspectionRound:
    is_one_of_a_kind = given.kind in (RoundKind.HALF, RoundKind.YEAR)
    try:
        with transaction.atomic():
            return InspectionRound.objects.create(
                root=root,
                year=given.last.year,
                kind=given.kind,
                title=given.title.strip()[:60],
                first_month=given.first.key,
                last_month=given.last.key,
                cut_off=given.cut_off,
                seed=given.seed.strip() or secrets.token_hex(6),
                population=codes,
                branch_size=given.branch_size,
                record_size=given.record_size,
                standing_key=f"{given.last.year}:{given.kind}" if is_one_of_a_kind else None,
                created_by=audit.user_of(actor),
                created_at=now,
            )
    except IntegrityError as error:
        name = RoundKind(given.kind).label
        raise Conflict(
            f"{given.last.year}年的{name}已经开始。", remedy="请在原来的一轮中办理；要重来的先取消那一轮。"
        ) from error


def _inspect(found: InspectionRound, branches: list[Organisation], hands: dict[str, int | None]) -> None:
    """One inspection for each branch, with its records drawn from what was sent by the cut-off."""
    population = record_population([row.pk for row in branches], found.first_month, found.last_month, found.cut_off)
    inspections = Inspection.objects.bulk_create(
        Inspection(
            root_id=found.root_id,
            round=found,
            branch=row,
            place=place,
            inspector_id=hands[row.code],
            population=population[row.pk],
        )
        for place, row in enumerate(branches, start=1)
    )
    drawn = {one.pk: draw(found.seed, one.population, found.record_size) for one in inspections}
    words = _words_of([key for keys in drawn.values() for key in keys])
    SampledRecord.objects.bulk_create(
        SampledRecord(root_id=found.root_id, inspection=one, place=place, key=key, **words[key])
        for one in inspections
        for place, key in enumerate(drawn[one.pk], start=1)
    )


def _words_of(keys: list[str]) -> dict[str, dict]:
    """What is written beside each drawn key: the row, its day, its words."""
    ids = {"record": [], "claim": []}
    for key in keys:
        name, _, pk = key.partition(":")
        ids[name].append(int(pk))
    names = dict(Metric.objects.values_list("code", "name"))
    found = {
        f"record:{row.pk}": {
            "activity": row,
            "happened_on": row.held_on,
            "label": (row.title if row.title.startswith(row.kind.name) else f"{row.kind.name}：{row.title}")[:200],
        }
        for row in Activity.objects.filter(pk__in=ids["record"]).select_related("kind")
    }
    for row in Claim.objects.filter(pk__in=ids["claim"]):
        label = f"申报：{names.get(row.metric, row.metric)}"[:200]
        found[f"claim:{row.pk}"] = {"claim": row, "happened_on": row.happened_on, "label": label}
    return found


def _open_corrections(found: InspectionRound) -> list[int]:
    sources = [row.source for row in Finding.objects.filter(inspection__round=found)]
    rows = Item.objects.filter(root_id=found.root_id, source__in=sources, state__in=("open", "done"))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _tell_inspectors(found: InspectionRound, inspectors: list[User], actor: Viewer, now: datetime) -> None:
    notify(
        recipients=[user.pk for user in inspectors if user.pk != actor.user_id],
        kind="worklist",
        title=f"请您参加{found.title}",
        url=reverse("appraisal:round", args=[found.pk]),
        dedupe_key=f"round:{found.pk}",
        root_id=found.root_id,
        now=now,
        reason="您是这一轮检查的检查人。",
    )
