"""What the world holds about members: the scheme, facts of its records, a computed month, a claim."""

from __future__ import annotations

from typing import Any

from activities.models import Activity
from activities.reporting.members import fill_members
from assessment.members import rollup, schemes
from core.periods import Month
from tests.factories.activities import NOW
from tests.factories.branches import Cast


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    schemes.load_default(2026, cast.root)
    fill_members(Activity.objects.filter(root=cast.root).values_list("pk", flat=True), now=NOW)
    rollup.run(root_id=cast.root.pk, month=Month(2026, 10), now=NOW)
    return {}
