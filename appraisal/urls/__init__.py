"""Addresses of the year around the score, a module for each subject."""

from __future__ import annotations

from appraisal.urls import accountability, appeals, contracts, democratic, outcomes, polls, rounds, year

app_name = "appraisal"
urlpatterns = [
    *accountability.urlpatterns,
    *appeals.urlpatterns,
    *contracts.urlpatterns,
    *democratic.urlpatterns,
    *outcomes.urlpatterns,
    *polls.urlpatterns,
    *rounds.urlpatterns,
    *year.urlpatterns,
]
