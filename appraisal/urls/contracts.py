"""Addresses of responsibility contracts and of the register of decisions."""

from __future__ import annotations

from django.urls import path

from appraisal.views import contract_edit, contracts, decisions

urlpatterns = [
    path("contracts/", contracts.current, name="contracts"),
    path("contracts/<year:year>/", contracts.listing, name="contract_list"),
    path("contracts/<year:year>/export/", contracts.export, name="contract_export"),
    path("contracts/<year:year>/template/", contract_edit.template, name="contract_template"),
    path("contracts/<year:year>/make/", contract_edit.make, name="contract_make"),
    path("contracts/<year:year>/send/", contract_edit.send, name="contract_send"),
    path("contracts/<year:year>/remind/", contract_edit.remind, name="contract_remind"),
    path("contracts/of/<int:contract_id>/", contracts.show, name="contract"),
    path("contracts/of/<int:contract_id>/edit/", contract_edit.edit, name="contract_edit"),
    path("contracts/of/<int:contract_id>/change/", contract_edit.change, name="contract_change"),
    path("contracts/of/<int:contract_id>/drop/", contract_edit.drop_change, name="contract_drop"),
    path("contracts/of/<int:contract_id>/print/", contracts.printed, name="contract_print"),
    path("contracts/of/<int:contract_id>/word/", contracts.word, name="contract_word"),
    path("contracts/of/<int:contract_id>/report/", contracts.report, name="contract_report"),
    path("contracts/of/<int:contract_id>/next/", contracts.next_plan, name="contract_next"),
    path("decisions/", decisions.listing, name="decisions"),
    path("decisions/new/", decisions.new, name="decision_new"),
    path("decisions/export/", decisions.export, name="decision_export"),
    path("decisions/<int:decision_id>/withdraw/", decisions.withdraw, name="decision_withdraw"),
]
