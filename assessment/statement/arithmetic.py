"""The arithmetic of one rule as equations that a reader with a calculator can do again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from assessment.rules import Inputs, RuleKind, RuleResult, Window, counted_periods
from assessment.rules.types import event_points
from assessment.selectors.frame import RuleFrame, SchemeFrame
from assessment.statement.book import terms_of
from assessment.statement.words import metric_name, percent, plain, pts, qty, sorted_tiers

POINT = 1_000_000
PERIOD_NAMES = {1: "{n}月", 3: "{n}季度", 6: "{n}半年", 12: "全年"}
QUARTERS = {1: "一", 2: "二", 3: "三", 4: "四"}
HALVES = {1: "上", 2: "下"}


@dataclass(frozen=True)
class Arithmetic:
    """`words` say what was counted; `steps` are equations, the last of which gives the points earned."""

    words: str
    steps: tuple[str, ...]


def period_name(length: int, n: int) -> str:
    """The n-th period (from 0): 4月, 二季度, 上半年, 全年."""
    number: int | str = n + 1
    if length == 3:
        number = QUARTERS[n + 1]
    elif length == 6:
        number = HALVES[n + 1]
    return PERIOD_NAMES[length].format(n=number)


def explain(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs, result: RuleResult, window: Window) -> Arithmetic:
    """How the points of one rule come about, from what is stored with the score (done, need) and the facts."""
    if not result.is_applicable:
        return Arithmetic("不适用，不计分", ())
    if not result.is_due:
        return Arithmetic(_not_due(rule, result, window), ())
    return _BY_KIND[RuleKind(rule.kind)](rule, frame, inputs, result, window)


def _not_due(rule: RuleFrame, result: RuleResult, window: Window) -> str:
    if window.number < rule.row.from_month:
        return f"{rule.row.from_month}月起计，现在不计入可得分"
    if rule.kind == RuleKind.REVIEWER:
        return "尚未评定，不计入可得分"
    if rule.kind == RuleKind.YES_NO or rule.row.per_months:
        return "未到期，不计入可得分"
    if rule.kind == RuleKind.ADD_CAP:
        return "本年还没有满一个月，不计入可得分"
    return "本年还没有应办事项，不计入可得分"


def _share(rule: RuleFrame, done: str, need: str, result: RuleResult) -> tuple[str, ...]:
    """done ÷ need × points = e; over-fulfilled counts as 1."""
    if result.done >= result.need:
        over = f"{done} ÷ {need}按1计，" if result.done > result.need else f"{done} ÷ {need} = 1，"
        return (f"{over}1 × {pts(rule.points)} = {pts(result.earned)}",)
    return (f"{done} ÷ {need} × {pts(rule.points)} = {pts(result.earned)}",)


def _ratio(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs, result: RuleResult, window: Window) -> Arithmetic:
    steps = _share(rule, qty(result.done), qty(result.need), result)
    if not rule.row.per_months:
        done, due = metric_name(rule.row.metric_id, frame), metric_name(rule.row.need_metric_id, frame)
        return Arithmetic(f"{due}{qty(result.need)}，{done}{qty(result.done)}", steps)
    unit = frame.metrics[rule.row.metric_id].unit
    periods = counted_periods(terms_of(rule), inputs, window)
    length = rule.row.per_months
    span = period_name(length, periods[0])
    if len(periods) > 1:
        span = f"{period_name(length, periods[0])}至{period_name(length, periods[-1])}"
    remarks = _remarks(rule, inputs, periods, unit)
    tail = f"（{'；'.join(remarks)}）" if remarks else ""
    return Arithmetic(f"{span}应{qty(result.need)}{unit}，计入{qty(result.done)}{unit}{tail}", steps)


def _remarks(rule: RuleFrame, inputs: Inputs, periods: list[int], unit: str) -> list[str]:
    """Periods left empty or short, and those with more than counts."""
    length, target = rule.row.per_months, rule.row.target
    held = {n: sum(inputs.by_month.get(n * length + m, 0) for m in range(1, length + 1)) for n in periods}
    empty = [period_name(length, n) for n in periods if not held[n]]
    found = [f"{'、'.join(empty)}没有"] if empty else []
    found += [f"{period_name(length, n)}只有{qty(held[n])}{unit}" for n in periods if 0 < held[n] < target]
    if rule.row.cap_per_period:
        found += [
            f"{period_name(length, n)}{qty(held[n])}{unit}计{qty(target)}{unit}" for n in periods if held[n] > target
        ]
    return found


def _tier(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs, result: RuleResult, window: Window) -> Arithmetic:
    done, due = metric_name(rule.row.metric_id, frame), metric_name(rule.row.need_metric_id, frame)
    rate = Fraction(result.done, result.need)
    words = f"{done}{qty(result.done)} ÷ {due}{qty(result.need)}，合{percent(rate)}"
    reached = next((tier for tier in sorted_tiers(rule) if result.done * POINT >= tier.threshold * result.need), None)
    if reached is None or not reached.threshold:
        lowest = next((tier for tier in reversed(sorted_tiers(rule)) if tier.threshold), None)
        words += f"，不到{percent(Fraction(lowest.threshold, POINT))}档" if lowest else ""
        return Arithmetic(words, (f"得 {pts(result.earned)}",))
    bound = plain(Fraction(reached.threshold, POINT) * Fraction(result.need, 1000))
    words += f"，达{percent(Fraction(reached.threshold, POINT))}档"
    share = plain(Fraction(reached.threshold, POINT))
    return Arithmetic(
        words, (f"{share} × {qty(result.need)} = {bound}", f"{qty(result.done)} ≥ {bound}，得 {pts(result.earned)}")
    )


def _event_steps(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs) -> tuple[list[str], list[int]]:
    """One equation for each event that happened, and its points after its own cap."""
    steps, points = [], []
    for event, terms, quantity in zip(rule.events, terms_of(rule).events, inputs.events, strict=True):
        if not quantity:
            continue
        counted = min(1000, quantity) if event.once else quantity
        worth, full = event_points(terms, quantity), counted * (event.points // 1000)
        name = metric_name(event.metric_id, frame)
        cap = f"，最多{pts(event.most)}，取 {pts(worth)}" if worth != full else ""
        once = f"（{qty(quantity)}次只计1次）" if counted != quantity else ""
        steps.append(f"{name}{once}：{qty(counted)} × {pts(event.points)} = {pts(full)}{cap}")
        points.append(worth)
    return steps, points


def _deduct(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs, result: RuleResult, window: Window) -> Arithmetic:
    steps, points = _event_steps(rule, frame, inputs)
    if not points:
        return Arithmetic("没有扣分事项", (f"得 {pts(rule.points)}",))
    left = rule.points - sum(points)
    floor = "，扣完为止，得 0" if left < 0 else ""
    total = " − ".join([pts(rule.points), *(pts(one) for one in points)])
    return Arithmetic("", (*steps, f"{total} = {pts(left)}{floor}"))


def _add(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs, result: RuleResult, window: Window) -> Arithmetic:
    steps, points = _event_steps(rule, frame, inputs)
    months = window.room_months
    room = f"{pts(rule.points)} × {months} ÷ 12 = {pts(result.need)}"
    words = f"可得额：已过{months}个月"
    if not points:
        return Arithmetic(words, (room, "得 0"))
    total = sum(points)
    gathered = f"{' + '.join(pts(one) for one in points)} = {pts(total)}" if len(points) > 1 else ""
    taken = f"取较小的，得 {pts(result.earned)}"
    return Arithmetic(words, tuple(filter(None, (room, *steps, gathered, taken))))


def _yes_no(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs, result: RuleResult, window: Window) -> Arithmetic:
    on = rule.row.deadline_on
    if result.earned:
        return Arithmetic(f"{on.month}月{on.day}日前已完成", (f"得 {pts(result.earned)}",))
    return Arithmetic(f"{on.month}月{on.day}日前没有完成", ("得 0",))


def _reviewer(rule: RuleFrame, frame: SchemeFrame, inputs: Inputs, result: RuleResult, window: Window) -> Arithmetic:
    count = result.need // POINT
    step = f"{pts(result.done)} ÷ {count} × {pts(rule.points)} = {pts(result.earned)}"
    return Arithmetic(f"{count}次评定，系数合计{pts(result.done)}", (step,))


_BY_KIND = {
    RuleKind.RATIO_FULL: _ratio,
    RuleKind.TIER_RATE: _tier,
    RuleKind.DEDUCT: _deduct,
    RuleKind.ADD_CAP: _add,
    RuleKind.YES_NO: _yes_no,
    RuleKind.REVIEWER: _reviewer,
}
