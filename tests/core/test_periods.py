"""The month: its keys, neighbours, edges in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Month, MonthConverter, today

MONTHS = st.builds(Month, st.integers(1950, 2150), st.integers(1, 12))


@given(MONTHS)
def test_key_text_and_dates_lead_back(month: Month) -> None:
    assert (
        Month.from_key(month.key)
        == Month.parse(str(month))
        == Month.of(month.first_day)
        == Month.of(month.last_day)
        == month
    )
    assert month.last_day + timedelta(days=1) == month.next.first_day
    assert month.next.previous == month
    assert 1 <= month.quarter <= 4


@given(MONTHS, st.integers(-600, 600))
def test_plus_is_the_distance(month: Month, months: int) -> None:
    later = month.plus(months)

    assert (later > month) == (months > 0)
    assert len(month.until(later)) == max(0, months + 1)


def test_month_of_a_moment_is_that_of_shanghai() -> None:
    assert Month.of(datetime(2026, 8, 31, 16, 0, tzinfo=UTC)) == Month(2026, 9)
    assert today(datetime(2026, 8, 31, 16, 0, tzinfo=UTC)) == date(2026, 9, 1)


def test_record_deadline_is_the_end_of_the_fifth() -> None:
    assert Month(2026, 12).record_deadline.isoformat() == "2027-01-06T00:00:00+08:00"


@pytest.mark.parametrize("text", ["2026-13", "2026-8", "202608", "", "2026-08-01"])
def test_other_texts_are_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


def test_converter_goes_both_ways() -> None:
    converter = MonthConverter()

    assert converter.to_url(converter.to_python("2026-08")) == "2026-08"


@pytest.mark.parametrize("text", ["1900-01", "9999-12", "２０２６-08"])
def test_months_without_a_month_beside_them_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)
