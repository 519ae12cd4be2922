"""Addresses of what is entered about members."""

from django.urls import path

from activities.views import member_claims

urlpatterns = [
    path("member-claims/", member_claims.claims, name="member_claims"),
    path("member-claims/new/", member_claims.claim_new, name="member_claim_new"),
    path("member-claims/<int:claim_id>/", member_claims.claim, name="member_claim"),
    path("member-claims/<int:claim_id>/edit/", member_claims.claim_edit, name="member_claim_edit"),
    path("member-claims/<int:claim_id>/confirm/", member_claims.claim_confirm, name="member_claim_confirm"),
    path("member-claims/<int:claim_id>/return/", member_claims.claim_return, name="member_claim_return"),
    path("member-claims/<int:claim_id>/withdraw/", member_claims.claim_withdraw, name="member_claim_withdraw"),
    path("member-claims/<int:claim_id>/files/<int:file_id>/", member_claims.claim_file, name="member_claim_file"),
]
