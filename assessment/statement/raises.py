"""What would still raise a score, by how much and until when: one deed added, the pure rules run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from assessment.rules import Inputs, RuleKind, RuleResult, RuleTerms, Window, rule_score
from assessment.rules.types import in_period
from assessment.selectors.frame import RuleFrame, SchemeFrame
from assessment.statement.arithmetic import period_name
from assessment.statement.words import deed_words, growth_words, once_words, percent, pts, qty, signed
from core.periods import Month

POINT = 1_000_000
QUANTITY = 1000


@dataclass(frozen=True)
class Raise:
    """One deed: what to do, what it adds to the rule and to the score shown today, until when it counts."""

    rule_code: str
    item_code: str
    item_name: str
    metric: str
    text: str
    points: Fraction
    score: Fraction
    until: date

    @property
    def gain(self) -> str:
        return signed(self.score if self.score else self.points)


@dataclass(frozen=True)
class Deed:
    """A change of a rule's inputs that somebody can still bring about."""

    text: str
    inputs: Inputs
    until: date


@dataclass(frozen=True)
class Outlook:
    """What all deeds are measured against: the year up to today, confirmed and pending."""

    frame: SchemeFrame
    window: Window
    inputs: dict[int, Inputs]
    results: dict[int, RuleResult]
    score_with: Callable[[dict[int, RuleResult]], Fraction | None]

    @property
    def score(self) -> Fraction | None:
        return self.score_with(self.results)


def raises_of(rule: RuleFrame, terms: RuleTerms, outlook: Outlook) -> list[Raise]:
    """The deeds open for one rule that add something, with what they add."""
    found = []
    before, score = outlook.results[rule.pk], outlook.score
    for deed in deeds_of(rule, terms, outlook):
        after = rule_score(terms, deed.inputs, outlook.window)
        new = outlook.score_with({**outlook.results, rule.pk: after})
        gain = (new or Fraction(0)) - (score or Fraction(0)) if score is not None else Fraction(0)
        points = Fraction(after.earned - before.earned, POINT)
        if points > 0:
            item = next(item for item in outlook.frame.items if item.code == rule.item)
            metric = outlook.frame.metrics.get(rule.row.metric_id or (rule.events[0].metric_id if rule.events else 0))
            code = metric.code if metric else ""
            found.append(
                Raise(
                    rule.code,
                    item.code,
                    item.name,
                    code,
                    deed.text,
                    points,
                    max(gain, Fraction(0)),
                    _until(deed, terms, outlook),
                )
            )
    return found


def _until(deed: Deed, terms: RuleTerms, outlook: Outlook) -> date:
    """Until when the deed counts; where the rule counts from a later month, until the end of that one."""
    window = outlook.window
    if window.number < terms.from_month and deed.until == window.month.last_day:
        return Month(window.month.year, terms.from_month).last_day
    return deed.until


def deeds_of(rule: RuleFrame, terms: RuleTerms, outlook: Outlook) -> Iterable[Deed]:
    """What can still be done for a rule of its kind."""
    inputs = outlook.inputs[rule.pk]
    if outlook.window.number in inputs.na_months:
        return ()
    finder = _BY_KIND.get(terms.kind)
    return finder(rule, terms, inputs, outlook) if finder else ()


def year_end(outlook: Outlook) -> date:
    return date(outlook.window.month.year, 12, 31)


def _ratio(rule: RuleFrame, terms: RuleTerms, inputs: Inputs, outlook: Outlook) -> Iterator[Deed]:
    window, metric = outlook.window, rule.row.metric_id
    if not terms.per_months:
        gap = inputs.need - inputs.done
        if gap > 0:
            words = deed_words(metric, gap, outlook.frame)
            yield Deed(words, replace(inputs, done=inputs.need), window.month.last_day)
        return
    n = (window.number - 1) // terms.per_months
    if n * terms.per_months + 1 < window.first_month:
        return
    gap = terms.target - in_period(n, terms, inputs)
    last = Month(window.month.year, (n + 1) * terms.per_months).last_day
    if gap > 0 and window.end <= last:
        more = {**inputs.by_month, window.number: inputs.by_month.get(window.number, 0) + gap}
        words = f"{period_name(terms.per_months, n)}{deed_words(metric, gap, outlook.frame)}"
        yield Deed(words, replace(inputs, by_month=more), last)


def _tier(rule: RuleFrame, terms: RuleTerms, inputs: Inputs, outlook: Outlook) -> Iterator[Deed]:
    """The next tier: of a level by mending what is missing, of a flow by doing all that comes."""
    if not inputs.need:
        return
    frame, row = outlook.frame, rule.row
    is_level = frame.metrics[row.metric_id].kind == "level"
    unit = frame.metrics[row.metric_id].unit
    for tier in _next_tiers(terms, inputs, outlook.window):
        share = f"升到{percent(Fraction(tier.threshold, POINT))}档"
        missing = tier.threshold * inputs.need - inputs.done * POINT
        if is_level:
            more = _whole(Fraction(missing, POINT))
            new = replace(inputs, done=inputs.done + more)
            words = growth_words(row.metric_id, more, frame)
            yield Deed(f"{words}，{share}得{pts(tier.score)}分", new, year_end(outlook))
        elif tier.threshold < POINT:
            more = _whole(Fraction(missing, POINT - tier.threshold))
            if more > _still_to_come(inputs.need, outlook.window):
                return
            new = replace(inputs, done=inputs.done + more, need=inputs.need + more)
            yield Deed(f"今后至少{qty(more)}{unit}全部做到，{share}得{pts(tier.score)}分", new, year_end(outlook))
        return


def _next_tiers(terms: RuleTerms, inputs: Inputs, window: Window) -> list:
    """Tiers above the one reached, nearest first; before from_month only the top one counts."""
    above = [tier for tier in terms.tiers if inputs.done * POINT < tier.threshold * inputs.need]
    above.sort(key=lambda tier: tier.threshold)
    return above[-1:] if window.number < terms.from_month else above


def _still_to_come(need: int, window: Window) -> Fraction:
    """What the rest of the year brings at the year's own pace; more than that is no advice."""
    return Fraction(need * (13 - window.number), window.number)


def _whole(thousandths: Fraction) -> int:
    """The quantity rounded up to whole ones."""
    return -int(-thousandths // QUANTITY) * QUANTITY


def _add(rule: RuleFrame, terms: RuleTerms, inputs: Inputs, outlook: Outlook) -> Iterator[Deed]:
    for n, event in enumerate(rule.events):
        more = tuple(quantity + QUANTITY * (place == n) for place, quantity in enumerate(inputs.events))
        words = deed_words(event.metric_id, QUANTITY, outlook.frame)
        yield Deed(words, replace(inputs, events=more), year_end(outlook))


def _yes_no(rule: RuleFrame, terms: RuleTerms, inputs: Inputs, outlook: Outlook) -> Iterator[Deed]:
    if inputs.done < QUANTITY and terms.deadline_on and terms.deadline_on >= outlook.window.end:
        words = once_words(rule.row.metric_id, outlook.frame)
        yield Deed(words, replace(inputs, done=QUANTITY), terms.deadline_on)


_BY_KIND = {
    RuleKind.RATIO_FULL: _ratio,
    RuleKind.TIER_RATE: _tier,
    RuleKind.ADD_CAP: _add,
    RuleKind.YES_NO: _yes_no,
}
