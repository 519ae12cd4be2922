"""What the world holds about members: the scheme, facts of its records, a computed month, a claim of its member."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from activities.models import Activity
from activities.reporting.members import fill_members
from activities.services.member_claims import MemberClaimInput, enter_claim
from assessment.members import rollup, schemes
from core.periods import Month
from tests.factories.activities import NOW
from tests.factories.branches import Cast

MARK = "标记甲乙"  # as in tests/site/world.py, which imports this module


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    schemes.load_default(2026, cast.root)
    fill_members(Activity.objects.filter(root=cast.root).values_list("pk", flat=True), now=NOW)
    claim = enter_claim(
        actor=cast.viewer("member"),
        member_id=cast.member.member_id,
        given=MemberClaimInput("credit.K07", date(2026, 10, 9), note=f"{MARK}心得"),
        files=[SimpleUploadedFile("xinde.txt", f"{MARK}心得".encode())],
        now=NOW,
    )
    rollup.run(root_id=cast.root.pk, month=Month(2026, 10), now=NOW)
    return {"member_claim": claim.pk, "member_claim_file": claim.files.get().pk}
