"""Who reaches official forms, the burden meter and what is collected besides."""

from __future__ import annotations

from tests.site.access.base import OFFICER, Access, deed, page

TABLE: dict[str, Access] = {
    # official forms are the business officer's
    "officeforms:list": page(OFFICER),
    "officeforms:new": page(OFFICER),
    "officeforms:check": page(OFFICER),
    "officeforms:checker": page(OFFICER),
    "officeforms:form": page(OFFICER, "form"),
    "officeforms:version_new": deed(OFFICER, "form"),
    "officeforms:retire": deed(OFFICER, "form"),
    "officeforms:version": page(OFFICER, "form_version"),
    "officeforms:bind": deed(OFFICER, "form_version"),
    "officeforms:block_new": deed(OFFICER, "form_version"),
    "officeforms:block_remove": deed(OFFICER, "form_version", "form_block"),
    "officeforms:suggest": deed(OFFICER, "form_version"),
    "officeforms:template": page(OFFICER, "form_version"),
    "officeforms:preview": page(OFFICER, "form_version"),
    "officeforms:export": deed(OFFICER, "form_version"),
}
