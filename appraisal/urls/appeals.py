"""Addresses of appeals: the list, filing one, one with its answer."""

from __future__ import annotations

from django.urls import path

from appraisal.views import appeals

urlpatterns = [
    path("appeals/", appeals.listing, name="appeals"),
    path("appeals/export/", appeals.export, name="appeals_export"),
    path("appeals/new/", appeals.new, name="appeal_new"),
    path("appeals/<int:appeal_id>/", appeals.show, name="appeal"),
    path("appeals/<int:appeal_id>/answer/", appeals.answer, name="appeal_answer"),
    path("appeals/<int:appeal_id>/withdraw/", appeals.withdraw, name="appeal_withdraw"),
    path("appeals/<int:appeal_id>/mend/", appeals.mend, name="appeal_mend"),
    path("appeals/<int:appeal_id>/files/<int:file_id>/", appeals.evidence, name="appeal_file"),
]
