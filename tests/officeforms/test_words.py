"""Words of fields: what asks the same, what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from officeforms.rules.burden import Ask, load_of, tenths_of_mean, total
from officeforms.rules.words import best, likeness, plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("本月主题党日次数", "主题党日"),
        ("书记姓名", "书记"),
        ("党员人数（人）", "党员数"),
        ("主题党日开展次数", "主题党日"),
        ("填报单位（盖章）：", "填报单位"),
        ("入党时间", "入党日期"),
        ("是否设支委会", "支委会"),
    ],
)
def test_heads_that_ask_the_same_are_the_same(one, other):
    assert best(one, [("x", other)]) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("困难党员慰问金额", "党员数"),
        ("志愿服务时长", "主题党日"),
        ("值班安排", "书记"),
        ("", "书记"),
        ("党费", "党课"),
    ],
)
def test_heads_that_ask_another_thing_are_not(one, other):
    assert best(one, [("x", other)]) is None


def test_nearest_of_several_wins():
    assert best("预备党员人数", [("all", "党员数"), ("new", "预备党员数")]) == ("new", 100)


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_a_percentage_and_goes_both_ways(one, other):
    one, other = plain(one), plain(other)
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 100


ASKS = {"a": Ask("a", "甲", 3, 5), "file": Ask("file", "附件", 0, 1), "reminder": Ask("reminder", "提醒", 0, 1)}


def test_load_is_pieces_times_what_is_declared():
    load = load_of(ASKS, [("a", 2), ("file", 4), ("a", 1), ("reminder", 2)])
    assert (load.fields, load.minutes, load.files, load.reminders) == (9, 21, 4, 2)
    assert load.pieces == {"a": 3, "file": 4, "reminder": 2}


@given(st.lists(st.tuples(st.sampled_from(sorted(ASKS)), st.integers(0, 50))), st.integers(0, 9))
def test_total_of_parts_is_the_load_of_all(counted, cut):
    parts = total([load_of(ASKS, counted[:cut]), load_of(ASKS, counted[cut:])])
    whole = load_of(ASKS, counted)
    assert (parts.fields, parts.minutes, parts.pieces) == (whole.fields, whole.minutes, whole.pieces)


def test_mean_is_rounded_half_up_in_tenths():
    assert [tenths_of_mean(*pair) for pair in ((0, 0), (1, 4), (1, 3), (10, 1))] == [0, 3, 3, 100]
