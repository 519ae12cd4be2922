"""What was claimed (申报) before the portal held reviews of its own: such a year is not fed twice."""

from __future__ import annotations

from assessment import ledger
from assessment.models import Fact
from branches.models import Organisation


def claimed_before(branch: Organisation, metric: str, year: int, *, source: str) -> bool:
    """Whether a live fact of the metric from elsewhere than `source` lies in the calendar year."""
    span = (year * 100 + 1, year * 100 + 12)
    facts = Fact.objects.filter(root_id=branch.root_id, branch=branch, metric__code=metric, month__range=span)
    return ledger.live_facts(facts).exclude(source_type=source).exists()
