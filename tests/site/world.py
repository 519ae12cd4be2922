"""One object of every kind in the cast's branch, so that each URL can be asked for somebody's own and for nobody's.

A large subject keeps its objects in a module of tests/site/objects/ with `objects_of(cast, values)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from activities.models import Activity, ActivityFile, Claim, ClaimFile
from appraisal.models import YearEnd
from assessment import rollup
from assessment.models import Fact
from branches.models.imports import ImportBatch
from core import uploads
from core.models import Draft, LongJob
from core.periods import Month
from integrity.models import JobPost, RiskPoint
from notices.models import Notice
from tests.factories import activities as records
from tests.factories.branches import Cast, ExclusionFactory, TermFactory, build_cast
from tests.site import objects

MARK = "标记甲乙"  # in the titles of what belongs to the cast's branch
ABSENT = 987_654_321


@dataclass
class World:
    """The cast and what it owns; `values` are the arguments that URLs take."""

    cast: Cast
    values: dict[str, Any]

    def arguments(self, names: tuple[str, ...]) -> list[Any]:
        return [self.values[name] for name in names]

    def absent(self, names: tuple[str, ...]) -> list[Any]:
        """The same arguments with objects that do not exist."""
        return [
            ABSENT if isinstance(self.values[name], int) and name != "year" else self.values[name] for name in names
        ]


def build_world() -> World:
    """Records approved, sent and in draft, a claim, files, a message, a job, a risk, all of `cast.branch`."""
    cast = build_cast()
    TermFactory(branch=cast.branch)
    records.load_scheme(cast.root)
    approved = records.approved(cast, title=f"{MARK}一", held_on=date(2026, 10, 14))
    sent = records.sent(cast, title=f"{MARK}二", held_on=date(2026, 11, 12))
    draft = records.draft(cast, title=f"{MARK}三", held_on=date(2026, 11, 13))
    claim = _claim(cast)
    rollup.run(root_id=cast.root.pk, month=Month(2026, 10), now=records.NOW)
    YearEnd.objects.create(root=cast.root, year=2026, created_at=records.NOW)
    values = {
        "branch": cast.branch.pk,
        "month": "2026-10",
        "year": 2026,
        "activity": approved.pk,
        "sent": sent.pk,
        "draft": draft.pk,
        "what": "record",
        "activity_file": _activity_file(cast, approved).pk,
        "claim": claim.pk,
        "claim_file": _claim_file(cast, claim).pk,
        "draft_key": _draft(cast).key,
        "job": _job(cast).pk,
        "notice": _notice(cast).pk,
        "risk": _risk(cast).pk,
        "member": cast.member.member_id,
        "appointment": cast.secretary.member.appointments.get().pk,
        "exclusion": ExclusionFactory(member=cast.member.member).pk,
        "kind": "members",
        "import": _import(cast).pk,
        "account": cast.member.pk,
        "grant": cast.leader.grants.get().pk,
        "rule_code": "none",
        "fact": Fact.objects.filter(branch=cast.branch).earliest("pk").pk,
        "nothing": ABSENT,
    }
    for module in iter_modules(objects.__path__):
        values |= import_module(f"{objects.__name__}.{module.name}").objects_of(cast, values)
    return World(cast, values)


def _upload(cast: Cast) -> Any:
    paper = SimpleUploadedFile(f"{MARK}.txt", "签到表".encode())
    return uploads.accept(paper, actor=cast.secretary, root_id=cast.root.pk)


def _activity_file(cast: Cast, activity: Activity) -> ActivityFile:
    return ActivityFile.objects.create(
        root=cast.root, activity=activity, attachment=_upload(cast), added_at=records.NOW
    )


def _claim(cast: Cast) -> Claim:
    return Claim.objects.create(
        root=cast.root,
        branch=cast.branch,
        metric="joint_activity.held",
        happened_on=date(2026, 11, 3),
        month=202611,
        note=f"{MARK}四",
        state="submitted",
        entered_by=cast.secretary,
        created_at=records.NOW,
        first_submitted_at=records.NOW,
        submitted_at=records.NOW,
        revision=1,
    )


def _claim_file(cast: Cast, claim: Claim) -> ClaimFile:
    return ClaimFile.objects.create(root=cast.root, claim=claim, attachment=_upload(cast), added_at=records.NOW)


def _draft(cast: Cast) -> Draft:
    return Draft.objects.create(owner=cast.secretary, key="activity-new", data={}, updated_at=records.NOW)


def _job(cast: Cast) -> LongJob:
    return LongJob.objects.create(
        owner=cast.secretary,
        root_id=cast.root.pk,
        kind="export",
        title=f"{MARK}五",
        state=LongJob.State.DONE,
        attachment=_upload(cast),
    )


def _notice(cast: Cast) -> Notice:
    return Notice.objects.create(
        root_id=cast.root.pk,
        recipient=cast.secretary,
        kind="test",
        title=f"{MARK}六",
        dedupe_key="world",
        created_at=records.NOW,
    )


def _import(cast: Cast) -> ImportBatch:
    return ImportBatch.objects.create(
        root=cast.root,
        owner=cast.secretary,
        kind="members",
        state="discarded",
        file_name=f"{MARK}.xlsx",
        created_at=records.NOW,
        expires_at=records.NOW,
    )


def _risk(cast: Cast) -> RiskPoint:
    post = JobPost.objects.create(
        root=cast.root, organisation=cast.branch, code="T-01", name=f"{MARK}岗", unit_type="finance", power="资金支付"
    )
    return RiskPoint.objects.create(root=cast.root, post=post, **RISK)


RISK: dict[str, Any] = {
    "code": "T-01-1",
    "source": "duty",
    "description": f"{MARK}七",
    "manifestations": "超标准列支",
    "likelihood": 3,
    "impact": 4,
    "grade": "medium",
    "responsible": "科室负责人",
}
