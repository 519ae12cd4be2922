"""Addresses of the democratic appraisal: a year's list, one branch's appraisal, a member's own."""

from __future__ import annotations

from django.urls import path

from appraisal.views import democratic, democratic_steps

urlpatterns = [
    path("democratic/", democratic.current, name="democratic_current"),
    path("democratic/mine/", democratic.own, name="democratic_own"),
    path("democratic/people/<int:person_id>/", democratic_steps.appraise_self, name="democratic_self"),
    path("democratic/<year:year>/", democratic.listing, name="democratic_year"),
    path("democratic/<year:year>/begin/", democratic_steps.begin, name="democratic_begin"),
    path("democratic/<year:year>/export/", democratic.export_year, name="democratic_year_export"),
    path("democratic/branch/<int:appraisal_id>/", democratic.show, name="democratic"),
    path("democratic/branch/<int:appraisal_id>/export/", democratic.export, name="democratic_export"),
    path("democratic/branch/<int:appraisal_id>/people/", democratic_steps.people, name="democratic_people"),
    path("democratic/branch/<int:appraisal_id>/ballot/", democratic_steps.ballot, name="democratic_ballot"),
    path("democratic/branch/<int:appraisal_id>/propose/", democratic_steps.propose, name="democratic_propose"),
    path("democratic/branch/<int:appraisal_id>/decide/", democratic_steps.decide, name="democratic_decide"),
    path("democratic/branch/<int:appraisal_id>/send/", democratic_steps.send, name="democratic_send"),
    path("democratic/branch/<int:appraisal_id>/return/", democratic_steps.send_back, name="democratic_return"),
    path("democratic/branch/<int:appraisal_id>/approve/", democratic_steps.approve, name="democratic_approve"),
]
