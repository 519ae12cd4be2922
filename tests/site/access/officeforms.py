"""Who reaches official forms, the burden meter and what is collected besides."""

from __future__ import annotations

from tests.site.access.base import LOGGERS, OFFICER, PEERS, SENDERS, Access, deed, page

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
    # the burden: all for the officer, the own branch for its secretary
    "officeforms:burden": page(SENDERS, empty=PEERS),
    "officeforms:burden_export": page(SENDERS, empty=PEERS),
    # what is collected besides: asked by the officer, answered by the branch's secretary
    "officeforms:collecting": page(LOGGERS, empty=PEERS),
    "officeforms:kind_end": deed(OFFICER, "added_kind"),
    "officeforms:collection": page(LOGGERS, "collection", empty=frozenset({"other_secretary"})),
    "officeforms:field_new": deed(OFFICER, "collection", sees=LOGGERS | {"other_secretary"}),
    "officeforms:field_remove": deed(OFFICER, "collection", "collection_field"),
    "officeforms:collection_send": deed(OFFICER, "collection"),
    "officeforms:collection_end": deed(OFFICER, "collection"),
    "officeforms:answer": deed(
        frozenset({"secretary"}), "collection", empty=frozenset({"other_secretary"}), sees=LOGGERS
    ),
    "officeforms:collection_export": page(OFFICER, "collection", sees=LOGGERS | {"other_secretary"}),
}
