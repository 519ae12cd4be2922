"""The draw: reproducible, of the asked size, never anybody twice, fair; and the dealing to inspectors."""

from __future__ import annotations

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules.draw import deal, draw, place_of

KEYS = st.lists(st.text("0123456789.", min_size=1, max_size=8), max_size=40)
SEEDS = st.text(max_size=40)
SIZES = st.integers(0, 50)


@given(seed=SEEDS, keys=KEYS, size=SIZES, shuffler=st.randoms(use_true_random=False))
def test_same_seed_draws_the_same_in_whatever_order(seed, keys, size, shuffler):
    other = [*keys, *keys[:3]]
    shuffler.shuffle(other)
    assert draw(seed, other, size) == draw(seed, keys, size)


@given(seed=SEEDS, keys=KEYS, size=SIZES)
def test_size_is_what_was_asked_or_all_and_nobody_is_drawn_twice(seed, keys, size):
    drawn = draw(seed, keys, size)
    assert len(drawn) == len(set(drawn)) == min(size, len(set(keys)))
    assert set(drawn) <= set(keys)


@given(seed=SEEDS, keys=KEYS, size=st.integers(0, 39))
def test_a_larger_draw_only_adds(seed, keys, size):
    assert draw(seed, keys, size + 1)[:size] == draw(seed, keys, size)


@given(seed=SEEDS, keys=KEYS, gone=st.text("abc", min_size=1), size=SIZES)
def test_who_comes_or_goes_moves_no_other_lot(seed, keys, gone, size):
    drawn = [key for key in draw(seed, [*keys, gone], size + 1) if key != gone]
    assert drawn[:size] == draw(seed, keys, size)


def test_lot_can_be_drawn_again_with_any_tool():
    lots = {key: hashlib.sha256(f"0731\n{key}".encode()).hexdigest() for key in ("a", "b", "c")}
    assert {key: place_of("0731", key) for key in lots} == lots
    assert draw("0731", lots, 2) == sorted(lots, key=lambda key: lots[key])[:2]


def test_every_key_comes_up_about_equally_often():
    keys = [f"{n:03d}" for n in range(30)]
    counts = Counter(key for n in range(2000) for key in draw(f"seed{n}", keys, 6))
    assert set(counts) == set(keys)
    assert all(330 < count < 470 for count in counts.values())  # 400 expected, over 3.5 deviations each way


@given(
    keys=st.lists(st.integers(0, 99).map(str), unique=True, max_size=30),
    hands=st.lists(st.integers(1, 9), unique=True, min_size=1, max_size=5),
    barred=st.dictionaries(st.integers(1, 9), st.sets(st.integers(0, 99).map(str))),
)
def test_nobody_is_dealt_what_is_barred_and_nothing_is_lost(keys, hands, barred):
    dealt = deal(keys, hands, barred)
    assert list(dealt) == keys
    for key, hand in dealt.items():
        free = [one for one in hands if key not in barred.get(one, set())]
        assert (hand in free) if free else hand is None


@given(count=st.integers(0, 40), hands=st.integers(1, 6))
def test_work_is_shared_evenly(count, hands):
    dealt = Counter(deal([str(n) for n in range(count)], list(range(hands)), {}).values())
    assert max(dealt.values(), default=0) - min((dealt[n] for n in range(hands)), default=0) <= 1
