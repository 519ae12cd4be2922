"""Figures, months, states and tokens as templates show them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from core.periods import Month
from core.templatetags import ui


def drawn(text: str, **context) -> str:
    return Template(text).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("88.415"), "88.42"),
        (Fraction(1, 200), "0.01"),
        (Fraction(2, 3), "0.67"),
        (1.005, "1.01"),
        (Decimal("-0.30"), "-0.30"),
        (Decimal("-0.001"), "0.00"),
        (5, "5.00"),
        (None, "—"),
    ],
)
def test_score_has_two_places_rounded_half_up(value, shown):
    assert ui.score(value) == shown


def test_change_has_its_sign():
    assert [ui.signed_score(Decimal(text)) for text in ("0.5", "-0.3", "0")] == ["+0.50", "−0.30", "0.00"]


def test_stored_integers_are_read_back():
    assert (ui.millionths(1_234_567), ui.millionths(None)) == ("1.23", "—")
    assert [ui.thousandths(n) for n in (3000, 1500, 0, None)] == ["3", "1.5", "0", "—"]


def test_share_is_a_percentage_and_a_heat():
    assert ui.percent(Fraction(121, 137)) == "88.3%"
    shares = (Fraction(97, 100), Decimal("0.9"), 0.8, 0.65, 0.64, None)
    assert [ui.heat(share) for share in shares] == ["heat-5", "heat-4", "heat-3", "heat-2", "heat-1", "heat-na"]


def test_month_is_read_from_whatever_stands_for_it():
    given = (Month(2026, 8), 202608, date(2026, 8, 9), "2026-08")
    assert {ui.month_label(value) for value in given} == {"2026年8月"}


def test_state_has_colour_icon_and_word():
    html = drawn("{% status_badge 'late' %}")
    assert "status-yellow" in html and "#clock" in html and "补报" in html
    assert "未报送" in drawn("{% status_badge 'open' '未报送' %}")


def test_unknown_state_shows_its_own_name():
    assert "strange" in drawn("{% status_badge 'strange' %}")


def test_query_string_keeps_what_it_is_not_told_to_change():
    request = RequestFactory().get("/?q=王&page=3&size=9")
    assert drawn("{% query_string page=2 size=None %}", request=request) == "?q=%E7%8E%8B&amp;page=2"


@pytest.mark.django_db
def test_form_that_comes_back_keeps_its_token(cast):
    request = RequestFactory().post("/x/", {"_token": "kept"})
    request.user = cast.member
    assert 'value="kept"' in drawn("{% form_token %}", request=request)
    fresh = RequestFactory().get("/x/")
    fresh.user = cast.member
    assert drawn("{% form_token %}", request=fresh) != drawn("{% form_token %}", request=fresh)


def test_icon_alone_is_read_aloud():
    assert 'aria-label="删除"' in drawn("{% icon 'trash' '删除' %}")
    assert 'aria-hidden="true"' in drawn("{% icon 'trash' %}")
