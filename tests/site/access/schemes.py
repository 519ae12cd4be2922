"""Who reaches the scheme editor: officers, and of their own committee's drafts only."""

from __future__ import annotations

from tests.site.access.base import OFFICER, Access, deed, page

PART = ("scheme_draft", "scheme_kind", "scheme_row")

TABLE: dict[str, Access] = {
    "assessment:schemes": page(OFFICER),
    "assessment:scheme_copy": deed(OFFICER),
    "assessment:scheme_show": page(OFFICER, "scheme_draft"),
    "assessment:scheme_edit": page(OFFICER, "scheme_draft"),
    "assessment:scheme_check": page(OFFICER, "scheme_draft"),
    "assessment:scheme_submit": deed(OFFICER, "scheme_draft"),
    "assessment:scheme_withdraw": deed(OFFICER, "scheme_draft"),
    "assessment:scheme_publish": deed(OFFICER, "scheme_draft"),
    "assessment:scheme_discard": deed(OFFICER, "scheme_draft"),
    "assessment:scheme_compare": page(OFFICER, "scheme_draft"),
    "assessment:scheme_simulate": page(OFFICER, "scheme_draft"),
    "assessment:scheme_simulate_export": page(OFFICER, "scheme_draft"),
    "assessment:scheme_add": deed(OFFICER, "scheme_draft", "scheme_new"),
    "assessment:scheme_part": page(OFFICER, *PART),
    "assessment:scheme_notes": deed(OFFICER, *PART),
    "assessment:scheme_move": deed(OFFICER, *PART, data={"way": "up"}),
    "assessment:scheme_sum": deed(OFFICER, *PART),
    "assessment:scheme_delete": deed(OFFICER, *PART),
    "assessment:scheme_undo": deed(OFFICER, "scheme_draft", "scheme_edit"),
}
