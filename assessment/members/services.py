"""What a branch decides about its members' scores: class, reviewers' marks, the year's 公示."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.http import Http404

from assessment.canonical import current_closing
from assessment.members import ledger, schemes
from assessment.models import ClassOverride, MemberPublicity, MemberReviewMark, MemberYear, Rule
from assessment.rules.terms import POINT, RuleKind
from assessment.selectors.frame import SchemeFrame, frame_of
from assessment.selectors.member_table import MemberRow, member_table
from assessment.selectors.members import HALF_YEAR, member_scores, members_seen
from assessment.selectors.scoreboard import Scores
from branches.models import Member, Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month, today
from core.workdays import add_workdays

PUBLIC_WORKDAYS = 5
HUNDRED = 100


def seen_member(viewer: Viewer, member_id: int) -> Member:
    """The member, or 404 for whom the viewer may not see."""
    member = members_seen(viewer).select_related("branch").filter(pk=member_id).first()
    if member is None:
        raise Http404
    return member


@transaction.atomic
def set_class(
    *,
    actor: Viewer,
    member_id: int,
    class_code: str,
    from_on: date,
    to_on: date | None = None,
    basis: str,
    now: datetime,
) -> ClassOverride | None:
    """Put a member into a class from one day to another, or (no code) let office and status decide again from that day.

    The day must lie in this year: scores of past years stand.
    """
    member = seen_member(actor, member_id)
    check(actor, "member_class.edit", member.branch)
    _check_class(member, class_code, from_on, to_on, basis, now)
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    rows = ClassOverride.objects.filter(root_id=member.root_id, member=member)
    before = {
        f"from {one.from_on}": f"{one.class_code} to {one.to_on or ''} ({one.basis})"
        for one in rows.filter(Q(to_on=None) | Q(to_on__gte=from_on)).order_by("from_on")
    }
    rows.filter(from_on__gte=from_on).delete()
    rows.filter(Q(to_on=None) | Q(to_on__gte=from_on)).update(to_on=from_on - timedelta(days=1))
    made = None
    if class_code:
        made = ClassOverride.objects.create(
            root_id=member.root_id,
            member=member,
            class_code=class_code,
            from_on=from_on,
            to_on=to_on,
            basis=basis.strip()[:100],
            set_by_id=actor.user_id,
            set_at=now,
        )
    ledger.mark_members(member.root_id, [member.pk], Month.of(from_on).key)
    after = {"class": class_code, "from_on": from_on, "to_on": to_on, "basis": basis}
    audit.record(actor=actor, action="member_class.set", target=member, before=before, after=after)
    return made


def _check_class(member: Member, code: str, from_on: date, to_on: date | None, basis: str, now: datetime) -> None:
    faults: dict[str, list[str]] = {}
    scheme = schemes.scheme_for(member.root_id, Month.of(from_on))
    if scheme is None or (code and code not in schemes.study_plan(scheme).classes):
        faults["class_code"] = ["请选择方案中的一个类别。"]
    if from_on.year != today(now).year or from_on > today(now):
        faults["from_on"] = ["请填写今年内、不晚于今天的日期。"]
    if to_on is not None and to_on < from_on:
        faults["to_on"] = ["不能早于开始日期。"]
    if code and not basis.strip():
        faults["basis"] = ["请写明依据，如支部委员会会议日期。"]
    if faults:
        raise InvalidInput("类别没有调整，有几处需要改正。", fields=faults)


@transaction.atomic
def give_marks(
    *, actor: Viewer, branch: Organisation, month: Month, marks: Mapping[tuple[int, str], int], now: datetime
) -> int:
    """Marks of 0–100 by (member id, rule code) for the half-year of `month`; how many changed.

    A later mark for the same half replaces the earlier one, which stays on file withdrawn.
    """
    check(actor, "member_score.mark", branch)
    Organisation.objects.select_for_update(no_key=True).get(pk=branch.pk)  # two writers at once leave one mark
    rules = reviewer_rules(branch.root_id, month)
    if actor.member_id in {pk for pk, _ in marks}:
        raise Refused("本人的评价不能由本人登记。", remedy="请由支部委员会的另一位同志登记。")
    _check_marks(branch, rules, marks)
    half = 1 if month.number <= HALF_YEAR else 2
    standing = MemberReviewMark.objects.filter(
        root_id=branch.root_id, year=month.year, half=half, withdrawn_at=None, member_id__in={pk for pk, _ in marks}
    )
    known = {(row.member_id, row.rule_code): row for row in standing}
    changed = {
        key: mark for key, mark in marks.items() if key not in known or known[key].factor != mark * POINT // HUNDRED
    }
    for key in changed.keys() & known.keys():
        known[key].withdrawn_at = now
        known[key].save(update_fields=["withdrawn_at"])
    MemberReviewMark.objects.bulk_create(
        MemberReviewMark(
            root_id=branch.root_id,
            member_id=member_id,
            rule_code=code,
            year=month.year,
            half=half,
            factor=mark * POINT // HUNDRED,
            counts_from=month.key,
            marked_by_id=actor.user_id,
            marked_at=now,
        )
        for (member_id, code), mark in sorted(changed.items())
    )
    ledger.mark_members(branch.root_id, {pk for pk, _ in changed}, month.key)
    if changed:
        audit.record(actor=actor, action="member_score.mark", target=branch, summary=f"登记{len(changed)}项党员评价")
    return len(changed)


def reviewer_rules(root_id: int, month: Month) -> dict[str, Rule]:
    """The rules of the member scheme that people mark, by code."""
    scheme = schemes.scheme_for(root_id, month)
    rows = Rule.objects.filter(scheme=scheme, kind=RuleKind.REVIEWER).select_related("item") if scheme else ()
    return {rule.code: rule for rule in rows}


def _check_marks(branch: Organisation, rules: Mapping[str, Rule], marks: Mapping[tuple[int, str], int]) -> None:
    mine = set(Member.objects.filter(branch=branch, pk__in={pk for pk, _ in marks}).values_list("pk", flat=True))
    if any(pk not in mine or code not in rules for pk, code in marks):
        raise InvalidInput("有的党员或项目不在本支部的表里。", remedy="请刷新后再填。")
    wrong = [mark for mark in marks.values() if not 0 <= mark <= HUNDRED]
    if wrong:
        raise InvalidInput("评价应填0到100的整数。", remedy="请改正后再保存。")


@transaction.atomic
def publish_year(*, actor: Viewer, branch: Organisation, year: int, now: datetime) -> MemberPublicity:
    """公示: freeze the year of the branch's members and show it inside the branch for five working days, once.

    Conflict until December is closed: what is published must not move any more.
    """
    check(actor, "member_score.publish", branch)
    Organisation.objects.select_for_update(no_key=True).get(pk=branch.pk)
    december = Month(year, 12)
    if current_closing(branch.root_id, december) is None:
        raise Conflict(f"{december.label}还没有封存，不能公示。", remedy="请在机关党委封存12月后再公示。")
    if MemberPublicity.objects.filter(root_id=branch.root_id, branch=branch, year=year).exists():
        raise Conflict(f"{year}年度得分已经公示过。", remedy="公示的数不再改动；有异议的由支部委员会研究。")
    table = member_table(actor, branch.pk, december)
    halves = member_scores(branch.root_id, [Month(year, HALF_YEAR), december], [row.member_id for row in table.rows])
    publicity = MemberPublicity(
        root_id=branch.root_id,
        branch=branch,
        year=year,
        published_at=now,
        until_on=add_workdays(today(now), PUBLIC_WORKDAYS),
        published_by_id=actor.user_id,
    )
    scheme = schemes.scheme_for(branch.root_id, december)
    assert scheme is not None  # the table was made by it
    years = [_year_of(publicity, row, halves, frame_of(scheme), december) for row in table.rows]
    publicity.digest = _digest(years)
    publicity.save()
    for row in years:
        row.publicity = publicity
    MemberYear.objects.bulk_create(years)
    audit.record(actor=actor, action="member_score.publish", target=publicity, after={"digest": publicity.digest})
    return publicity


def _year_of(
    publicity: MemberPublicity, row: MemberRow, halves: Scores, frame: SchemeFrame, december: Month
) -> MemberYear:
    half = halves.figures(frame, Month(december.year, HALF_YEAR), row.member_id)[0].shown if row.is_scored else None
    year = halves.figures(frame, december, row.member_id)[0].shown if row.is_scored else None
    return MemberYear(
        root_id=publicity.root_id,
        publicity=publicity,
        member_id=row.member_id,
        class_code=row.class_code,
        half_score=_cents(half),
        year_score=_cents(year),
        total_score=_cents(row.score),
        credits=int(row.credits * 1000),
        credits_minimum=int(row.minimum * 1000),
    )


def _cents(score: Decimal | None) -> int | None:
    return None if score is None else int(score * HUNDRED)


def _digest(rows: list[MemberYear]) -> str:
    """SHA-256 over the canonical rows, in the order of the members' ids."""
    names = ("member_id", "class_code", "half_score", "year_score", "total_score", "credits", "credits_minimum")
    lines = [[getattr(row, name) for name in names] for row in sorted(rows, key=lambda row: row.member_id)]
    text = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
