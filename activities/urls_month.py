"""The addresses of the month: sheet, claims, review, ledger; part of the namespace activities."""

from __future__ import annotations

from django.urls import path

from activities.views import claims, ledger, month, review

urlpatterns = [
    path("month/", month.month, name="month"),
    path("month/<int:branch_id>/<month:month>/", month.sheet, name="sheet"),
    path("month/<int:branch_id>/<month:month>/send/", month.sheet_send, name="sheet_send"),
    path("month/<int:branch_id>/<month:month>/withdraw/", month.sheet_withdraw, name="sheet_withdraw"),
    path("claims/", claims.claims, name="claims"),
    path("claims/export/", claims.claims_export, name="claims_export"),
    path("claims/new/", claims.claim_new, name="claim_new"),
    path("claims/<int:claim_id>/", claims.claim, name="claim"),
    path("claims/<int:claim_id>/edit/", claims.claim_edit, name="claim_edit"),
    path("claims/<int:claim_id>/submit/", claims.claim_submit, name="claim_submit"),
    path("claims/<int:claim_id>/pull-back/", claims.claim_pull_back, name="claim_pull_back"),
    path("claims/<int:claim_id>/withdraw/", claims.claim_withdraw, name="claim_withdraw"),
    path("claims/<int:claim_id>/files/<int:file_id>/", claims.claim_file, name="claim_file"),
    path("review/", review.review, name="review"),
    path("review/approve/", review.review_approve, name="review_approve"),
    path("review/sample/", review.review_sample, name="review_sample"),
    path("review/shares/<int:activity_id>/", review.review_shares, name="review_shares"),
    path("review/<slug:what>/<int:pk>/return/", review.review_return, name="review_return"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/export/", ledger.ledger_export, name="ledger_export"),
    path("ledger/statistics/<year:year>/", ledger.statistics_page, name="statistics"),
    path("ledger/statistics/<year:year>/export/", ledger.statistics_export, name="statistics_export"),
]
