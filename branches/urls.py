"""Addresses of the register: branches, members, imports, accounts."""

from __future__ import annotations

from django.urls import path

from branches.views import accounts, imports, members, offices, organisations, patches

app_name = "branches"
urlpatterns = [
    path("branches/", organisations.organisation_index, name="list"),
    path("branches/export/", organisations.organisation_export, name="list_export"),
    path("branches/new/", organisations.organisation_new, name="new"),
    path("branches/<int:pk>/", organisations.organisation_detail, name="detail"),
    path("branches/<int:pk>/edit/", organisations.organisation_edit, name="edit"),
    path("branches/<int:pk>/move/", organisations.organisation_move, name="move"),
    path("branches/<int:pk>/dissolve/", organisations.organisation_dissolve, name="dissolve"),
    path("branches/<int:pk>/term/", organisations.term_edit, name="term"),
    path("branches/<int:pk>/appointments/new/", offices.appointment_new, name="appointment_new"),
    path("appointments/<int:pk>/end/", offices.appointment_end, name="appointment_end"),
    path("branches/<int:pk>/leader/", patches.leader_edit, name="leader"),
    path("branches/<int:pk>/visits/new/", patches.visit_new, name="visit_new"),
    path("patches/", patches.patches, name="patches"),
    path("visits/", patches.visit_index, name="visits"),
    path("visits/export/", patches.visit_export, name="visits_export"),
    path("visits/promises/<int:pk>/", patches.promise_settle, name="promise_settle"),
    path("members/", members.member_index, name="members"),
    path("members/export/", members.member_export, name="members_export"),
    path("members/new/", members.member_new, name="member_new"),
    path("members/<int:pk>/", members.member_detail, name="member"),
    path("members/<int:pk>/edit/", members.member_edit, name="member_edit"),
    path("members/<int:pk>/transfer/", members.member_transfer, name="member_transfer"),
    path("members/<int:pk>/group/", members.member_regroup, name="member_regroup"),
    path("members/<int:pk>/status/", members.member_status, name="member_status"),
    path("members/<int:pk>/exclusions/new/", offices.exclusion_new, name="exclusion_new"),
    path("exclusions/<int:pk>/end/", offices.exclusion_end, name="exclusion_end"),
    path("imports/", imports.import_index, name="imports"),
    path("imports/template/<slug:kind>/", imports.import_template_file, name="import_template"),
    path("imports/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<int:pk>/", imports.import_preview, name="import_preview"),
    path("imports/<int:pk>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/again/", imports.import_replan, name="import_replan"),
    path("imports/<int:pk>/discard/", imports.import_discard, name="import_discard"),
    path("accounts/", accounts.account_index, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/<int:pk>/", accounts.account_detail, name="account"),
    path("accounts/<int:pk>/disable/", accounts.account_disable, name="account_disable"),
    path("accounts/<int:pk>/enable/", accounts.account_enable, name="account_enable"),
    path("accounts/<int:pk>/reset/", accounts.account_reset, name="account_reset"),
    path("accounts/<int:pk>/grants/new/", accounts.grant_new, name="grant_new"),
    path("grants/<int:pk>/end/", accounts.grant_end, name="grant_end"),
    path("accounts/<int:pk>/patch/", accounts.patch_edit, name="patch"),
]
