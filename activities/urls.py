"""The table of contents of activities: records here, month sheets, claims, review and ledger beside."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import path

from activities.views import editing, joint, printing, records, steps

app_name = "activities"

urlpatterns = [
    path("activities/", records.list_records, name="list"),
    path("activities/export/", records.export_records, name="export"),
    path("activities/new/", editing.new, name="new"),
    path("activities/new/people/", editing.people, name="people"),
    path("activities/book/<int:branch_id>/<year:year>/", printing.book, name="book"),
    path("activities/shares/<int:share_id>/", joint.confirm, name="share"),
    path("activities/shares/<int:share_id>/decline/", joint.decline, name="share_decline"),
    path("activities/<int:activity_id>/", records.detail, name="detail"),
    path("activities/<int:activity_id>/edit/", editing.edit, name="edit"),
    path("activities/<int:activity_id>/print/", printing.one, name="print"),
    path("activities/<int:activity_id>/files/<int:file_id>/", records.file, name="file"),
    path("activities/<int:activity_id>/pull-back/", steps.pull_back, name="pull_back"),
    path("activities/<int:activity_id>/withdraw/", steps.withdraw, name="withdraw"),
    path("activities/<int:activity_id>/delete/", steps.delete, name="delete"),
    path("activities/<int:activity_id>/approve/", steps.approve, name="approve"),
    path("activities/<int:activity_id>/approve-shares/", steps.approve_shares, name="approve_shares"),
    path("activities/<int:activity_id>/return/", steps.send_back, name="return"),
    path("activities/<int:activity_id>/false/", steps.mark_false, name="false"),
    path("activities/<int:activity_id>/note/", steps.note, name="note"),
]

for _part in ("activities.urls_month", "activities.urls_plan", "activities.urls_members"):
    if find_spec(_part):
        urlpatterns += import_module(_part).urlpatterns
