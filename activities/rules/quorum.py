"""When a gathering is valid and when a matter passes (domain.md §3.1); integers in, booleans out."""

from __future__ import annotations

from dataclasses import dataclass

VOTING_MEMBERS = "voting_members"
COMMITTEE = "committee"


@dataclass(frozen=True)
class Ballot:
    """The numbers of one vote; `case` is decision, admit, confirm or election."""

    case: str
    yes: int
    no: int = 0
    abstain: int = 0
    written_yes: int = 0


def is_quorate(
    quorum: str, *, voters_due: int, voters_present: int, committee_due: int, committee_present: int, present: int
) -> bool:
    """Whether a gathering counts: half of the voters or of the committee, where its type asks for it; else anyone present."""
    if quorum == VOTING_MEMBERS:
        return voters_present > 0 and 2 * voters_present >= voters_due
    if quorum == COMMITTEE:
        return committee_present > 0 and 2 * committee_present >= committee_due
    return present > 0


def is_vote_valid(case: str, *, due: int, present: int) -> bool:
    """Whether enough voters were there for this case: half, more than half, or four fifths."""
    if present <= 0:
        return False
    if case == "election":
        return 5 * present >= 4 * due
    if case in ("admit", "confirm"):
        return 2 * present > due
    return 2 * present >= due


def yes_needed(case: str, *, due: int, present: int) -> int:
    """The least number of yes votes with which the matter passes."""
    return (present if case == "election" else due) // 2 + 1


def is_passed(ballot: Ballot, *, due: int, present: int) -> bool:
    """Whether the matter passes: valid, and more than half of those due (of those present, in an election)."""
    if not is_vote_valid(ballot.case, due=due, present=present):
        return False
    written = ballot.written_yes if ballot.case in ("admit", "confirm") else 0
    return ballot.yes + written >= yes_needed(ballot.case, due=due, present=present)


def ballot_error(ballot: Ballot, *, due: int, present: int) -> str:
    """What cannot be right about the numbers, in words; "" if nothing."""
    cast = ballot.yes + ballot.no + ballot.abstain
    if cast > present:
        return f"赞成、反对、弃权合计{cast}票，多于实到有表决权的{present}人，请核对票数。"
    if ballot.case in ("admit", "confirm") and ballot.yes + ballot.written_yes > due:
        return f"到会赞成与书面赞成合计{ballot.yes + ballot.written_yes}票，多于应到有表决权的{due}人，请核对。"
    return ""


def excellent_cap(members: int) -> int:
    """How many may be rated 优秀: a third, rounded down."""
    return members // 3
