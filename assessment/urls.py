"""Addresses of scores: overview, statements, facts, months, scheme, marks."""

from __future__ import annotations

from django.urls import path

from assessment.views import facts, marks, months, opening, overview, scheme, statements

app_name = "assessment"
urlpatterns = [
    path("overview/", overview.latest, name="overview"),
    path("overview/<month:month>/", overview.show, name="overview_month"),
    path("overview/<month:month>/export/", overview.export, name="overview_export"),
    path("statements/", statements.own, name="own_statement"),
    path("statements/<int:branch_id>/<month:month>/", statements.show, name="statement"),
    path("statements/<int:branch_id>/<month:month>/export/", statements.export, name="statement_export"),
    path("facts/", facts.listing, name="facts"),
    path("facts/export/", facts.export, name="facts_export"),
    path("scheme/", scheme.current, name="scheme"),
    path("scheme/<year:year>/", scheme.show, name="scheme_year"),
    path("months/", months.listing, name="months"),
    path("months/<month:month>/", months.detail, name="month"),
    path("months/<month:month>/close/", months.close, name="month_close"),
    path("months/<month:month>/reopen/", months.reopen, name="month_reopen"),
    path("months/<month:month>/verify/", months.verify, name="month_verify"),
    path("marks/", marks.current, name="marks"),
    path("marks/<year:year>/", marks.show, name="marks_year"),
    path("marks/<year:year>/<str:rule_code>/", marks.save, name="marks_save"),
    path("opening/", opening.show, name="opening"),
    path("opening/go-live/", opening.go_live, name="opening_go_live"),
    path("opening/template/", opening.template, name="opening_template"),
    path("opening/upload/", opening.upload, name="opening_upload"),
    path("opening/<int:pk>/", opening.preview, name="opening_preview"),
]
