"""A contract being written for the cast's branch, and one entry of its register of decisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from appraisal.models import Contract
from appraisal.services.contracts import begin_template, make_contracts
from appraisal.services.decisions import log_decision
from tests.factories.branches import Cast
from tests.factories.contracts import DAY, NOW


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    officer = cast.viewer("officer", DAY)
    template = begin_template(actor=officer, root=cast.root, year=2026, now=NOW)
    make_contracts(actor=officer, template_id=template.pk, now=NOW)
    decision = log_decision(
        actor=officer,
        branch=cast.branch,
        matter="标记甲乙大额资金",
        discussed_on=date(2026, 1, 5),
        decided_on=date(2026, 1, 6),
        decided_by="局长办公会",
        now=NOW,
    )
    return {"contract": Contract.objects.get(branch=cast.branch).pk, "decision": decision.pk}
