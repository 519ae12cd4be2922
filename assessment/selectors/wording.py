"""The rules of a document in plain words, also while they are being written and not yet whole."""

from __future__ import annotations

from django.http import Http404

from assessment.models import Metric, Rule, RuleEvent, RuleTier, Scheme
from assessment.rules.document import ItemPart, RulePart, SchemeDoc, own_values
from assessment.rules.terms import RuleKind
from assessment.selectors.frame import CategoryFrame, ItemFrame, RuleFrame, SchemeFrame
from assessment.statement.words import rule_words
from core.periods import Month

UNFINISHED = "还没有填完整"


def words_of(doc: SchemeDoc, scheme: Scheme) -> dict[int, str]:
    """Rule row → the rule in words; what is not whole yet says so."""
    frame = frame_of_document(doc, scheme)
    return {rule.pk: safe_words(rule, frame) for rule in frame.rules}


def frame_of_document(doc: SchemeDoc, scheme: Scheme) -> SchemeFrame:
    """A document as the frame that words are made from; nothing of it is saved."""
    metrics = {metric.pk: metric for metric in Metric.objects.all()}
    ids = {metric.code: pk for pk, metric in metrics.items()}
    categories = tuple(
        CategoryFrame(
            one.code, one.name, one.points, tuple(_item(item, one.code, ids, doc.head.year) for item in one.items)
        )
        for one in doc.categories
    )
    return SchemeFrame(scheme.pk, scheme, categories, (), (), (), metrics)


def _item(item: ItemPart, category: str, ids: dict[str, int], year: int) -> ItemFrame:
    rules = tuple(_rule(rule, item.code, category, ids, year) for rule in item.rules)
    return ItemFrame(item.code, item.name, item.points, category, item.counts, item.evidence, item.note, rules)


def _rule(part: RulePart, item: str, category: str, ids: dict[str, int], year: int) -> RuleFrame:
    month, day = part.deadline or (0, 0)
    plain = {
        name: value
        for name, value in own_values(part).items()
        if name not in ("metric", "need_metric", "deadline", "levels", "events", "tiers")
    }
    row = Rule(
        pk=part.pk,
        metric_id=ids.get(part.metric),
        need_metric_id=ids.get(part.need_metric),
        deadline_on=Month(year, month).first_day.replace(day=min(day, Month(year, month).last_day.day))
        if month
        else None,
        levels=[{"code": one.code, "name": one.name, "factor": one.factor / 1_000_000} for one in part.levels],
        **plain,
    )
    events = tuple(
        RuleEvent(metric_id=ids.get(one.metric), points=one.points, once=one.once, most=one.most) for one in part.events
    )
    tiers = tuple(RuleTier(threshold=one.threshold, score=one.score) for one in part.tiers)
    return RuleFrame(part.pk, item, category, row, events, tiers)


def safe_words(rule: RuleFrame, frame: SchemeFrame) -> str:
    """The rule in words, or that it is not whole yet; a published one always is."""
    if rule.kind not in list(RuleKind) or _lacks(rule):
        return UNFINISHED
    try:
        return rule_words(rule, frame)
    except (KeyError, Http404):
        return UNFINISHED


def _lacks(rule: RuleFrame) -> bool:
    row = rule.row
    needs_metric = rule.kind in (RuleKind.RATIO_FULL, RuleKind.TIER_RATE, RuleKind.YES_NO)
    return (needs_metric and not row.metric_id) or (rule.kind == RuleKind.YES_NO and row.deadline_on is None)
