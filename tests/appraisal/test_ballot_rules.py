"""The pure rules of ballots: codes that are read as they are typed, tallies, validity, what stays hidden."""

from __future__ import annotations

import secrets
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules.ballots import (
    ALPHABET,
    GRADES,
    MARKS,
    MIN_SHOWN,
    Tally,
    new_code,
    printed,
    rates,
    read_code,
    result_digest,
)

code_texts = st.text(alphabet=ALPHABET, min_size=12, max_size=12)
counts = st.fixed_dictionaries({choice.code: st.integers(0, 400) for choice in MARKS})


@given(code_texts)
def test_code_is_read_back_from_the_slip(code: str) -> None:
    assert read_code(printed(code)) == code
    assert read_code(f"  {printed(code).lower().replace('-', ' ')}  ") == code


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("OIL0-1111-2222", "011011112222"),
        ("７Ｋ２Ｍ－９ＱＸＡ－０４ＴＢ", "7K2M9QXA04TB"),
        ("7K2M 9QXA", ""),
        ("7K2M-9QXA-04TU", ""),
        ("", ""),
        ("7K2M-9QXA-04TB-1", ""),
        ("²" * 12, "222222222222"),
    ],
)
def test_typed_code_is_read_kindly_or_not_at_all(typed: str, read: str) -> None:
    assert read_code(typed) == read


@given(st.text(max_size=200))
def test_whatever_is_typed_gives_a_code_or_nothing(typed: str) -> None:
    read = read_code(typed)
    assert read == "" or (len(read) == 12 and set(read) <= set(ALPHABET))


def test_new_codes_differ_and_use_the_whole_alphabet() -> None:
    fresh = {new_code(secrets.randbelow) for _ in range(2000)}
    assert len(fresh) == 2000
    assert set("".join(fresh)) == set(ALPHABET)


@given(counts)
def test_tally_is_the_mean_of_its_ballots_in_any_order(given_counts: dict[str, int]) -> None:
    points = {choice.code: choice.points for choice in MARKS}
    ballots = [points[code] for code, count in given_counts.items() for _ in range(count)]
    tally = Tally(given_counts, handed_out=len(ballots), returned=len(ballots))

    assert tally.votes == len(ballots)
    assert tally.mean == (Fraction(sum(ballots), len(ballots)) if ballots else None)
    if ballots:
        assert abs(tally.hundredths - tally.mean * 100) <= Fraction(1, 2)
        assert 0 <= tally.hundredths <= 10000
    assert tally.is_shown == (len(ballots) >= MIN_SHOWN)


@given(counts, st.sampled_from([choice.code for choice in MARKS]))
def test_one_more_best_mark_never_lowers_the_mean(given_counts: dict[str, int], code: str) -> None:
    before = Tally(given_counts, 1, 1).mean
    better = Tally({**given_counts, "good": given_counts["good"] + 1}, 1, 1).mean
    worse = Tally({**given_counts, "poor": given_counts["poor"] + 1}, 1, 1).mean

    assert before is None or (better >= before >= worse)


@pytest.mark.parametrize(
    ("handed_out", "returned", "valid"),
    [(10, 7, True), (10, 6, False), (13, 9, False), (13, 10, True), (0, 0, False), (5, 0, False), (5, 6, False)],
)
def test_valid_from_seven_tenths_and_never_with_more_than_handed_out(handed_out, returned, valid) -> None:
    assert Tally({"good": returned}, handed_out, returned).is_valid() is valid


@pytest.mark.parametrize(
    ("marks", "overall", "hundredths"),
    [
        ({"good": 5}, "good", 10000),
        ({"good": 1, "fair": 1}, "good", 9000),
        ({"good": 4, "fair": 5}, "fair", 8889),
        ({"fair": 3, "plain": 2, "poor": 1}, "plain", 6000),
        ({"plain": 5, "poor": 1}, "poor", 5000),
        ({}, "", None),
    ],
)
def test_overall_grade_follows_the_mean(marks, overall, hundredths) -> None:
    tally = Tally(marks, 10, 10)
    assert (tally.overall, tally.hundredths) == (overall, hundredths)


def test_grades_of_members_make_no_mean() -> None:
    tally = Tally({"excellent": 6, "pass": 3}, 9, 9, GRADES)
    assert (tally.votes, tally.mean, tally.hundredths, tally.overall) == (9, None, None, "")


@pytest.mark.parametrize(
    ("how", "own", "subject", "expected"),
    [
        ("own", 1, 1, True),
        ("own", 1, 2, False),
        ("others", 1, 1, False),
        ("others", 1, 2, True),
        ("all", None, 2, True),
    ],
)
def test_who_rates_whom(how, own, subject, expected) -> None:
    assert rates(how, own=own, subject=subject) is expected


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["good", "poor"]), st.integers(0, 9)), max_size=6))
def test_digest_depends_on_the_counts_and_not_on_their_order(rows) -> None:
    assert result_digest(rows) == result_digest(list(reversed(rows)))
    if rows:
        subject, grade, votes = rows[0]
        assert result_digest([(subject, grade, votes + 1), *rows[1:]]) != result_digest(rows)
