"""Where papers are read, signed and proved."""

from __future__ import annotations

from django.urls import path

from signing import views

app_name = "signing"

urlpatterns = [
    path("papers/", views.listing, name="papers"),
    path("papers/proof/", views.proof_of_all, name="proof_of_all"),
    path("papers/<int:paper_id>/", views.show, name="paper"),
    path("papers/<int:paper_id>/sign/", views.sign, name="sign"),
    path("papers/<int:paper_id>/proof/", views.proof, name="proof"),
]
