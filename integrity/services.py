"""Changes to the risk register: loading the default library as a draft, confirming a post."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from integrity.models import ControlMeasure, JobPost, RiskPoint
from integrity.rules import risk_grade

LIBRARY = Path(__file__).parent / "defaults" / "risk_points.yaml"
RESPONSIBLE = {
    "unit_head": "单位主要负责人",
    "deputy_in_charge": "分管领导",
    "section_head": "科室负责人",
}


@transaction.atomic
def load_library(*, actor: Viewer, root: Organisation) -> int:
    """Take the default posts into a committee's register as drafts; returns how many posts are new.

    A second call adds nothing: posts are known by their code. Source: defaults/risk_points.yaml.
    """
    check(actor, "risk.edit", root)
    entries = yaml.safe_load(LIBRARY.read_text(encoding="utf-8"))["risk_points"]
    known = set(JobPost.objects.filter(root=root).values_list("code", flat=True))
    fresh = [entry for entry in entries if entry["code"] not in known]
    for entry in fresh:
        _add(root, entry)
    audit.record(
        actor=actor, action="risk.load", target=root, root_id=root.pk, summary=f"载入默认岗位廉政风险点{len(fresh)}个"
    )
    return len(fresh)


def _add(root: Organisation, entry: dict[str, Any]) -> None:
    post = JobPost.objects.create(
        root=root,
        organisation=root,
        code=entry["code"],
        name=entry["post"],
        unit_type=entry["unit_type"],
        power=entry["power"],
    )
    point = RiskPoint.objects.create(
        root=root,
        post=post,
        code=entry["code"],
        source=entry["risk_source"],
        description=entry["risk_point"],
        manifestations="；".join(entry["manifestations"]),
        likelihood=entry["likelihood"],
        impact=entry["impact"],
        grade=risk_grade(entry["likelihood"], entry["impact"], floor=entry["grade"]),
        responsible=RESPONSIBLE.get(entry["responsible_role"], entry["responsible_role"]),
    )
    ControlMeasure.objects.bulk_create(
        ControlMeasure(
            root=root, risk_point=point, place=n, line=measure["line"], phase=measure["phase"], text=measure["text"]
        )
        for n, measure in enumerate(entry["measures"], start=1)
    )


@transaction.atomic
def confirm_post(*, actor: Viewer, post: JobPost) -> None:
    """The unit has checked this default post and its risks; it is no longer a draft."""
    check(actor, "risk.edit", post.organisation)
    if JobPost.objects.filter(pk=post.pk, is_confirmed=False).update(is_confirmed=True):
        audit.record(
            actor=actor, action="risk.confirm", target=post, root_id=post.root_id, summary=f"核定岗位：{post.name}"
        )
