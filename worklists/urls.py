"""Addresses of items: the list, one item, its steps and proofs."""

from __future__ import annotations

from django.urls import path

from worklists import views

app_name = "worklists"
urlpatterns = [
    path("worklists/", views.listing, name="list"),
    path("worklists/export/", views.export, name="export"),
    path("worklists/new/", views.new, name="new"),
    path("worklists/<int:item_id>/", views.item, name="item"),
    path("worklists/<int:item_id>/done/", views.report, name="report"),
    path("worklists/<int:item_id>/verify/", views.verify, name="verify"),
    path("worklists/<int:item_id>/back/", views.send_back, name="send_back"),
    path("worklists/<int:item_id>/close/", views.close, name="close"),
    path("worklists/<int:item_id>/reopen/", views.reopen, name="reopen"),
    path("worklists/<int:item_id>/extend/", views.extend, name="extend"),
    path("worklists/<int:item_id>/cancel/", views.cancel, name="cancel"),
    path("worklists/<int:item_id>/files/<int:file_id>/", views.proof, name="proof"),
]
