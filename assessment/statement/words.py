"""A rule in words, generated from its parameters, so that what is said is what is computed."""

from __future__ import annotations

from fractions import Fraction

from assessment.selectors.frame import RuleFrame, SchemeFrame

PERIOD_WORDS = {1: "每月", 3: "每季度", 6: "每半年", 12: "每年"}
OTHER_PERIODS = {1: "其他月", 3: "其他季度", 6: "另半年", 12: "其他年"}
NA_WORDS = {
    "no_committee": "不设支委会的支部",
    "no_groups": "不设党小组的支部",
    "unreported": "本年没有登记这一项的支部",
}
ROLE_WORDS = {"party_committee": "机关党委", "unit_head": "所在科室或项目负责人", "masses": "群众"}


def plain(value: Fraction | int, places: int = 6) -> str:
    """A number as written by hand: no needless zeros, at most `places` decimals, half up."""
    scaled = abs(Fraction(value)) * 10**places
    digits = int(scaled + Fraction(1, 2))
    whole, rest = divmod(digits, 10**places)
    tail = f".{rest:0{places}d}".rstrip("0").rstrip(".") if places else ""
    return f"{'−' if value < 0 and digits else ''}{whole}{tail}"


def two(value: Fraction | int) -> str:
    """A score as shown: two places, half up (away from zero below it)."""
    cents = int(abs(Fraction(value)) * 100 + Fraction(1, 2))
    return f"{'−' if value < 0 and cents else ''}{cents // 100}.{cents % 100:02d}"


def signed(value: Fraction | int) -> str:
    """A change: +0.50, −0.30, 0.00."""
    text = two(value)
    return text if text.startswith("−") or text == "0.00" else f"+{text}"


def percent(value: Fraction) -> str:
    """A share as 88.3%, never rounded up to a tier it does not reach."""
    tenths = int(Fraction(value) * 1000)
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def rule_words(rule: RuleFrame, frame: SchemeFrame) -> str:
    """One rule in words, from its own parameters."""
    words = _BY_KIND[rule.kind](rule, frame)
    if rule.row.from_month > 1:
        words += f"；{rule.row.from_month}月起计（提前达到满分的即计）"
    if rule.row.na_if:
        words += f"；{NA_WORDS.get(rule.row.na_if, rule.row.na_if)}不计"
    return words


def metric_name(pk: int | None, frame: SchemeFrame) -> str:
    """The metric's name up to its first bracket; the remark in brackets is for the scheme page."""
    metric = frame.metrics.get(pk or 0)
    return short_name(metric.name) if metric else ""


def short_name(name: str) -> str:
    """A metric's name without 其中 and without the remark in brackets."""
    return name.removeprefix("其中").split("（")[0]


def metric_unit(pk: int | None, frame: SchemeFrame) -> str:
    metric = frame.metrics.get(pk or 0)
    return metric.unit if metric else ""


def pts(millionths: int) -> str:
    """Stored points as written by hand."""
    return plain(Fraction(millionths, 1_000_000))


def qty(thousandths: int) -> str:
    """A stored quantity as written by hand."""
    return plain(Fraction(thousandths, 1000), 3)


DEED_WORDS = {  # what is done once, where the metric's name alone does not say it
    "committee_talks.complete": "书记与每名委员都谈到",
    "democratic_appraisal.closed": "完成民主评议党员，优秀不超过三分之一",
    "party_lecture.by_secretary": "由书记主讲1次党课",
}
GROWTH_WORDS = {  # a number of people or things that stands until something changes
    "member.talked": "再与{n}名党员谈心谈话",
    "member.fields_complete": "再补齐{n}名党员的必填信息",
    "member.credits_on_pace": "再有{n}名党员的学分达到进度",
}


MEMBER_DEEDS = {  # what a member can do again
    "member.credits": "再修{n}学分",
    "member.collective_hours": "再参加{n}学时集中学习",
    "theme_day.attended_or_made_up": "30天内补上缺席的主题党日",
    "member.volunteer_hours": "再做{n}小时志愿服务",
    "member.project_led": "再牵头办结{n}个项目",
    "member.project_joined": "再参与办结{n}个项目",
    "member.task_force": "再参加{n}次急难任务",
}


def deed_words(pk: int | None, thousandths: int, frame: SchemeFrame) -> str:
    """Something done again, as one says it: 再开2次党小组会, 再讲1次党课, 再办结1个领办项目."""
    name, count = metric_name(pk, frame), f"{qty(thousandths)}{metric_unit(pk, frame)}"
    metric = frame.metrics.get(pk or 0)
    if metric and metric.code in MEMBER_DEEDS:
        return MEMBER_DEEDS[metric.code].format(n=qty(thousandths))
    if name.startswith("当年办结的"):
        return f"再办结{count}{name.removeprefix('当年办结的')}"
    if name.startswith("党课"):
        return f"再讲{count}{name}"
    verb = "开" if name.endswith(("会", "会议")) else "办" if name.endswith("公开") else "开展"
    return f"再{verb}{count}{name}"


def once_words(pk: int | None, frame: SchemeFrame) -> str:
    """Something that is done once a year: 报送年度总结, 召开组织生活会."""
    metric = frame.metrics.get(pk or 0)
    code, name = (metric.code if metric else ""), metric_name(pk, frame)
    verb = "报送" if code.endswith(".sent") else "召开" if name.endswith(("会", "会议")) else "完成"
    return DEED_WORDS.get(code) or f"{verb}{name}"


def growth_words(pk: int | None, thousandths: int, frame: SchemeFrame) -> str:
    """What a standing number lacks: 再与6名党员谈心谈话."""
    metric = frame.metrics.get(pk or 0)
    words = GROWTH_WORDS.get(metric.code if metric else "")
    if words:
        return words.format(n=qty(thousandths))
    return f"{metric_name(pk, frame)}再增{qty(thousandths)}{metric_unit(pk, frame)}"


def _ratio(rule: RuleFrame, frame: SchemeFrame) -> str:
    row = rule.row
    if not row.per_months:
        return f"{metric_name(row.metric_id, frame)} ÷ {metric_name(row.need_metric_id, frame)}，按比例得分"
    words = f"{PERIOD_WORDS[row.per_months]}{qty(row.target)}{metric_unit(row.metric_id, frame)}"
    item = next(item for item in frame.items if item.code == rule.item)
    if rule.pk != item.rules[0].pk:  # the item's name says only what its first rule counts
        words = f"{metric_name(row.metric_id, frame)}：{words}"
    if row.cap_per_period:
        return f"{words}，超出不补{OTHER_PERIODS[row.per_months]}"
    return f"{words}，可在本年内补足"


def _tier(rule: RuleFrame, frame: SchemeFrame) -> str:
    tiers = "，".join(
        f"≥{percent(Fraction(tier.threshold, 1_000_000))}得{pts(tier.score)}"
        for tier in sorted_tiers(rule)
        if tier.threshold
    )
    done, due = metric_name(rule.row.metric_id, frame), metric_name(rule.row.need_metric_id, frame)
    return f"{done} ÷ {due}分档：{tiers}"


def sorted_tiers(rule: RuleFrame) -> list:
    return sorted(rule.tiers, key=lambda tier: -tier.threshold)


def _events(rule: RuleFrame, frame: SchemeFrame, verb: str) -> str:
    parts = []
    for event in rule.events:
        each = "一次性" if event.once else f"每{metric_unit(event.metric_id, frame)}"
        cap = f"、最多{pts(event.most)}" if event.most >= 0 else ""
        parts.append(f"{metric_name(event.metric_id, frame)}{each}{verb}{pts(event.points)}{cap}")
    return "；".join(parts)


def _deduct(rule: RuleFrame, frame: SchemeFrame) -> str:
    return f"{pts(rule.points)}分起扣，扣完为止：{_events(rule, frame, '扣')}"


def _add(rule: RuleFrame, frame: SchemeFrame) -> str:
    return f"{_events(rule, frame, '加')}，全年最多{pts(rule.points)}，可得额按已过月份均摊"


def _yes_no(rule: RuleFrame, frame: SchemeFrame) -> str:
    deadline = rule.row.deadline_on
    return f"{metric_name(rule.row.metric_id, frame)}（{deadline.month}月{deadline.day}日前）"


def _reviewer(rule: RuleFrame, frame: SchemeFrame) -> str:
    role = ROLE_WORDS.get(rule.row.review_role, rule.row.review_role)
    levels = "，".join(f"{level['name']}{percent(Fraction(str(level['factor'])))}" for level in rule.row.levels)
    return f"{role}评定{rule.row.review_subject}" + (f"：{levels}" if levels else "，0—100分")


_BY_KIND = {
    "ratio_full": _ratio,
    "tier_rate": _tier,
    "deduct": _deduct,
    "add_cap": _add,
    "yes_no": _yes_no,
    "reviewer": _reviewer,
}


def points_of(millionths: int) -> Fraction:
    """Stored points exactly."""
    return Fraction(millionths, 1_000_000)


def target_words(line) -> tuple[str, str]:
    """Target and done of a statement's line, as the sheet's two columns show them."""
    result, kind = line.result, line.rule.kind
    if not result.is_applicable:
        return "不适用", ""
    if kind in ("ratio_full", "tier_rate"):
        return (qty(result.need), qty(result.done)) if result.need else ("—", "—")
    if kind == "yes_no":
        return "1", qty(min(result.done, 1000))
    if kind == "deduct":
        return "0", f"扣{pts(result.done)}"
    if kind == "add_cap":
        return pts(result.need), pts(result.done)
    return "评定", pts(result.done) if result.need else "未评"
