"""Fields of scores: the month's score with categories and items, the year's result, and the items as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from django.urls import reverse

from assessment.rules.terms import POINT, rounded
from assessment.selectors import BranchRow, ItemFrame, SchemeFrame
from assessment.selectors.scoreboard import mean
from branches.models import Organisation
from officeforms.selectors.fields.base import BRANCH, COPY, ITEM, Field, Figure
from officeforms.selectors.fields.reading import Reading

SCORES, YEAR = "得分", "年终"


def _score(code: str, name: str, value: Callable[[BranchRow], Any], *words: str) -> Field:
    def read(reading: Reading, branch: Organisation) -> Figure:
        row = reading.board.by_branch.get(branch.pk) if reading.board else None
        url = reverse("assessment:statement", args=[branch.pk, str(reading.month)])
        return Figure(value(row) if row else None, f"得分说明：{branch.short_name}{reading.month.label}", url)

    return Field(f"score.{code}", name, SCORES, BRANCH, read, "考核总览、得分说明", words)


def _exact(value: Any) -> Any:
    return None if value is None else rounded(value)


def _rank(row: BranchRow) -> Any:
    return row.rank


FIXED = [
    _score("total", "总分", lambda row: row.confirmed.shown, "得分", "考核得分", "月度得分"),
    _score("base", "日常得分", lambda row: _exact(row.confirmed.base), "基础分"),
    _score("bonus", "加分", lambda row: _exact(row.confirmed.bonus), "附加分"),
    _score("penalty", "扣分", lambda row: _exact(row.confirmed.penalty), "附加扣分"),
    _score("rank", "名次", _rank, "排名", "组内名次"),
    _score("change", "较上月", lambda row: row.change(), "较上月增减"),
    _score("provisional", "总分（含待审）", lambda row: row.provisional.shown),
]


def _result(code: str, name: str, value: Callable[[Reading, Any], Any], *words: str) -> Field:
    def read(reading: Reading, branch: Organisation) -> Figure:
        row = reading.results.get(branch.pk)
        url = reverse("appraisal:year", args=[reading.month.year])
        return Figure(value(reading, row) if row else None, f"年终考核：{reading.month.year}年", url)

    return Field(f"year.{code}", name, YEAR, BRANCH, read, "年终考核", words)


RESULTS = [
    _result("total", "年终总分", lambda _r, row: row.shown, "年度得分", "年终得分"),
    _result("rank", "年终名次", lambda _r, row: row.rank, "年度排名"),
    _result("grade", "年终等次", lambda r, row: r.grades.get(row.grade, ""), "等次", "考核等次"),
]


def _mean_score(reading: Reading, _subject: Any) -> Figure:
    found = mean(row.confirmed.score for row in reading.board.rows) if reading.board else None
    url = reverse("assessment:overview_month", args=[str(reading.month)])
    return Figure(_exact(found), f"考核总览：{reading.month.label}", url)


MEAN = Field("copy.mean_score", "平均分", "合计", COPY, _mean_score, "考核总览", ("平均得分", "支部平均分"))


def fields(frame: SchemeFrame | None) -> Iterator[Field]:
    """Score fields; with a scheme those of its categories and items, too."""
    yield MEAN
    yield from FIXED
    for category in frame.categories if frame else ():
        yield _score(
            f"category.{category.code}",
            f"{category.code} {category.name}得分",
            lambda row, code=category.code: _shown(row.confirmed.categories, code),
            category.name,
        )
    for item in frame.items if frame else ():
        yield _score(
            f"item.{item.code}",
            f"{item.code} {item.name}得分",
            lambda row, code=item.code: _shown(row.confirmed.items, code),
            f"{item.code}{item.name}",
        )
    yield from RESULTS


def _shown(shares: Any, code: str) -> Any:
    return shares[code].shown if code in shares else None


def _item(code: str, name: str, value: Callable[[ItemFrame, Any], Any], *words: str) -> Field:
    def read(reading: Reading, item: ItemFrame) -> Figure:
        branch = reading.branch
        row = reading.board.by_branch.get(branch.pk) if reading.board and branch else None
        share = row.confirmed.items.get(item.code) if row else None
        url = reverse("assessment:statement", args=[branch.pk, str(reading.month)]) if branch else ""
        return Figure(value(item, share), f"得分说明：{item.code} {item.name}", url)

    return Field(f"item.{code}", name, "考核小项", ITEM, read, "得分说明、考核方案", words)


ITEM_FIELDS = [
    _item("code", "小项代码", lambda item, _s: item.code, "代码", "编号"),
    _item("name", "小项", lambda item, _s: item.name, "考核小项", "项目", "考核项目"),
    _item("category", "大类", lambda item, _s: item.category, "类别"),
    _item("counts", "考核内容", lambda item, _s: item.counts, "内容"),
    _item("points", "分值", lambda item, _s: _exact_points(item.points), "满分"),
    _item("earned", "小项得分", lambda _i, share: share.shown if share else None, "得分", "审核分"),
    _item("lost", "小项扣分", lambda item, share: _lost(item, share), "扣分"),
]


def _exact_points(points: int) -> Any:
    return rounded(Fraction(points, POINT))


def _lost(item: ItemFrame, share: Any) -> Any:
    if share is None or share.score is None:
        return None
    return _exact_points(item.points) - share.shown
