"""What a viewer may see of the risk register."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from branches.permissions import Viewer, visible
from integrity.models import ControlMeasure, Grade, Line, Phase, RiskPoint
from integrity.rules import matrix_counts


def risk_points(viewer: Viewer, *, grade: str = "", unit_type: str = "", text: str = "") -> QuerySet[RiskPoint]:
    """The risk points the viewer may see, with post and measures, narrowed by grade, field and words."""
    points = visible(RiskPoint.objects.all(), viewer).select_related("post").prefetch_related("measures")
    if grade in Grade.values:
        points = points.filter(grade=grade)
    if unit_type:
        points = points.filter(post__unit_type=unit_type)
    if text:
        points = points.filter(Q(post__name__contains=text) | Q(description__contains=text))
    return points.order_by("code")


def measure_matrix(viewer: Viewer) -> list[dict]:
    """The 3×3 matrix line × phase of all measures seen, rows by line; an empty cell shows 0."""
    points = visible(RiskPoint.objects.all(), viewer).values("pk")
    tags = list(ControlMeasure.objects.filter(risk_point__in=points).values_list("line", "phase"))
    counts = matrix_counts(tags)
    return [{"line": line.label, "cells": [counts[line.value, phase.value] for phase in Phase]} for line in Line]
