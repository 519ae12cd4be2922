"""Addresses of the year around the score, a module for each subject."""

from __future__ import annotations

from appraisal.urls import appeals, polls, rounds, year

app_name = "appraisal"
urlpatterns = [
    *appeals.urlpatterns,
    *polls.urlpatterns,
    *year.urlpatterns,
    *rounds.urlpatterns,
]
