"""The board of reviewer rules: rules × branches with the marks that stand."""

from __future__ import annotations

from dataclasses import dataclass

from assessment.models import ReviewMark
from assessment.selectors.frame import RuleFrame, best_scheme, frame_of, scheme_rows
from branches.models import Organisation
from branches.permissions import Viewer, visible_branches


@dataclass(frozen=True)
class MarkBoard:
    """Reviewer rules of a year, the branches, and the standing mark of each."""

    rules: tuple[RuleFrame, ...]
    branches: tuple[Organisation, ...]
    marks: dict[tuple[str, int], ReviewMark]

    def rows(self, rule: RuleFrame) -> list[tuple[Organisation, ReviewMark | None]]:
        return [(branch, self.marks.get((rule.code, branch.pk))) for branch in self.branches]

    @property
    def progress(self) -> list[dict]:
        """For each rule how many branches are marked."""
        return [
            {
                "rule": rule,
                "done": sum((rule.code, branch.pk) in self.marks for branch in self.branches),
                "all": len(self.branches),
            }
            for rule in self.rules
        ]


def mark_board(viewer: Viewer, root: Organisation, year: int) -> MarkBoard:
    """The board of a committee and year; 3 queries."""
    best = best_scheme(scheme_rows(root.pk, year * 100 + 12))
    rules = tuple(rule for rule in frame_of(best).rules if rule.kind == "reviewer") if best else ()
    branches = visible_branches(viewer, "overview").filter(root=root, founded_on__lte=f"{year}-12-31")
    standing = [
        branch
        for branch in branches.order_by("sort_key", "code")
        if not branch.dissolved_on or branch.dissolved_on.year > year
    ]
    rows = ReviewMark.objects.filter(root=root, year=year, withdrawn_at__isnull=True).select_related("marked_by")
    marks = {(row.rule_code, row.branch_id): row for row in rows.order_by("marked_at")}
    return MarkBoard(rules, tuple(standing), marks)
