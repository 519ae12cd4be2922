"""A finished year, computed and closed, and the people who settle it."""

from __future__ import annotations

from datetime import date

import pytest

from appraisal import services
from assessment import closing
from branches.models import Organisation
from branches.permissions import SYSTEM, Viewer
from core.periods import Month
from tests.factories.appraisal import DAY, JANUARY
from tests.factories.branches import TermFactory
from tests.factories.scores import scored


@pytest.fixture
def settled_cast(cast):
    """2025 computed and closed for three branches, all reviewer rules marked."""
    Organisation.objects.filter(pk=cast.root.pk).update(go_live_month=202501)
    branches = [cast.branch, cast.other_branch, cast.far_branch]
    for branch in branches:
        TermFactory(branch=branch, from_on=date(2024, 1, 1))
    scored(branches, year=2025, until=date(2025, 12, 31), months=[Month(2025, 6), Month(2025, 12)])
    for number in (6, 12):
        closing.close_month(actor=SYSTEM, root_id=cast.root.pk, month=Month(2025, number), now=JANUARY)
    return cast


@pytest.fixture
def officer(settled_cast):
    return Viewer.of(settled_cast.officer, DAY)


@pytest.fixture
def second(settled_cast):
    return Viewer.of(settled_cast.second_officer, DAY)


@pytest.fixture
def year_end(settled_cast, officer):
    return services.open_year(actor=officer, root=settled_cast.root, year=2025, now=JANUARY)
