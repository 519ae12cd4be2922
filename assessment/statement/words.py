"""A rule in words, generated from its parameters, so that what is said is what is computed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

PERIOD_WORDS = {"month": "每月", "quarter": "每季度", "half": "每半年", "year": "每年"}
OTHER_PERIODS = {"month": "其他月", "quarter": "其他季度", "half": "另半年", "year": "其他年"}
NA_WORDS = {"no_committee": "不设支委会的支部", "no_groups": "不设党小组的支部"}
ROLE_WORDS = {"party_committee": "机关党委"}


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


def day_words(deadline: str) -> str:
    """ "1-31" as 1月31日."""
    month, day = deadline.split("-")
    return f"{int(month)}月{int(day)}日"


def rule_words(kind: str, points: Fraction, params: Mapping, metrics: Mapping[str, tuple[str, str]]) -> str:
    """One rule in words. `metrics` gives (name, unit) of a metric code; `params` are the scheme's own."""
    words = _BY_KIND[kind](points, params, metrics)
    if params.get("from_month"):
        words += f"；{params['from_month']}月起计（已满分的除外）"
    if params.get("na_if"):
        words += f"；{NA_WORDS.get(params['na_if'], params['na_if'])}不计"
    return words


def metric_name(code: str, metrics: Mapping[str, tuple[str, str]]) -> str:
    """The metric's name up to its first bracket: the remark in brackets is for the scheme page."""
    return metrics.get(code, (code, ""))[0].split("（")[0].removeprefix("其中")


def metric_unit(code: str, metrics: Mapping[str, tuple[str, str]]) -> str:
    return metrics.get(code, (code, ""))[1]


def _ratio(points: Fraction, params: Mapping, metrics: Mapping) -> str:
    if params.get("target_metric"):
        done, due = metric_name(params["metric"], metrics), metric_name(params["target_metric"], metrics)
        return f"{done} ÷ {due}，按比例得分，满分{plain(points)}"
    per, unit = params["per"], metric_unit(params["metric"], metrics)
    words = f"{PERIOD_WORDS[per]}{plain(Fraction(str(params['target'])))}{unit}"
    if params.get("cap_per_period"):
        return f"{words}，超出不补{OTHER_PERIODS[per]}"
    return f"{words}，可在本年内补足"


def _tier(points: Fraction, params: Mapping, metrics: Mapping) -> str:
    tiers = "，".join(
        f"≥{percent(Fraction(str(tier['min'])))}得{plain(Fraction(str(tier['score'])))}"
        for tier in params["tiers"]
        if Fraction(str(tier["min"]))
    )
    done, due = metric_name(params["numerator"], metrics), metric_name(params["denominator"], metrics)
    return f"{done} ÷ {due}分档：{tiers}，以下按最低档"


def _events(params: Mapping, metrics: Mapping, verb: str) -> str:
    parts = []
    for event in params["events"]:
        each = "一次性" if event.get("once") else f"每{metric_unit(event['metric'], metrics)}"
        cap = f"、最多{plain(Fraction(str(event['cap'])))}" if event.get("cap") else ""
        parts.append(f"{metric_name(event['metric'], metrics)}{each}{verb}{plain(Fraction(str(event['points'])))}{cap}")
    return "；".join(parts)


def _deduct(points: Fraction, params: Mapping, metrics: Mapping) -> str:
    return f"{plain(points)}分起扣，扣完为止：{_events(params, metrics, '扣')}"


def _add(points: Fraction, params: Mapping, metrics: Mapping) -> str:
    return f"{_events(params, metrics, '加')}，全年最多{plain(points)}，按月均摊可得额"


def _yes_no(points: Fraction, params: Mapping, metrics: Mapping) -> str:
    return f"{metric_name(params['metric'], metrics)}（{day_words(params['deadline'])}前）"


def _reviewer(points: Fraction, params: Mapping, metrics: Mapping) -> str:
    role = ROLE_WORDS.get(params.get("role", ""), params.get("role", ""))
    levels = "，".join(
        f"{level['name']}{percent(Fraction(str(level['factor'])))}" for level in params.get("levels") or ()
    )
    return f"{role}评定{params.get('subject', '')}" + (f"：{levels}" if levels else "，0—100分")


_BY_KIND = {
    "ratio_full": _ratio,
    "tier_rate": _tier,
    "deduct": _deduct,
    "add_cap": _add,
    "yes_no": _yes_no,
    "reviewer": _reviewer,
}
