"""Whether the committee may give a branch a grade: threshold, veto, rank, and the places of the quota."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from appraisal.rules.grading import GradeStep, quota_seats


@dataclass(frozen=True)
class Place:
    """What deciding needs of one branch: the grade it now has, the best its total and a veto allow, its rank."""

    key: int
    group: str
    is_ranked: bool
    grade: str
    by_threshold: str
    cap: str = ""
    at_border: bool = False
    is_over_quota: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why a grade is not given; `may_override` where the committee can still decide it on record."""

    words: str
    remedy: str
    may_override: bool = False


def seats_of(places: Sequence[Place], steps: Sequence[GradeStep], order: Sequence[str] = ()) -> dict[str, int]:
    """Group → places of the grade with a quota, by largest remainder; groups in the order of the scheme."""
    counted = Counter(place.group for place in places if place.is_ranked)
    names = [name for name in order if name in counted]
    names += sorted(counted.keys() - set(names))
    quota = steps[0].quota
    return quota_seats(quota, {name: counted[name] for name in names}) if quota is not None else {}


def refusal(
    place: Place, grade: str, places: Sequence[Place], steps: Sequence[GradeStep], order: Sequence[str] = ()
) -> Refusal | None:
    """Why `place` may not get `grade` beside the grades the others have now; None where it may."""
    codes = [step.code for step in steps]
    names = {step.code: step.name for step in steps}
    if place.cap and codes.index(grade) < codes.index(place.cap):
        return Refusal(f"一票否决已认定，等次最高为{names[place.cap]}。", "请选择不高于上限的等次。")
    if not place.by_threshold or codes.index(grade) < codes.index(place.by_threshold):
        best = names.get(place.by_threshold, "无")
        return Refusal(f"总分只到{best}的分数线，不能定为{names[grade]}。", "等次不能高于总分所在的等次。")
    if grade != codes[0] or steps[0].quota is None:
        return None
    if not place.is_ranked:
        return Refusal(f"不参加排名的支部不能定为{names[grade]}。", "请选择其他等次。")
    seats = seats_of(places, steps, order).get(place.group, 0)
    taken = sum(one.grade == grade for one in places if one.group == place.group and one.key != place.key)
    if taken < seats:
        return None
    words = f"{place.group or '全委'}的{names[grade]}名额{seats}个已满。"
    if place.at_border:
        return Refusal(words, "并列跨名额的，可由党委会决定超名额，并登记文号和理由。", may_override=True)
    return Refusal(words, "如要调整，请先改定同组已定为优秀的支部。")


def over_quota(
    places: Sequence[Place], steps: Sequence[GradeStep], order: Sequence[str] = ()
) -> dict[str, tuple[int, int]]:
    """Group → (given, places) where more have the top grade than there are places, overrides on record apart."""
    if steps[0].quota is None:
        return {}
    seats, top = seats_of(places, steps, order), steps[0].code
    given = Counter(one.group for one in places if one.grade == top and not one.is_over_quota)
    return {group: (count, seats.get(group, 0)) for group, count in given.items() if count > seats.get(group, 0)}
