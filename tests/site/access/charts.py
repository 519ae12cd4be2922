"""Who reaches charts of scores and the changes of one branch."""

from __future__ import annotations

from tests.site.access.base import BRANCH, EXPORTERS, OVERSEERS, READERS, Access, page

TABLE: dict[str, Access] = {
    "assessment:charts": page(OVERSEERS, "month"),
    "assessment:charts_export": page(OVERSEERS, "month"),
    "assessment:changes": page(READERS, "branch", "month"),
    "assessment:changes_export": page(EXPORTERS, "branch", "month", sees=BRANCH),
}
