"""Whether the points add up: rules to their item, items to their category, categories to 100; codes and empty parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from assessment.rules.document import SchemeDoc, in_words
from assessment.rules.lint.findings import Finding, LintContext, error, warning
from assessment.rules.terms import POINT

HUNDRED = 100 * POINT
SOFT = "unreported"  # nobody entered anything: a matter of the year, not of the scheme
WHY_SUM = "分值对不上，算出的得分就不是百分制，也说不清每一项占多少。"


def check(doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    yield from _totals(doc)
    yield from _items(doc)
    yield from _codes(doc)
    yield from _conditions(doc)


def total_of(parts: Iterable[Any]) -> int:
    """The sum of the points of parts."""
    return sum(part.points for part in parts)


def _totals(doc: SchemeDoc) -> Iterator[Finding]:
    total = total_of(doc.categories)
    if total != HUNDRED:
        yield error(
            "sum.total",
            doc.head,
            "",
            f"各大类分值合计{in_words(total)}分，不是100分",
            WHY_SUM,
            f"把大类分值{'减去' if total > HUNDRED else '补足'}{in_words(abs(total - HUNDRED))}分。",
        )
    for category in doc.categories:
        if not category.items:
            yield error(
                "category.empty",
                category,
                "",
                f"大类“{category.name}”没有小项",
                "没有小项的大类谁也得不到分。",
                "添上小项，或者删去这个大类。",
            )
        elif total_of(category.items) != category.points:
            yield error(
                "sum.category",
                category,
                "points",
                f"大类“{category.name}”{in_words(category.points)}分，小项合计{in_words(total_of(category.items))}分",
                WHY_SUM,
                "改大类分值或小项分值，使两者相等。",
            )


def _items(doc: SchemeDoc) -> Iterator[Finding]:
    for item in doc.items:
        if not item.rules:
            yield error(
                "item.empty",
                item,
                "",
                f"小项“{item.name}”没有计分规则",
                "没有规则的小项谁也得不到分。",
                "添一条规则，或者删去这个小项。",
            )
        elif total_of(item.rules) != item.points:
            total = total_of(item.rules)
            verb = "超过" if total > item.points else "少于"
            yield error(
                "sum.item",
                item,
                "points",
                f"小项“{item.name}”{in_words(item.points)}分，各规则合计{in_words(total)}分，{verb}小项分值",
                WHY_SUM,
                "改小项分值或规则分值，使两者相等。",
            )


def _codes(doc: SchemeDoc) -> Iterator[Finding]:
    for parts in (doc.categories, tuple(doc.items), tuple(doc.rules), doc.extras, doc.vetoes, doc.grades):
        counted = Counter(part.code for part in parts)
        seen: set[str] = set()
        for part in parts:
            if counted[part.code] > 1 and part.code in seen:
                yield error(
                    "code.twice",
                    part,
                    "code",
                    f"编号{part.code}用了{counted[part.code]}次",
                    "评分、申诉和报表都按编号找，重复了就对不上。",
                    "给其中一个换一个编号。",
                )
            seen.add(part.code)


def _conditions(doc: SchemeDoc) -> Iterator[Finding]:
    for category in doc.categories:
        rules = [rule for item in category.items for rule in item.rules]
        if rules and all(rule.na_if and rule.na_if != SOFT for rule in rules):
            yield warning(
                "na.category",
                category,
                "",
                f"大类“{category.name}”的规则全都有不适用条件，符合条件的支部在这一类没有任何考核内容",
                "这些支部的得分只由其他大类折算，和别的支部不好比。",
                "至少留一条人人适用的规则，或者确认就是这样设计的。",
            )
