"""Numbers of a report and the records behind them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.rules.provenance import (
    Figure,
    marked,
    pieces_of,
    read_figures,
    refreshed,
    text_faults,
    unsourced,
    without_marks,
)
from appraisal.rules.report_draft import SOURCES, Weak, draft_report


def figures(**values: str) -> dict[int, Figure]:
    """All sources with these values (others 0), by number."""
    return {
        n: Figure(n, source.code, source.label, values.get(source.code, "0"), source.unit, f"/facts/{n}/")
        for n, source in enumerate(SOURCES, start=1)
    }


def by_code(found: dict[int, Figure]) -> dict[str, Figure]:
    return {figure.code: figure for figure in found.values()}


numbers = st.integers(0, 400).map(str)
calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
values = st.fixed_dictionaries({source.code: numbers for source in SOURCES})
weak_ones = st.lists(st.builds(Weak, st.sampled_from(["党课", "组织生活会", "计划与总结"]), st.just("1")), max_size=3)


@calm
@given(values, weak_ones)
def test_every_number_of_a_draft_has_its_source_and_agrees(given_values, weak) -> None:
    found = figures(**given_values)
    text = draft_report(2026, by_code(found), weak)

    assert text_faults(text, found) == []
    assert unsourced(text) == []
    assert [line[:2] for line in text.splitlines() if "、" in line[:2]] == ["一、", "二、", "三、"]
    assert [text.count(f"（{n}）") for n in "一二三四"] == [3, 3, 2, 1]


@calm
@given(values, values)
def test_refreshing_brings_every_unchanged_number_to_today(before, after) -> None:
    old, new = figures(**before), figures(**after)
    text = draft_report(2026, by_code(old), [])

    assert text_faults(refreshed(text, old, new), new) == []
    assert refreshed(text, old, old) == text


@calm
@given(values, values)
def test_words_are_not_touched_by_refreshing(before, after) -> None:
    old, new = figures(**before), figures(**after)
    text = draft_report(2026, by_code(old), [])

    def words(one: str) -> str:
        return "".join(sign for sign in one if not sign.isdigit())

    assert words(refreshed(text, old, new)) == words(text)


def test_number_changed_by_hand_is_kept_and_named() -> None:
    old, new = figures(theme_days="10"), figures(theme_days="11")
    text = "开展主题党日12次〔8〕。"

    assert refreshed(text, old, new) == text
    assert text_faults(text, new) == ["主题党日写的是12，记录为11〔8〕。"]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("开展主题党日10次〔8〕。", []),
        ("开展主题党日10〔8〕次。", []),
        ("开展主题党日十次〔8〕。", ["〔8〕前面没有数字。"]),
        ("办了3件事〔77〕。", ["〔77〕没有对应的数据。"]),
        ("没有标记的15件实事。", []),
    ],
)
def test_faults_of_a_text(text, faults) -> None:
    assert text_faults(text, figures(theme_days="10")) == faults


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("2026年11月5日召开第3次会议。", []),
        ("一、情况\n1. 走访企业20家次，解决问题13个。", ["20", "13"]),
        ("主题党日10次〔8〕，慰问6人。", ["6"]),
    ],
)
def test_numbers_without_a_source_are_named(text, bare) -> None:
    assert unsourced(text) == bare


def test_line_is_cut_at_its_marks() -> None:
    found = figures(theme_days="10")
    pieces = list(pieces_of("主题党日10次〔8〕，其他〔90〕。", found))

    assert [piece.text for piece in pieces] == ["主题党日10次", "〔8〕", "，其他", "〔90〕", "。"]
    assert [piece.figure.url if piece.figure else None for piece in pieces] == [None, "/facts/8/", None, None, None]
    assert without_marks("主题党日10次〔8〕。") == "主题党日10次。"


def test_figures_survive_their_keeping() -> None:
    found = figures(members="13")
    assert read_figures([figure.as_row() for figure in found.values()]) == found
    assert marked(found[1]) == "13名〔1〕"


def test_nothing_done_is_said_among_the_problems_and_not_among_the_work() -> None:
    text = draft_report(2026, by_code(figures(members="9", rectifying="2")), [])
    work, lacking = text.split("二、")
    assert "0次" not in work
    assert "仍有2项〔18〕没有销号" in lacking
