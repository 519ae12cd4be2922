"""Addresses of the accountability review: a year's table, the meeting and circular, one secretary's report."""

from __future__ import annotations

from django.urls import path

from appraisal.views import accountability, reports

urlpatterns = [
    path("accountability/", accountability.current, name="reviews"),
    path("accountability/<year:year>/", accountability.show, name="reviews_year"),
    path("accountability/<year:year>/open/", accountability.begin, name="review_open"),
    path("accountability/<year:year>/ballot/", accountability.ballot, name="review_ballot"),
    path("accountability/<year:year>/meeting/", accountability.meeting, name="review_meeting"),
    path("accountability/<year:year>/circular/", accountability.circular, name="review_circular"),
    path("accountability/<year:year>/circular.docx", accountability.circular_paper, name="review_paper"),
    path("accountability/<year:year>/export/", accountability.export, name="review_export"),
    path("accountability/reports/<int:report_id>/", reports.show, name="report"),
    path("accountability/reports/<int:report_id>/edit/", reports.edit, name="report_edit"),
    path("accountability/reports/<int:report_id>/draft/", reports.draft, name="report_draft"),
    path("accountability/reports/<int:report_id>/return/", reports.send_back, name="report_return"),
    path("accountability/reports/<int:report_id>/accept/", reports.accept, name="report_accept"),
    path("accountability/reports/<int:report_id>/assess/", reports.assess, name="report_assess"),
    path("accountability/reports/<int:report_id>/rectify/", reports.rectify, name="report_rectify"),
    path("accountability/reports/<int:report_id>/report.docx", reports.paper, name="report_paper"),
]
