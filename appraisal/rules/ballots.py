"""Pure rules of anonymous ballots: codes on paper slips, scales, who rates whom, what a result may show."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

MIN_SHOWN = 5  # fewer marks than this are never shown, to nobody
MIN_PERCENT = 70  # of the slips handed out must come back, or the poll is not valid
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nothing that is misread on paper
CODE_LENGTH = 12  # 60 bits; without the server's key the stored digests cannot be tried out either
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One grade on a ballot; `points` (0–100) where the grades make a mean."""

    code: str
    name: str
    points: int | None = None


MARKS = (Choice("good", "好", 100), Choice("fair", "较好", 80), Choice("plain", "一般", 60), Choice("poor", "差", 0))
GRADES = (
    Choice("excellent", "优秀"),
    Choice("pass", "合格"),
    Choice("basic", "基本合格"),
    Choice("fail", "不合格"),
)
SCALES = {
    "committee": MARKS,
    "members": MARKS,
    "peers": MARKS,
    "accountability": MARKS,
    "member_appraisal": GRADES,
}
PARTS = {"committee": "committee", "members": "members", "peers": "peers"}  # what counts at the year end
OVERALL_FLOORS = ((90, "good"), (80, "fair"), (60, "plain"), (0, "poor"))  # grade_alias of branch_scheme.yaml


def scale_of(kind: str) -> tuple[Choice, ...]:
    """The grades of a poll of this kind, best first."""
    return SCALES[kind]


def new_code(below: Callable[[int], int]) -> str:
    """A fresh code; `below(n)` gives an unpredictable number under n."""
    return "".join(ALPHABET[below(len(ALPHABET))] for _ in range(CODE_LENGTH))


def printed(code: str) -> str:
    """A code as the slip shows it: 7K2M-9QXA-04TB."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """The code as typed in any manner (small letters, full width, spaces, O for 0); "" if it can be none."""
    kept = unicodedata.normalize("NFKC", typed[:100]).upper().translate(_READ_AS)
    kept = "".join(sign for sign in kept if sign not in " -—–_·.\t\r\n")
    return kept if len(kept) == CODE_LENGTH and all(sign in ALPHABET for sign in kept) else ""


def rates(how: str, *, own: int | None, subject: int) -> bool:
    """Whether holders of a code of a group about branch `own` rate a subject of branch `subject`."""
    return {"own": own == subject, "others": own != subject, "all": True}[how]


@dataclass(frozen=True)
class Tally:
    """The counted marks of one subject, and how many slips were handed out and came back for it."""

    counts: Mapping[str, int]
    handed_out: int
    returned: int
    scale: Sequence[Choice] = field(default=MARKS)

    @property
    def votes(self) -> int:
        """Marks given; ballots that left the line empty are returned, but no vote."""
        return sum(self.counts.values())

    @property
    def is_shown(self) -> bool:
        """Fewer than 5 marks could be guessed back to the people who gave them."""
        return self.votes >= MIN_SHOWN

    def is_valid(self, percent: int = MIN_PERCENT) -> bool:
        """Enough slips came back, and not more than were handed out."""
        return 0 < self.returned <= self.handed_out and self.returned * 100 >= self.handed_out * percent

    @property
    def mean(self) -> Fraction | None:
        """The mean of the marks, 0–100; None without marks or where the grades are no numbers."""
        if not self.votes or any(choice.points is None for choice in self.scale):
            return None
        total = sum((choice.points or 0) * self.counts.get(choice.code, 0) for choice in self.scale)
        return Fraction(total, self.votes)

    @property
    def hundredths(self) -> int | None:
        """The mean in hundredths, half up."""
        return None if self.mean is None else int(self.mean * 200 + 1) // 2

    @property
    def overall(self) -> str:
        """The overall grade (综合) that the mean suggests; "" where there is none."""
        if self.mean is None:
            return ""
        return next(code for floor, code in OVERALL_FLOORS if self.mean >= floor)


def result_digest(rows: Sequence[tuple[int, str, int]]) -> str:
    """SHA-256 over (subject, grade, votes) in order: a count changed after the closing no longer fits."""
    return hashlib.sha256(json.dumps(sorted(rows), separators=(",", ":")).encode()).hexdigest()
