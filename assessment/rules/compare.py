"""Two versions of a scheme side by side: what was added, taken out and changed, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from assessment.rules.document import CHILDREN, GradePart, SchemeDoc, in_words
from assessment.rules.terms import RuleKind

KIND_WORDS = {
    "head": "总则",
    "category": "大类",
    "item": "小项",
    "rule": "规则",
    "extra": "附加分项",
    "veto": "否决项",
    "grade": "等次",
}
FIELD_WORDS = {
    "code": "编号",
    "name": "名称",
    "points": "分值",
    "kind": "计分方式",
    "metric": "指标",
    "need_metric": "目标指标",
    "per_months": "周期",
    "target": "每期目标",
    "cap_per_period": "每期各算各的",
    "deadline": "截止日",
    "from_month": "起计月份",
    "na_if": "不适用条件",
    "review_subject": "评价内容",
    "review_role": "评价主体",
    "levels": "档次",
    "events": "事项",
    "tiers": "得分档",
    "counts": "计量内容",
    "evidence": "佐证",
    "note": "说明",
    "tags": "保障体系",
    "most": "封顶",
    "occurrence_group": "取最高的组",
    "unit": "单位",
    "grade_cap": "最高等次",
    "decided_by": "认定主体",
    "proposed_by": "提出",
    "threshold": "分数线",
    "quota": "名额比例",
    "valid_month": "生效月份",
    "score_floor": "最低分",
    "display_cap": "最高分",
    "bonus_cap": "加分封顶",
    "penalty_cap": "扣分封顶",
    "rank_min_months": "排名最少月数",
    "half_weight": "半年权重",
    "year_weight": "全年权重",
    "weights": "年终各部分",
    "tie_break": "同分先后",
    "rank_groups": "排名分组",
}
POINTS = frozenset({"points", "most", "threshold", "score_floor", "display_cap", "bonus_cap", "penalty_cap", "score"})
SHARES = frozenset({"quota", "half_weight", "year_weight", "weight", "min_response", "factor", "rate"})
PERIODS = {0: "不按周期", 1: "每月", 3: "每季度", 6: "每半年", 12: "每年"}
EMPTY = "（空）"
SAME_FOR_ALL = frozenset({"pk", "year", "version", "subject"}) | CHILDREN


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is not the same in both versions; `rows` are (field, before, after)."""

    kind: str
    pk: int
    label: str
    how: str
    rows: tuple[tuple[str, str, str], ...] = ()

    @property
    def kind_word(self) -> str:
        return KIND_WORDS[self.kind]


def compare(old: SchemeDoc, new: SchemeDoc, old_words: Mapping[int, str], new_words: Mapping[int, str]) -> list[Change]:
    """Every difference, in the order of the new version, what was taken out last; parts are known by their codes."""
    found = []
    head = _rows(old.head, new.head, old, new)
    if head:
        found.append(Change("head", new.head.pk, "总则", "改", head))
    for kind, before, after in (
        ("category", old.categories, new.categories),
        ("item", tuple(old.items), tuple(new.items)),
        ("rule", tuple(old.rules), tuple(new.rules)),
        ("extra", old.extras, new.extras),
        ("veto", old.vetoes, new.vetoes),
        ("grade", old.grades, new.grades),
    ):
        found += _changes(kind, before, after, (old, new), (old_words, new_words))
    return found


def _changes(kind: str, before: Any, after: Any, docs: tuple[SchemeDoc, SchemeDoc], words: Any) -> Iterator[Change]:
    known = {part.code: part for part in before}
    for part in after:
        old = known.pop(part.code, None)
        if old is None:
            yield Change(kind, part.pk, label_of(part), "增", _whole(part, docs[1], words[1], 2))
            continue
        rows = _rows(old, part, *docs)
        told = (words[0].get(old.pk, ""), words[1].get(part.pk, ""))
        if rows and kind == "rule" and told[0] != told[1]:
            rows = (*(row for row in rows if row[0] == "分值"), ("规则", *told))
        if rows:
            yield Change(kind, part.pk, label_of(part), "改", rows)
    for part in known.values():
        yield Change(kind, 0, label_of(part), "删", _whole(part, docs[0], words[0], 1))


def _whole(part: Any, doc: SchemeDoc, words: Mapping[int, str], side: int) -> tuple[tuple[str, str, str], ...]:
    """The one row that says what was added (side 2) or taken out (side 1)."""
    points = shown("points", part.points, doc) + "分" if hasattr(part, "points") else ""
    text = "，".join(filter(None, [points, words.get(part.pk, "")])) or label_of(part)
    return (("内容", text, "") if side == 1 else ("内容", "", text),)


def _rows(old: Any, new: Any, before: SchemeDoc, after: SchemeDoc) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (FIELD_WORDS.get(one.name, one.name), shown(one.name, was, before), shown(one.name, now, after))
        for one in fields(new)
        if one.name not in SAME_FOR_ALL and (was := getattr(old, one.name)) != (now := getattr(new, one.name))
    )


def label_of(part: Any) -> str:
    """What a part is called: its code and its name; a grade, whose code nobody says, by its name."""
    if isinstance(part, GradePart):
        return part.name
    return f"{part.code} {getattr(part, 'name', '')}".strip() if hasattr(part, "code") else "总则"


def differences(mine: Any, theirs: Any, doc: SchemeDoc) -> tuple[tuple[str, str, str], ...]:
    """(field, mine, theirs) of one part that two people changed."""
    return _rows(mine, theirs, doc, doc)


def shown(name: str, value: Any, doc: SchemeDoc) -> str:
    """One value of a part as people write it."""
    if value in ("", None, (), -1):
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    special = _SPECIAL.get(name)
    if special:
        return special(value, doc)
    if name in POINTS:
        return in_words(value)
    if name in SHARES:
        return f"{in_words(value * 100)}%"
    if isinstance(value, tuple):
        return "；".join(_line(one, doc) for one in value)
    return str(value)


_SPECIAL = {
    "deadline": lambda value, doc: f"{value[0]}月{value[1]}日",
    "target": lambda value, doc: in_words(value * 1000),
    "metric": lambda value, doc: doc.metric_name(value),
    "need_metric": lambda value, doc: doc.metric_name(value),
    "kind": lambda value, doc: RuleKind(value).label if value in list(RuleKind) else str(value),
    "per_months": lambda value, doc: PERIODS.get(value, f"{value}个月"),
    "from_month": lambda value, doc: f"{value}月",
    "valid_month": lambda value, doc: f"{value}月",
}


def _line(value: Any, doc: SchemeDoc) -> str:
    if isinstance(value, str):
        return value
    is_tier = type(value).__name__ == "TierPart"
    parts = []
    for one in fields(value):
        held = getattr(value, one.name)
        if one.name == "once":
            parts += ["只计一次"] if held else []
        elif held not in ("", -1) and one.name != "code":
            parts.append(shown("rate" if is_tier and one.name == "threshold" else one.name, held, doc))
    return " ".join(parts)
