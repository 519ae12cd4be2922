"""References moved by rows put in, copied down, and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.xlsx.patch.refs import Growth, UnreadableFormula, copied, moved, moved_area, read_areas

BLOCK = Growth("表", 5, 8, 3)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("SUM(D5:D8)", "SUM(D5:D11)"),  # covers the block: grows
        ("SUM($D$5:$D$8)", "SUM($D$5:$D$11)"),
        ("D9*2", "D12*2"),  # below: moves
        ("D4+A1", "D4+A1"),  # above: stays
        ("D8", "D8"),  # the last row itself stays where it is
        ("SUM(D1:D20)", "SUM(D1:D23)"),
        ("SUM(D9:D10)", "SUM(D12:D13)"),
        ("SUM(D6:D7)", "SUM(D6:D7)"),
        ("SUM(D:D)", "SUM(D:D)"),
        ("SUM(5:8)", "SUM(5:11)"),
        ('IF(A9="D9:D10",B9,"")', 'IF(A12="D9:D10",B12,"")'),  # words in quotes are no references
        ("表!D9", "表!D12"),
        ("'别的 表'!D9", "'别的 表'!D9"),
        ("名称+D9", "名称+D12"),
    ],
)
def test_formula_below_the_block_is_moved(formula, expected):
    assert moved(formula, BLOCK, sheet="表", row=20) == expected


def test_formula_of_another_sheet_moves_only_what_names_this_one():
    assert moved("表!G9+G9", BLOCK, sheet="说明") == "表!G12+G9"
    assert moved("'表'!$A$1:$H$11", BLOCK, sheet="说明") == "'表'!$A$1:$H$14"


def test_sum_across_one_row_of_the_block_stays_in_its_row():
    assert moved("SUM(C8:D8)", BLOCK, sheet="表", row=8) == "SUM(C8:D8)"
    assert moved("RANK(C8,C$5:C$8)", BLOCK, sheet="表", row=8) == "RANK(C8,C$5:C$11)"
    one = Growth("表", 8, 8, 2)
    assert moved("SUM(C8:D8)", one, sheet="表", row=8) == "SUM(C8:D8)"
    assert moved("SUM(D8:D8)", one, sheet="表", row=9) == "SUM(D8:D10)"


def test_several_sheets_at_once_are_refused():
    with pytest.raises(UnreadableFormula):
        moved("SUM(一月:三月!D9)", BLOCK, sheet="表")


@pytest.mark.parametrize(
    ("formula", "rows", "expected"),
    [
        ("A4+1", 2, "A6+1"),
        ("$A$4+A$4+$A4", 1, "$A$4+A$4+$A5"),
        ("SUM(D4:E4)", 3, "SUM(D7:E7)"),
        ("A2", -3, "#REF!"),
        ("LOG10(A1)", 1, "LOG10(A2)"),
    ],
)
def test_formula_copied_down(formula, rows, expected):
    assert copied(formula, rows=rows) == expected


def test_area_that_touches_the_last_row_covers_the_new_rows():
    assert [moved_area(ref, BLOCK) for ref in ("F5:F8", "F8", "F9", "A1:B4", "A:A")] == [
        "F5:F11",
        "F8:F11",
        "F12",
        "A1:B4",
        "A:A",
    ]
    assert moved_area("F8", BLOCK, grows=False) == "F8"


def test_read_areas_of_a_formula():
    assert list(read_areas("SUM(A1:B2)+说明!C3", sheet="表")) == [("表", 1, 1, 2, 2), ("说明", 3, 3, 3, 3)]
    for formula in ("INDIRECT(A1)", "名称*2", "OFFSET(A1,1,1)"):
        with pytest.raises(UnreadableFormula):
            list(read_areas(formula, sheet="表"))


@given(st.integers(1, 60), st.integers(0, 20), st.integers(1, 30), st.integers(0, 30), st.integers(1, 15))
def test_sum_over_moved_cells_covers_what_it_covered(first, room, start, length, added):
    """Whatever the block and the range: every row the range had is in it afterwards, and no row from outside."""
    block = Growth("表", first, first + room, added)
    new = moved(f"SUM(A{start}:A{start + length})", block, sheet="表", row=900)
    ((_, low, _, high, _),) = read_areas(new, sheet="表")
    before = {block.row(row) for row in range(start, start + length + 1)}
    put_in = set(range(block.last + 1, block.last + added + 1))
    assert before <= set(range(low, high + 1)) <= before | put_in


@given(st.integers(1, 40), st.integers(0, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 99))
def test_two_growths_are_one(first, room, one, two, row):
    """Putting in rows twice below the same rows is putting in their sum for everything outside the block."""
    block = Growth("表", first, first + room, one)
    grown = Growth("表", first, first + room + one, two)
    once = Growth("表", first, first + room, one + two)
    if not block.has(row):
        assert moved(moved(f"A{row}", block, sheet="表"), grown, sheet="表") == moved(f"A{row}", once, sheet="表")
