"""Settles the demo's finished year: marks, polls, one veto raised and dropped, grades, public notice, publication by two officers."""

from __future__ import annotations

import random
from datetime import date, datetime

from appraisal.models import NoticeScope, PublicationScope, YearResult
from appraisal.services import awards, deciding, marks, noticing, publishing, settling, vetoes
from appraisal.services.marks import MarkEntry
from assessment.marks import give_mark
from assessment.models import ReviewMark
from branches.models import User
from branches.permissions import Viewer
from core.periods import today as today_of

from .records import at
from .register import DemoBranch, Register

REVIEWED_RULES = ("A3.4", "F1.2", "F2.2")


def give_marks(register: Register, year: int, *, now: datetime) -> None:
    """The committee's levels 好, 较好, 一般 for the rules that it judges by hand."""
    actor = Viewer.of(register.officers[0], today_of(now))
    judged = set(_standing(register, year))  # by the secretaries' review
    for branch in _measured(register, year):
        rng = random.Random(year * 100 + branch.place)
        for rule in REVIEWED_RULES:
            if (branch.row.pk, rule) in judged:
                continue
            level = _level(branch.plan.diligence + rng.uniform(-0.12, 0.06))
            give_mark(
                actor=actor,
                branch_id=branch.row.pk,
                rule_code=rule,
                year=year,
                level=level,
                reason="年终考核组评定",
                now=now,
            )


def settle_year(register: Register, year: int) -> None:
    """From the first mark on 12 January over the notice from the 19th to the publication on the 30th."""
    first, second = register.officers
    january = year + 1

    def on(day: int) -> datetime:
        return at(date(january, 1, day), 10)

    def actor(user: User, day: int) -> Viewer:
        return Viewer.of(user, date(january, 1, day))

    year_end = marks.open_year(actor=actor(first, 12), root=register.root, year=year, now=on(12))
    marks.enter_marks(actor=actor(first, 12), year_end_id=year_end.pk, entries=_entries(register, year), now=on(12))
    _raise_and_drop_veto(register, year_end.pk, first, on, actor)
    settling.settle(actor=actor(first, 19), year_end_id=year_end.pk, now=on(19))
    _decide_ties(year_end.pk, actor(first, 19))
    noticing.post_notice(actor=actor(first, 19), year_end_id=year_end.pk, audience=NoticeScope.ALL, now=on(19))
    deciding.record_decision(
        actor=actor(first, 28),
        year_end_id=year_end.pk,
        held_on=date(january, 1, 28),
        document_no=f"交机党纪要〔{january}〕2号",
        text=f"局机关党委会议审定{year}年度党支部考核等次，同意发布。",
        now=on(28),
    )
    publication = publishing.propose_publication(
        actor=actor(first, 29), year_end_id=year_end.pk, audience=PublicationScope.PUBLIC, now=on(29)
    )
    publishing.confirm_publication(actor=actor(second, 30), publication_id=publication.pk, now=on(30))
    awards.load_default_awards(actor=actor(first, 30), root=register.root, now=on(30))


def _measured(register: Register, year: int) -> list[DemoBranch]:
    return [branch for branch in register.branches if branch.plan.founded_on.year < year + 1]


def _standing(register: Register, year: int):
    """(branch, rule) of the marks that stand already."""
    marks = ReviewMark.objects.filter(root=register.root, year=year, withdrawn_at=None)
    return marks.values_list("branch_id", "rule_code")


def _level(quality: float) -> str:
    return "good" if quality > 0.86 else "fair" if quality > 0.7 else "plain"


def _entries(register: Register, year: int) -> list[MarkEntry]:
    """The committee's mark, a members' poll (one under its minimum response), the peers' mean."""
    entries = []
    for branch in _measured(register, year):
        rng = random.Random(year * 7 + branch.place)
        mark = 70 + round(28 * branch.plan.diligence) - rng.randint(0, 4)
        size = branch.plan.size
        returned = size // 2 if branch.place == 4 else size - rng.randint(0, 1)
        entries += [
            MarkEntry(branch.row.pk, "committee", str(mark)),
            MarkEntry(branch.row.pk, "members", str(min(100, mark + rng.randint(-3, 5))), str(size), str(returned)),
            MarkEntry(branch.row.pk, "peers", f"{min(99.5, mark + rng.randint(-4, 3)):.1f}", "28", "28"),
        ]
    return entries


def _raise_and_drop_veto(register: Register, year_end_id: int, officer: User, on, actor) -> None:
    branch = register.branches[22]
    case = vetoes.propose_veto(
        actor=actor(officer, 13),
        year_end_id=year_end_id,
        branch_id=branch.row.pk,
        item_code="V05",
        ground="群众反映两次会议照片相同",
        now=on(13),
    )
    secretary = User.objects.get(member=branch.members[0])
    words = "两次会议相邻召开，照片系误传，已补传原始照片。"
    vetoes.reply_veto(actor=actor(secretary, 15), case_id=case.pk, text=words, now=on(15))
    vetoes.drop_veto(actor=actor(officer, 18), case_id=case.pk, reason="经核查属误传，不构成编造记录", now=on(18))


def _decide_ties(year_end_id: int, actor: Viewer) -> None:
    """Where the system proposes no grade (a tie at the border of the quota), the committee takes the next one."""
    for result in YearResult.objects.filter(year_end_id=year_end_id, at_quota_border=True):
        deciding.decide_grade(actor=actor, result_id=result.pk, grade="good", reason="并列，经党委会研究定为良好")
