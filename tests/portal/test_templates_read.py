"""Templates are read without the spaces that indent them, line for line."""

from __future__ import annotations

from django.template.loader import get_template

from portal.templates import INDENT


def test_indent_is_left_out_and_lines_are_kept() -> None:
    template = get_template("branches/member_list.html").template
    with open(template.origin.name, encoding="utf-8") as file:
        written = file.read()

    assert INDENT.search(written)
    assert not INDENT.search(template.source)
    assert template.source.count("\n") == written.count("\n")
