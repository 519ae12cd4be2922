"""Makers of what the scoring engine needs: a committee, branches, facts; plain functions with defaults."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import count

from assessment import ledger
from branches.models import BranchTerm, Organisation
from branches.models.organisation import Tier
from core.periods import SHANGHAI, Month

_serial = count(1)
LONG_AGO = date(2020, 1, 1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)


def committee(**fields) -> Organisation:
    """A committee that stands at the top."""
    n = next(_serial)
    made = Organisation.objects.create(
        **{
            "tier": Tier.COMMITTEE,
            "code": f"9{n:05d}",
            "name": f"第{n}机关党委",
            "short_name": f"第{n}党委",
            "founded_on": LONG_AGO,
            **fields,
        }
    )
    made.root, made.path = made, f"{made.pk}/"
    made.save()
    return made


def branch(root: Organisation, *, with_committee: bool = True, tier: str = Tier.BRANCH, **fields) -> Organisation:
    """A branch under the committee, with a branch committee unless told otherwise."""
    n = next(_serial)
    made = Organisation.objects.create(
        **{
            "root": root,
            "parent": root,
            "tier": tier,
            "code": f"{root.code}.{n:05d}",
            "name": f"第{n}党支部",
            "short_name": f"第{n}支部",
            "founded_on": LONG_AGO,
            **fields,
        }
    )
    made.path = f"{made.parent.path}{made.pk}/"
    made.save()
    if with_committee and tier == Tier.BRANCH:
        term(made)
    return made


def group(of: Organisation, **fields) -> Organisation:
    """A party group of a branch."""
    return branch(of.root, tier=Tier.GROUP, parent=of, **fields)


def term(of: Organisation, **fields) -> BranchTerm:
    """One term of office, with a committee since long ago unless told otherwise."""
    n = BranchTerm.objects.filter(branch=of).count() + 1
    return BranchTerm.objects.create(
        **{
            "root": of.root,
            "branch": of,
            "term_no": n,
            "has_committee": True,
            "seats": 3,
            "from_on": LONG_AGO,
            "due_on": date(2030, 1, 1),
            "duties_published_on": LONG_AGO,
            **fields,
        }
    )


def spec(of: Organisation, metric: str, day: date, quantity=1, **fields) -> ledger.FactSpec:
    """A confirmed fact of the branch, sent at noon of its day, from a source of its own."""
    n = next(_serial)
    return ledger.FactSpec(
        **{
            "root_id": of.root_id,
            "branch_id": of.pk,
            "metric": metric,
            "happened_on": day,
            "quantity": quantity,
            "source_type": "test",
            "source_id": 1_000_000 + n,  # out of the way of the small numbers tests choose
            "revision": 1,
            "label": f"{metric} {day}",
            "url": "",
            "entered_at": noon(day),
            "confirmed": True,
            **fields,
        }
    )


def tell(of: Organisation, metric: str, *days: date, quantity=1, **fields) -> None:
    """Record one confirmed fact for each of the days."""
    ledger.record_facts([spec(of, metric, day, quantity, **fields) for day in days], now=noon(max(days)))


def after(month: Month) -> datetime:
    """A moment when the month is over and its record deadline past."""
    return month.record_deadline.replace(hour=9)
