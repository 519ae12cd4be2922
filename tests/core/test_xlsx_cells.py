"""What people type into cells becomes values, or a sentence with a remedy."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.xlsx import cells
from core.xlsx.cells import CellError, DateValue

DAYS = st.dates(date(1921, 1, 1), date(2099, 12, 31))
FULL_WIDTH = str.maketrans("0123456789-/.", "０１２３４５６７８９－／．")


@pytest.mark.parametrize(
    "typed",
    [
        "2019-07-01",
        "2019/7/1",
        "2019.7.1",
        "2019.07.01",
        "2019年7月1日",
        "2019 年 7 月 1 日",
        "２０１９年７月１日",
        "20190701",
        20190701,
        20190701.0,
        43647,
        43647.0,
        date(2019, 7, 1),
        datetime(2019, 7, 1, 8, 30),
        "2019-07-01 00:00:00",
        "2019、7、1",
        "2019—7—1",
        " 2019-7-1 ",
    ],
)
def test_date_is_taken_however_it_is_typed(typed: object) -> None:
    assert cells.parse_date(typed) == DateValue(date(2019, 7, 1))


@pytest.mark.parametrize(
    "typed", ["2019.07", "2019-7", "2019年7月", "2019年7月份", "201907", 201907, 2019.07, "２０１９．０７"]
)
def test_month_alone_is_its_first_day_and_marked(typed: object) -> None:
    assert cells.parse_date(typed) == DateValue(date(2019, 7, 1), is_month_only=True)


@pytest.mark.parametrize(
    "typed",
    [
        "2019",
        2019,
        "2019年",
        "19.7.1",
        "不详",
        "2019-13-01",
        "2019-02-30",
        "1800-01-01",
        "2019-7-0",
        2019.1,
        12,
        1e300,
        "7月1日",
    ],
)
def test_bad_date_is_refused_with_a_remedy(typed: object) -> None:
    with pytest.raises(CellError) as caught:
        cells.parse_date(typed)

    assert caught.value.message.endswith("。")
    assert caught.value.remedy


@pytest.mark.parametrize("empty", [None, "", "  ", "\u3000"])
def test_empty_cell_is_nothing(empty: object) -> None:
    assert cells.clean_text(empty) == ""
    assert cells.parse_date(empty) is None
    assert cells.parse_number(empty) is None
    assert cells.parse_yes_no(empty) is None
    assert cells.parse_choice(empty, ["男"]) is None


@given(DAYS)
def test_every_day_is_read_back_from_every_spelling(day: date) -> None:
    spellings = [
        day.isoformat(),
        day.isoformat().translate(FULL_WIDTH),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month:02}.{day.day:02}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        (day - cells.SERIAL_EPOCH).days,
        float((day - cells.SERIAL_EPOCH).days),
    ]

    assert {cells.parse_date(spelling) for spelling in spellings} == {DateValue(day)}


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_refusal(text: str) -> None:
    try:
        found = cells.parse_date(text)
    except CellError as error:
        assert error.remedy
    else:
        assert found is None or isinstance(found, DateValue)


@given(st.one_of(st.floats(), st.integers()))
def test_any_number_is_a_date_or_a_refusal(number: float) -> None:
    try:
        found = cells.parse_date(number)
    except CellError as error:
        assert error.remedy
    else:
        assert isinstance(found, DateValue)


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = cells.clean_name(text)
    except CellError:
        return
    assert cells.clean_name(once) == once
    assert once == once.strip()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张 三", "张三"),
        ("张\u3000三", "张三"),
        (" 李 四 光 ", "李四光"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("Anna Li", "Anna Li"),
        ("王 Anna", "王 Anna"),
        ("\ufeff张三\u200b", "张三"),
    ],
)
def test_name_loses_only_spaces_between_chinese_characters(typed: str, name: str) -> None:
    assert cells.clean_name(typed) == name


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "\u200d", "\x07", "\x00", "\u00ad"])
def test_invisible_characters_are_refused(hidden: str) -> None:
    with pytest.raises(CellError, match="看不见"):
        cells.clean_text(f"张{hidden}三")


def test_excel_error_value_is_refused() -> None:
    with pytest.raises(CellError, match="#N/A"):
        cells.clean_text("#N/A")


def test_text_is_composed_and_on_one_line() -> None:
    assert cells.clean_text("e\u0301\n  b") == "\u00e9 b"


def test_too_long_text_names_both_lengths() -> None:
    with pytest.raises(CellError, match="有 4 个字，最多 3 个字"):
        cells.clean_text("一二三四", max_length=3)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("３７０８１１１９９００１０１００１Ｘ", "37081119900101001X"),
        (13812345678.0, "13812345678"),
        ("138 1234 5678", "13812345678"),
        (7, "7"),
    ],
)
def test_code_is_half_width_without_spaces(typed: object, code: str) -> None:
    assert cells.clean_code(typed) == code


@pytest.mark.parametrize("typed", [3.70811199001011e17, 370811199001010011, "3.70811E+17"])
def test_long_number_eaten_by_excel_is_refused(typed: object) -> None:
    with pytest.raises(CellError) as caught:
        cells.clean_code(typed)

    assert "文本" in caught.value.remedy


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,234.50", "1234.50"),
        ("１２", "12"),
        (3.0, "3"),
        ("85%", "0.85"),
        ("-0.5", "-0.5"),
        ("−2", "-2"),
        (0.1, "0.1"),
    ],
)
def test_number_is_exact(typed: object, number: str) -> None:
    assert cells.parse_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["三个", "1e400", "NaN", "Infinity", "1_000", "5人", True, "1.2345"])
def test_bad_number_is_refused(typed: object) -> None:
    with pytest.raises(CellError):
        cells.parse_number(typed)


@given(st.text(max_size=20))
def test_any_text_is_a_finite_number_or_a_refusal(text: str) -> None:
    try:
        number = cells.parse_number(text)
    except CellError:
        return
    assert number is None or number.is_finite()


def test_number_outside_its_range_names_the_limit() -> None:
    with pytest.raises(CellError, match="大于上限 100"):
        cells.parse_number("101", maximum=100)
    with pytest.raises(CellError, match="小于下限 0"):
        cells.parse_int("-1", minimum=0)
    with pytest.raises(CellError, match="整数"):
        cells.parse_int("1.5")


def test_choice_ignores_width_and_spaces_and_names_the_nearest() -> None:
    assert cells.parse_choice(" 正式 党员", {"正式党员": "full"}) == "full"
    with pytest.raises(CellError) as caught:
        cells.parse_choice("正式党元", {"正式党员": "full", "预备党员": "probationary"})

    assert caught.value.remedy == "您要填的是“正式党员”吗？"


@pytest.mark.parametrize(
    ("typed", "answer"), [("是", True), ("否", False), ("√", True), ("Ｎ", False), (True, True), (1.0, True)]
)
def test_yes_and_no(typed: object, answer: bool) -> None:
    assert cells.parse_yes_no(typed) is answer
