"""Addresses around the settled year: what-if, bonus evidence, one branch's year, awards, verification."""

from __future__ import annotations

from django.urls import path

from appraisal.views import awards, outcomes

urlpatterns = [
    path("year-end/<year:year>/what-if/", outcomes.whatif, name="whatif"),
    path("year-end/<year:year>/bonus/", outcomes.bonus, name="bonus"),
    path("year-end/publications/<int:publication_id>/verify/", outcomes.verify, name="publication_verify"),
    path("branch-year/<int:branch_id>/<year:year>/", outcomes.branch_year, name="branch_year"),
    path("awards/", awards.listing, name="awards"),
    path("awards/load/", awards.load, name="awards_load"),
    path("awards/<int:rule_id>/<year:year>/", awards.detail, name="award"),
    path("awards/<int:rule_id>/<year:year>/export/", awards.export, name="award_export"),
    path("awards/<int:rule_id>/edit/", awards.edit, name="award_edit"),
]
