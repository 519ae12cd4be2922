"""Papers for tests: one of the cast's branch, put up for signature by the officer, and its signing."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from branches.rules import Role
from signing import services
from signing.models import Paper
from tests.factories.branches import PASSWORD, Cast

NOW = datetime(2026, 1, 12, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 1, 12)
BODY = "为落实党建责任，签订本责任书。\n一、目标\n编号\t目标\nD4.1\t12次\n"
BOTH = ((1, Role.SECRETARY.value, None), (2, Role.OFFICER.value, None))


def open_paper(cast: Cast, *, body: str = BODY, signers=BOTH, source: str = "test:1", now=NOW, **more) -> Paper:
    more = {"branch": cast.branch, "title": "标记甲乙责任书", "kind": "contract", **more}
    viewer = cast.viewer("officer", now.date())
    return services.open_paper(actor=viewer, body=body, signers=signers, source=source, now=now, **more)


def sign(cast: Cast, paper: Paper, who: str, *, now=NOW, password: str = PASSWORD, digest: str = "") -> Paper:
    return services.sign(
        actor=cast.viewer(who, now.date()),
        paper_id=paper.pk,
        password=password,
        digest=digest or paper.digest,
        now=now,
    )


def signed(cast: Cast, **more) -> Paper:
    """A paper that both have signed."""
    paper = open_paper(cast, **more)
    sign(cast, paper, "secretary")
    return sign(cast, paper, "officer")
