"""Addresses of polls, and the door at which ballots are cast without signing in."""

from __future__ import annotations

from django.urls import path

from appraisal.views import polls, voting

urlpatterns = [
    path("polls/", polls.listing, name="polls"),
    path("polls/new/", polls.create, name="poll_new"),
    path("polls/<int:poll_id>/", polls.show, name="poll"),
    path("polls/<int:poll_id>/sizes/", polls.sizes, name="poll_sizes"),
    path("polls/<int:poll_id>/codes/", polls.codes, name="poll_codes"),
    path("polls/<int:poll_id>/close/", polls.close, name="poll_close"),
    path("polls/<int:poll_id>/void/", polls.void, name="poll_void"),
    path("polls/<int:poll_id>/year-end/", polls.take, name="poll_take"),
    path("polls/<int:poll_id>/print/", polls.paper, name="poll_print"),
    path("polls/<int:poll_id>/export/", polls.export, name="poll_export"),
    path("vote/", voting.door, name="vote"),
    path("vote/ballot/", voting.ballot, name="vote_ballot"),
    path("vote/cast/", voting.cast, name="vote_cast"),
    path("vote/done/", voting.done, name="vote_done"),
]
