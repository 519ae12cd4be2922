"""Addresses of the year end: steps, entries, vetoes, publication, results."""

from __future__ import annotations

from django.urls import path

from appraisal.views import entries, public, publishing, results, vetoes, year

urlpatterns = [
    path("year-end/", year.current, name="year_end"),
    path("year-end/<year:year>/", year.show, name="year"),
    path("year-end/<year:year>/begin/", year.begin, name="begin"),
    path("year-end/<year:year>/marks/", entries.marks, name="marks"),
    path("year-end/<year:year>/leave-out/", entries.leave_out, name="leave_out"),
    path("year-end/<year:year>/vetoes/", vetoes.propose, name="veto_propose"),
    path("year-end/<year:year>/vetoes/system/", vetoes.propose_by_system, name="veto_system"),
    path("year-end/vetoes/<int:case_id>/decide/", vetoes.decide, name="veto_decide"),
    path("year-end/vetoes/<int:case_id>/drop/", vetoes.drop, name="veto_drop"),
    path("year-end/vetoes/<int:case_id>/reply/", vetoes.reply, name="veto_reply"),
    path("year-end/<year:year>/settle/", year.settle, name="settle"),
    path("year-end/results/<int:result_id>/grade/", entries.grade, name="grade"),
    path("year-end/<year:year>/notice/", publishing.notice, name="notice"),
    path("year-end/<year:year>/notice/withdraw/", publishing.withdraw_notice, name="notice_withdraw"),
    path("year-end/<year:year>/decision/", publishing.decide, name="decide"),
    path("year-end/<year:year>/publish/", publishing.propose, name="publish"),
    path("year-end/publications/<int:publication_id>/confirm/", publishing.confirm, name="publish_confirm"),
    path("year-end/publications/<int:publication_id>/reject/", publishing.reject, name="publish_reject"),
    path("year-end/<year:year>/correct/", publishing.correct, name="correct"),
    path("year-end/<year:year>/export/", results.export, name="export"),
    path("open-results/", public.listing, name="public_results"),
    path("open-results/<int:publication_id>/", public.show, name="public_result"),
    path("results/", results.listing, name="results"),
]
