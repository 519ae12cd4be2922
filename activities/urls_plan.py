"""The addresses of the year plan and its calendar feed; part of the namespace activities."""

from __future__ import annotations

from django.urls import path

from activities.views import feed, plan

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
    path("calendar/<str:token>/plan.ics", feed.feed_file, name="feed_file"),
]
