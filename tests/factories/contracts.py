"""Contracts for tests: made for the cast's branches from the scheme of 2026, sent and signed."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from appraisal.models import Contract, ContractLine, ContractTemplate
from appraisal.selectors.contracts import duties_of, frame_of_year, lines_of, target_text
from appraisal.services import contracts as services
from appraisal.services.contracts import DutyEntry, LineEntry
from tests.factories import activities as records
from tests.factories.branches import Cast
from tests.factories.signing import sign

NOW = datetime(2026, 1, 8, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 1, 8)
YEAR = 2026


def template(cast: Cast, year: int = YEAR) -> ContractTemplate:
    if frame_of_year(cast.root.pk, year) is None:
        records.load_scheme(cast.root)
    return services.begin_template(actor=cast.viewer("officer", DAY), root=cast.root, year=year, now=NOW)


def make(cast: Cast) -> Contract:
    """The contract of the cast's branch, a draft beside those of the others."""
    services.make_contracts(actor=cast.viewer("officer", DAY), template_id=template(cast).pk, now=NOW)
    return Contract.objects.get(branch=cast.branch)


def send(cast: Cast, *, ids=None, now: datetime = NOW) -> services.Sent:
    officer = cast.viewer("officer", now.date())
    return services.send_contracts(actor=officer, root=cast.root, year=YEAR, ids=ids, now=now)


def signed(cast: Cast) -> Contract:
    """The contract of the cast's branch, signed by both."""
    contract = make(cast)
    send(cast, ids=[contract.pk])
    contract.refresh_from_db()
    for who in ("secretary", "officer"):
        sign(cast, contract.paper, who, now=NOW)
    return Contract.objects.select_related("branch", "paper").get(pk=contract.pk)


def line(contract: Contract, code: str) -> ContractLine:
    contract.refresh_from_db()
    return contract.lines.get(revision=contract.revision, code=code)


def entry(one: ContractLine, **changes) -> LineEntry:
    """The line as the form sends it back, with changes."""
    same = {
        "code": one.code,
        "target": target_text(one).removesuffix(one.unit),
        "owner_id": one.owner_id,
        "note": one.note,
        "name": one.name,
        "unit": one.unit,
    }
    return LineEntry(**(same | changes))


def save(cast: Cast, contract: Contract, *, who: str = "officer", new=(), version=None, **changes) -> Contract:
    """Send the whole form with some lines changed (`D4_1={"target": "14"}`), new own targets and the duties as they are."""
    contract.refresh_from_db()
    wanted = {code.replace("_", "."): values for code, values in changes.items()}
    lines = [entry(one, **wanted.get(one.code, {})) for one in lines_of(contract)]
    return services.save_contract(
        actor=cast.viewer(who, DAY),
        contract_id=contract.pk,
        version=contract.version if version is None else version,
        lines=[*lines, *new],
        duties=[DutyEntry(one.member_id, one.kind, one.text) for one in duties_of(contract)],
        now=NOW,
    )
