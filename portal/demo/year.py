"""Lets the demo's two years pass: month by month records come in, months are closed, 2025 is settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from activities.collect import collect as collect_activities
from activities.reminders import remind
from assessment import rollup, schemes
from assessment.closing import close_month
from assessment.collect import collect_month
from branches.permissions import SYSTEM, Viewer
from branches.reminders import tell_orphans
from core import uploads
from core.models import Attachment
from core.periods import Month
from core.periods import today as today_of
from integrity.services import load_library

from .appeals import appeal_last_year, appeal_this_year
from .claims import ClaimBook
from .contracts import fill_contracts
from .members import begin_members, finish_members, pass_of_members
from .official import load_official
from .patches import fill_patches
from .records import RecordBook, at
from .register import Register, build_register
from .restating import restate
from .reviews import pass_of_reviews
from .rounds import close_corrections, give_task, hold_round, hold_running_round
from .schemes import prepare_schemes
from .settling import give_marks, settle_year
from .sheets import send_sheets

SEED = 2026
CLOSING_DAY = timedelta(days=7)  # months are closed on the 8th of the next


@transaction.atomic
def build(*, now: datetime, say: Callable[[str], None], settled: bool = True) -> Register:
    """The whole demo as of `now`: last year settled (unless a test wants to do that), this year up to today."""
    today = today_of(now)
    first = Month(today.year - 1, 1)
    say("登记党组织、党员和账号")
    register = build_register(today, SEED)
    for year in (first.year, today.year):
        schemes.load_default(year, register.root, now=at(date(year, 1, 2), 9))
    load_library(actor=SYSTEM, root=register.root)
    begin_members(register, today)
    records = RecordBook(register, SEED, first, today, _paper(register))
    claims = ClaimBook(register, SEED, first, today)
    for month in first.until(Month.of(today)):
        say(f"过到{month.label}")
        closes_at = at(month.next.first_day + CLOSING_DAY, 10)
        _pass(register, records, claims, month, min(closes_at, now))
        if month.number == 12:
            give_marks(register, month.year, now=min(closes_at, now) - timedelta(hours=20))
        if closes_at <= now:
            close_month(actor=_officer(register, closes_at), root_id=register.root.pk, month=month, now=closes_at)
        if closes_at <= now:
            hold_round(register, month, now=now)
        if month.number == 9 and closes_at + timedelta(days=2) <= now:
            restate(register, month.previous, now=closes_at + timedelta(days=2))
        if settled and month == Month(first.year, 12):
            say(f"审定{month.year}年度")
            appeal_last_year(register, month.year)
            settle_year(register, month.year)
    fill_patches(register, today)
    close_corrections(register, today)
    hold_running_round(register, today)
    give_task(register, today)
    appeal_this_year(register, today)
    finish_members(register, now)
    fill_contracts(register, today)
    prepare_schemes(register, now=now)
    remind(root=register.root, today=today, now=now)
    load_official(register, now=now)
    tell_orphans(root=register.root, today=today, now=now)
    return register


def _pass(register: Register, records: RecordBook, claims: ClaimBook, month: Month, until: datetime) -> None:
    """One month goes by: what was sent and reviewed until then, what the register knows, the sheets, the scores."""
    root_id, day = register.root.pk, today_of(until)
    records.advance(until)
    claims.advance(until)
    collect_activities(root_id=root_id, today=day, now=until, since=month.plus(-3))
    collect_month(root_id, month, now=until, today=min(day, month.last_day))
    send_sheets(register, month, until)
    pass_of_reviews(register, month, until)
    rollup.run(root_id=root_id, month=month, now=until)
    pass_of_members(register, month, until)


def _officer(register: Register, now: datetime) -> Viewer:
    return Viewer.of(register.officers[0], today_of(now))


def _paper(register: Register) -> Attachment:
    """One small file that stands for the plans and summaries of the demo."""
    upload = SimpleUploadedFile("工作计划（示例）.pdf", _pdf(), content_type="application/pdf")
    return uploads.accept(upload, actor=register.officers[0], root_id=register.root.pk)


def _pdf() -> bytes:
    """The smallest valid PDF of one empty page."""
    out, offsets = BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, 2)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()
