"""Puts the demo's claims into the portal in bulk, as they were sent and reviewed."""

from __future__ import annotations

from datetime import date, datetime

from activities.models import Claim, ClaimState
from activities.rules.claimable import ClaimKind, natural_key
from activities.rules.facts import is_late
from activities.selectors.catalogue import catalogue_for
from activities.services.claims import SOURCE, specs_of
from assessment import ledger
from branches.models import User
from core.periods import Month

from .records import at
from .register import DemoBranch, Register
from .story import BranchStory, ClaimPlan


class ClaimBook:
    """All claims of the demo, in the order in which they were sent."""

    def __init__(self, register: Register, seed: int, first: Month, today: date) -> None:
        self.register = register
        self.users = {user.member_id: user for user in User.objects.exclude(member=None)}
        self.kinds: dict[int, dict[str, ClaimKind]] = {}
        self.waiting = sorted(
            (
                (plan.sent_on, branch.place, n, plan)
                for branch in register.branches
                for n, plan in enumerate(BranchStory(branch.plan, branch.place, seed).claims(first, today))
            ),
            key=lambda entry: entry[:3],
        )
        self.unreviewed: list[tuple[Claim, ClaimPlan]] = []

    def advance(self, until: datetime) -> None:
        """What was sent by then is sent; what was reviewed by then is reviewed."""
        made = []
        while self.waiting and at(self.waiting[0][0], 11) <= until:
            _, place, _, plan = self.waiting.pop(0)
            made.append((self._claim(self.register.branches[place], plan), plan))
        Claim.objects.bulk_create(claim for claim, _ in made)
        specs = [spec for claim, plan in made for spec in specs_of(claim, self._kind(plan))]
        ledger.record_facts(specs, now=until)
        self.unreviewed += made
        reviewed = [pair for pair in self.unreviewed if at(pair[1].approved_on, 10) <= until]
        for pair in reviewed:
            self._approve(*pair)
            self.unreviewed.remove(pair)
        claims = [claim for claim, _ in reviewed]
        Claim.objects.bulk_update(claims, ["state", "reviewed_by", "reviewed_at"])
        own = ledger.live_facts().filter(source_type=SOURCE, source_id__in=[claim.pk for claim in claims])
        ledger.confirm_facts(own, by_id=self.register.officers[0].pk, now=until)

    def _claim(self, branch: DemoBranch, plan: ClaimPlan) -> Claim:
        kind, month, sent_at = self._kind(plan), Month.of(plan.happened_on).key, at(plan.sent_on, 11)
        return Claim(
            root=self.register.root,
            branch=branch.row,
            metric=plan.metric,
            happened_on=plan.happened_on,
            month=month,
            quantity_milli=plan.quantity * 1000,
            base_metric=kind.base_metric,
            base_milli=plan.base * 1000,
            occurrence=plan.occurrence,
            note=plan.note,
            state=ClaimState.SUBMITTED,
            revision=1,
            natural_key=natural_key(kind, branch_id=branch.row.pk, month=month, occurrence=plan.occurrence),
            entered_by=self.users[branch.members[0].pk],
            created_at=sent_at,
            first_submitted_at=sent_at,
            submitted_at=sent_at,
            is_late=is_late(plan.happened_on, sent_at),
        )

    def _approve(self, claim: Claim, plan: ClaimPlan) -> None:
        claim.state, claim.reviewed_by = ClaimState.APPROVED, self.register.officers[0]
        claim.reviewed_at = at(plan.approved_on, 10)

    def _kind(self, plan: ClaimPlan) -> ClaimKind:
        year = plan.happened_on.year
        if year not in self.kinds:
            catalogue = catalogue_for(self.register.root.pk, Month(year, 12))
            self.kinds[year] = dict(catalogue.kinds)
        return self.kinds[year][plan.metric]
