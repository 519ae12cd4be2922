"""ID numbers by GB 11643, phone numbers, and how both are shown."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import identity
from core.identity import IdNumberError, parse_id_number

AREAS = st.sampled_from(sorted(identity.PROVINCES)).flatmap(lambda p: st.integers(0, 9999).map(lambda n: f"{p}{n:04}"))


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, date, int]:
    day, serial = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1))), draw(st.integers(0, 999))
    first17 = f"{draw(AREAS)}{day:%Y%m%d}{serial:03}"
    return first17 + identity.check_digit(first17), day, serial


def test_example_of_the_standard() -> None:
    found = parse_id_number("11010519491231002X")

    assert (found.born_on, found.sex) == (date(1949, 12, 31), "female")


@given(numbers())
def test_right_number_gives_birth_date_and_sex(made: tuple[str, date, int]) -> None:
    text, day, serial = made
    found = parse_id_number(text)

    assert (found.text, found.born_on, found.sex) == (text, day, "male" if serial % 2 else "female")


@given(numbers(), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(made: tuple[str, date, int], place: int, shift: int) -> None:
    text = made[0]
    if not text[place].isdigit():
        return
    wrong = text[:place] + str((int(text[place]) + shift) % 10) + text[place + 1 :]

    with pytest.raises(IdNumberError) as caught:
        parse_id_number(wrong)
    assert caught.value.remedy
    assert wrong not in caught.value.message


def test_typing_habits_are_forgiven() -> None:
    assert parse_id_number(" １１０１０５ 19491231 002x ").text == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("130503670401001", "15 位"),
        ("1101051949123100", "18 位，现为 16 位"),
        ("1.10105E+17", "18 位"),
        ("11010519491331002X", "出生日期"),
        ("99010519491231002X", "省份"),
        ("1101051949123100XX", "前 17 位"),
        ("110105194912310021", "校验码"),
        ("", "18 位"),
    ],
)
def test_wrong_number_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(IdNumberError, match=words):
        parse_id_number(text)


def test_scientific_notation_has_its_own_remedy() -> None:
    with pytest.raises(IdNumberError) as caught:
        parse_id_number("1.10105E+17")

    assert "文本格式" in caught.value.remedy


@given(st.text(max_size=25))
def test_any_text_is_a_number_or_a_refusal(text: str) -> None:
    try:
        assert len(parse_id_number(text).text) == 18
    except IdNumberError as error:
        assert error.remedy


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("０５３７－２３４５６７８", "05372345678"),
        ("2345678", "2345678"),
    ],
)
def test_phone_is_taken(text: str, number: str) -> None:
    assert identity.parse_phone(text) == number


@pytest.mark.parametrize("text", ["12345", "1380000000", "138000000000", "abc", ""])
def test_wrong_phone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="11 位"):
        identity.parse_phone(text)


def test_masks_keep_three_and_four() -> None:
    assert identity.mask_id_number("371002199001011234") == "371***********1234"
    assert identity.mask_phone("13812345678") == "138****5678"
    assert identity.mask_phone("2345678") == "*******"
    assert identity.mask_id_number("") == ""
