"""Whether grades, quotas, vetoes, bonus and penalty items, limits and the year-end weights hold together."""

from __future__ import annotations

from collections.abc import Iterator

from assessment.rules.document import ExtraPart, SchemeDoc, in_words, percent_words
from assessment.rules.lint.findings import Finding, LintContext, error, warning
from assessment.rules.terms import POINT
from assessment.rules.types import NO_LIMIT

HUNDRED = 100 * POINT
MEMBER = "member"


def check(doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    yield from _limits(doc)
    for extra in doc.extras:
        yield from _extra(extra, doc)
    yield from _grades(doc)
    yield from _vetoes(doc, context)
    yield from _weights(doc)
    yield from _ties(doc)


def _limits(doc: SchemeDoc) -> Iterator[Finding]:
    head = doc.head
    if head.display_cap < HUNDRED:
        yield error(
            "limit.cap",
            head,
            "display_cap",
            f"最高分只有{in_words(head.display_cap)}分",
            "做满100分的也显示不出来。",
            "最高分不低于100。",
        )
    elif any(extra.kind == "bonus" for extra in doc.extras) and head.display_cap < HUNDRED + head.bonus_cap:
        yield warning(
            "limit.bonus",
            head,
            "display_cap",
            f"加分封顶{in_words(head.bonus_cap)}分，最高分却只有{in_words(head.display_cap)}分",
            "满分支部的加分有一部分显示不出来。",
            f"最高分改为{in_words(HUNDRED + head.bonus_cap)}，或者降低加分封顶。",
        )
    if head.score_floor >= head.display_cap:
        yield error(
            "limit.floor",
            head,
            "score_floor",
            f"最低分{in_words(head.score_floor)}不低于最高分{in_words(head.display_cap)}",
            "所有支部都会是同一个分。",
            "最低分一般填0。",
        )


def _extra(extra: ExtraPart, doc: SchemeDoc) -> Iterator[Finding]:
    word, cap = ("加", doc.head.bonus_cap) if extra.kind == "bonus" else ("扣", doc.head.penalty_cap)
    if extra.points <= 0 or extra.points % 1000:
        yield error(
            "extra.points",
            extra,
            "points",
            f"{extra.code}每次{in_words(extra.points)}分",
            "每次的分应大于0、至多3位小数，否则算不准。",
            "改成大于0、至多3位小数的数。",
        )
    elif extra.points > cap:
        yield error(
            "extra.exceeds",
            extra,
            "points",
            f"{extra.code}一次{word}{in_words(extra.points)}分，而{word}分合计封顶{in_words(cap)}分",
            f"超过封顶的部分{word}不到，写的和实际{word}的不一样。",
            "降低每次的分，或者提高合计封顶。",
        )
    if extra.most != NO_LIMIT and extra.occurrence_group:
        yield error(
            "extra.group",
            extra,
            "most",
            f"{extra.code}属于取最高的组，又单独设了封顶",
            "更高的荣誉会挤进已满的一项，得奖反而降分。",
            "去掉封顶，或者不放进取最高的组。",
        )
    elif extra.most != NO_LIMIT and extra.most < extra.points:
        yield error(
            "extra.cap",
            extra,
            "most",
            f"{extra.code}每次{in_words(extra.points)}分，封顶只有{in_words(extra.most)}分",
            "一次都算不满。",
            "把封顶提到每次的分以上。",
        )


def _grades(doc: SchemeDoc) -> Iterator[Finding]:
    lines = [grade.threshold for grade in doc.grades]
    if not doc.grades:
        return
    if lines != sorted(set(lines), reverse=True):
        yield error(
            "grade.order",
            doc.grades[0],
            "threshold",
            "等次的分数线没有从高到低排：" + "、".join(f"{one.name}{in_words(one.threshold)}" for one in doc.grades),
            "分数高的可能定成低等次，有的等次谁也到不了。",
            "好等次在前，分数线逐级降低。",
        )
    if min(lines) > doc.head.score_floor:
        yield error(
            "grade.cover",
            doc.grades[-1],
            "threshold",
            f"最低一等“{doc.grades[-1].name}”要{in_words(min(lines))}分以上",
            "低于它的支部没有等次。",
            f"把最低一等的分数线改为{in_words(doc.head.score_floor)}。",
        )
    if max(lines) > doc.head.display_cap:
        yield error(
            "grade.reach",
            doc.grades[0],
            "threshold",
            f"“{doc.grades[0].name}”要{in_words(max(lines))}分，超过最高分{in_words(doc.head.display_cap)}",
            "没有支部到得了。",
            "降低分数线。",
        )
    for grade in doc.grades:
        if grade.quota != NO_LIMIT and not 0 < grade.quota <= POINT:
            yield error(
                "grade.quota",
                grade,
                "quota",
                f"“{grade.name}”的名额比例是{percent_words(grade.quota)}",
                "名额不能多于参加排名的支部，也不能没有。",
                "填大于0、不超过100的百分数；不限名额就不填。",
            )


def _vetoes(doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    codes = [grade.code for grade in doc.grades]
    for veto in doc.vetoes:
        if not veto.grade_cap and doc.head.subject == MEMBER:
            pass  # it leads out of the party, not to a grade
        elif veto.grade_cap not in codes:
            yield error(
                "veto.grade",
                veto,
                "grade_cap",
                f"{veto.code}的最高等次“{veto.grade_cap}”不在等次里",
                "认定以后不知道限到哪一等。",
                "从现有等次里选。",
            )
        elif veto.grade_cap == codes[0]:
            yield error(
                "veto.harmless",
                veto,
                "grade_cap",
                f"{veto.code}认定后仍可评“{doc.grades[0].name}”",
                "限不住任何等次，否决成了空话。",
                "改选一个较低的等次。",
            )
        if not veto.decided_by:
            yield error(
                "veto.body",
                veto,
                "decided_by",
                f"{veto.code}没有写明由谁认定",
                "没有认定主体，提出以后没有人能决定。",
                "选一个认定主体。",
            )


def _weights(doc: SchemeDoc) -> Iterator[Finding]:
    head = doc.head
    if not head.is_composed:
        return
    if head.half_weight + head.year_weight != POINT or min(head.half_weight, head.year_weight) < 0:
        yield error(
            "weights.outer",
            head,
            "half_weight",
            f"半年和全年的权重是{percent_words(head.half_weight)}和{percent_words(head.year_weight)}，合计不是100%",
            "年终总分会整体偏高或偏低。",
            "两个权重合计改为100%。",
        )
    total = sum(part.weight for part in head.weights)
    if not head.weights and head.subject == MEMBER:
        return  # members have two halves and no parts
    if total != POINT or any(part.weight < 0 for part in head.weights):
        yield error(
            "weights.inner",
            head,
            "weights",
            f"全年各部分的权重合计{percent_words(total)}，不是100%",
            "年终总分会整体偏高或偏低。",
            "各部分权重合计改为100%。",
        )
    for part in head.weights:
        if part.min_response != NO_LIMIT and not 0 <= part.min_response <= POINT:
            yield error(
                "weights.response",
                head,
                "weights",
                f"“{part.name}”的最低回收率是{percent_words(part.min_response)}",
                "回收率超过100%谁也达不到，测评永远不采用。",
                "填0到100之间的百分数。",
            )


def _ties(doc: SchemeDoc) -> Iterator[Finding]:
    codes = {category.code for category in doc.categories}
    for rule in doc.head.tie_break:
        name = rule.removeprefix("category:")
        if name != rule and name not in codes:
            yield error(
                "tie.unknown",
                doc.head,
                "tie_break",
                f"同分先后里的大类{name}不存在",
                "同分时比不出先后。",
                "改成现有大类的编号。",
            )
