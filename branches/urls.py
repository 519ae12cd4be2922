"""Addresses of the register: branches, members, imports, accounts."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "branches"
urlpatterns: list[URLPattern] = []
