"""Addresses of rounds and of the inspection of one branch."""

from __future__ import annotations

from django.urls import path

from appraisal.views import inspections, rounds

urlpatterns = [
    path("rounds/", rounds.listing, name="rounds"),
    path("rounds/new/", rounds.new, name="round_new"),
    path("rounds/<int:round_id>/", rounds.show, name="round"),
    path("rounds/<int:round_id>/freeze/", rounds.freeze, name="round_freeze"),
    path("rounds/<int:round_id>/cancel/", rounds.cancel, name="round_cancel"),
    path("rounds/<int:round_id>/assign/", rounds.assign, name="round_assign"),
    path("rounds/<int:round_id>/export/", rounds.export, name="round_export"),
    path("inspections/<int:inspection_id>/", inspections.show, name="inspection"),
    path("inspections/<int:inspection_id>/print/", inspections.sheet, name="inspection_print"),
    path("inspections/<int:inspection_id>/items/", inspections.items, name="inspection_items"),
    path("inspections/<int:inspection_id>/records/", inspections.records, name="inspection_records"),
    path("inspections/<int:inspection_id>/findings/", inspections.finding, name="inspection_finding"),
    path("inspections/<int:inspection_id>/finish/", inspections.finish, name="inspection_finish"),
    path("inspections/<int:inspection_id>/resume/", inspections.resume, name="inspection_resume"),
    path("findings/<int:finding_id>/withdraw/", inspections.withdraw, name="finding_withdraw"),
]
