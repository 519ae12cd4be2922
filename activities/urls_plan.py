"""The addresses of the year plan, its calendar feed and work methods; part of the namespace activities."""

from __future__ import annotations

from django.urls import path

from activities.views import feed, methods, plan

urlpatterns = [
    path("plan/", plan.plan, name="plan"),
    path("plan/feed/", feed.feed, name="feed"),
    path("plan/feed/open/", feed.feed_open, name="feed_open"),
    path("plan/feed/revoke/", feed.feed_revoke, name="feed_revoke"),
    path("plan/<year:year>/", plan.plan_year, name="plan_year"),
    path("plan/<year:year>/export/", plan.plan_year_export, name="plan_year_export"),
    path("plan/<year:year>/committee/", plan.plan_committee, name="plan_committee"),
    path("plan/<year:year>/committee/lines/<str:key>/", plan.plan_committee_edit, name="plan_committee_edit"),
    path("plan/<year:year>/<int:branch_id>/", plan.plan_branch, name="plan_branch"),
    path("plan/<year:year>/<int:branch_id>/export/", plan.plan_export, name="plan_export"),
    path("plan/<year:year>/<int:branch_id>/lines/<str:key>/", plan.plan_edit, name="plan_edit"),
    path("methods/", methods.methods, name="methods"),
    path("methods/new/", methods.method_new, name="method_new"),
    path("methods/<int:method_id>/", methods.method, name="method"),
    path("methods/<int:method_id>/edit/", methods.method_edit, name="method_edit"),
    path("methods/<int:method_id>/export/", methods.method_export, name="method_export"),
    path("methods/nodes/<int:node_id>/", methods.proof_new, name="method_prove"),
    path("methods/proofs/<int:proof_id>/take-back/", methods.proof_take_back, name="method_take_back"),
    path("calendar/<str:token>/plan.ics", feed.feed_file, name="feed_file"),
]
