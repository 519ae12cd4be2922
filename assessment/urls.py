"""Addresses of scores: overview, statements, facts, months, scheme, marks."""

from __future__ import annotations

from django.urls import path

from assessment.views import facts, marks, members, months, opening, overview, periods, scheme, statements

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
    path("periods/", periods.latest, name="periods"),
    path("periods/<year:year>/", periods.listing, name="periods_year"),
    path("periods/<year:year>/verify/", periods.verify_year, name="periods_verify"),
    path("periods/<period:period>/", periods.detail, name="period"),
    path("periods/<period:period>/export/", periods.export, name="period_export"),
    path("periods/<period:period>/freeze/", periods.freeze, name="period_freeze"),
    path("periods/<period:period>/verify/", periods.verify, name="period_verify"),
    path("restatements/", periods.restatements, name="restatements"),
    path("restatements/export/", periods.restatements_export, name="restatements_export"),
    path("marks/", marks.current, name="marks"),
    path("marks/<year:year>/", marks.show, name="marks_year"),
    path("marks/<year:year>/<str:rule_code>/", marks.save, name="marks_save"),
    path("opening/", opening.show, name="opening"),
    path("opening/go-live/", opening.go_live, name="opening_go_live"),
    path("opening/template/", opening.template, name="opening_template"),
    path("opening/upload/", opening.upload, name="opening_upload"),
    path("opening/<int:pk>/", opening.preview, name="opening_preview"),
    path("my-score/", members.my_score, name="my_score"),
    path("my-credits/", members.my_credits, name="my_credits"),
    path("member-scores/", members.table, name="member_table"),
    path("member-scores/export/", members.export, name="member_table_export"),
    path("member-scores/marks/", members.marks, name="member_marks"),
    path("member-scores/marks/<int:branch_id>/", members.marks_save, name="member_marks_save"),
    path("member-scores/publicity/<year:year>/", members.publicity, name="member_publicity"),
    path("member-scores/publicity/<year:year>/start/", members.publicity_start, name="member_publicity_start"),
    path("member-scores/<int:member_id>/class/", members.class_set, name="member_class"),
    path("member-scores/<int:member_id>/<month:month>/", members.score, name="member_score"),
    path("member-scores/<int:member_id>/<month:month>/credits/", members.credits, name="member_credits"),
]
