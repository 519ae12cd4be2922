"""Appeals in the viewer's scope, until when one may be filed, and what of them stands in the way of publishing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from appraisal.models import Appeal, AppealState, AppealSubject, PartCode, PartMark, PublicNotice, YearEnd
from appraisal.rules.appeal import file_until
from assessment.models import MonthClosing, Restatement, ReviewMark
from assessment.selectors import SchemeFrame, best_scheme, frame_of, scheme_rows
from branches.models import Organisation
from branches.permissions import Viewer, visible
from core.periods import Month
from core.periods import today as today_of
from core.workdays import add_workdays


@dataclass(frozen=True, slots=True)
class AppealFilter:
    """What the list is narrowed to; `state` also takes `unmended`."""

    branch_id: int | None = None
    state: str = ""
    year: int | None = None
    q: str = ""


def appeals_list(viewer: Viewer, wanted: AppealFilter) -> QuerySet[Appeal]:
    """Appeals the viewer may see, narrowed, with branch and people."""
    rows = visible(Appeal.objects.all(), viewer)
    if wanted.branch_id:
        rows = rows.filter(branch_id=wanted.branch_id)
    if wanted.year:
        rows = rows.filter(year=wanted.year)
    if wanted.state == "unmended":
        rows = rows.filter(state=AppealState.UPHELD, mended_at__isnull=True)
    elif wanted.state in AppealState.values:
        rows = rows.filter(state=wanted.state)
    if wanted.q:
        rows = rows.filter(Q(label__icontains=wanted.q) | Q(ground__icontains=wanted.q))
    return rows.select_related("branch", "filed_by", "answered_by", "restatement")


def appeal_detail(viewer: Viewer, appeal_id: int) -> Appeal | None:
    """One appeal with its people; None outside the scope."""
    rows = visible(Appeal.objects.all(), viewer)
    people = rows.select_related("branch__root", "filed_by", "answered_by", "mended_by", "restatement")
    return people.filter(pk=appeal_id).first()


def appeals_of_year(viewer: Viewer, branch_id: int, year: int) -> list[Appeal]:
    """All appeals of one branch in one year, oldest first, for its statement and its results."""
    rows = visible(Appeal.objects.filter(branch_id=branch_id, year=year), viewer)
    return list(rows.select_related("answered_by", "restatement").order_by("filed_at", "pk"))


def own_result_appeals(viewer: Viewer) -> list[Appeal]:
    """What the viewer's own branches objected to in their results, newest first."""
    rows = visible(Appeal.objects.filter(subject=AppealSubject.RESULT, branch_id__in=viewer.own_branch_ids), viewer)
    return list(rows.select_related("branch", "answered_by").order_by("-filed_at", "-pk"))


def open_appeals(root_id: int, year: int) -> dict[int, int]:
    """Branch → how many of its appeals of that year still wait for an answer."""
    rows = Appeal.objects.filter(root_id=root_id, year=year, state=AppealState.OPEN).order_by()
    return dict(rows.values_list("branch_id").annotate(count=Count("pk")))


def unmended_appeals(root_id: int, year: int) -> dict[int, int]:
    """Branch → how many of its upheld appeals of that year are not mended: not noted so, and no restatement since."""
    rows = Appeal.objects.filter(root_id=root_id, year=year, state=AppealState.UPHELD, mended_at__isnull=True)
    found: dict[int, int] = {}
    for appeal in rows:
        if restatement_since(appeal) is None:
            found[appeal.branch_id] = found.get(appeal.branch_id, 0) + 1
    return found


def appeal_obstacles(root_id: int, year: int) -> list[str]:
    """In words, by branch: what stands in the way of the publication."""
    waiting, unmended = open_appeals(root_id, year), unmended_appeals(root_id, year)
    if not waiting and not unmended:
        return []
    rows = Organisation.objects.filter(pk__in=[*waiting, *unmended]).order_by("sort_key", "code")
    names = dict(rows.values_list("pk", "short_name"))
    return [
        f"{name}有{counts[pk]}件申诉{words}"
        for counts, words in ((waiting, "没有答复"), (unmended, "已支持、还没有更正"))
        for pk, name in names.items()
        if pk in counts
    ]


def restatement_since(appeal: Appeal) -> Restatement | None:
    """The first restatement of the branch, of this month or a later one of the year, after the appeal was upheld."""
    if appeal.restatement_id or appeal.answered_at is None:
        return appeal.restatement
    rows = Restatement.objects.filter(
        root_id=appeal.root_id,
        branch_id=appeal.branch_id,
        month__gte=appeal.month,
        month__lte=appeal.year * 100 + 12,
        restated_at__gt=appeal.answered_at,
    )
    return rows.order_by("restated_at").first()


def last_day_to_file(root_id: int, month: Month, subject: str) -> tuple[bool, date | None]:
    """Whether an appeal may be filed at all, and the last day for it (None: any day)."""
    notice = PublicNotice.objects.filter(
        year_end__root_id=root_id, year_end__year=month.year, withdrawn_at__isnull=True
    ).order_by("-revision")
    ends_on = notice.values_list("ends_on", flat=True).first()
    if subject == AppealSubject.RESULT:
        return ends_on is not None, ends_on
    closings = MonthClosing.objects.filter(root_id=root_id, month=month.key, reopened_at__isnull=True)
    closed_at = closings.values_list("closed_at", flat=True).first()
    return True, file_until(today_of(closed_at) if closed_at else None, ends_on, add_workdays)


def is_year_settled(root_id: int, year: int) -> bool:
    """Whether the year is proposed or published; a published one can only be corrected."""
    return any(not one.takes_grades for one in YearEnd.objects.filter(root_id=root_id, year=year))


def markers_of(appeal: Appeal) -> set[int]:
    """Who gave the marks that are objected to: of the reviewer rules of the item, or the committee's mark of the year."""
    if appeal.subject == AppealSubject.RESULT:
        marks = PartMark.objects.filter(
            year_end__root_id=appeal.root_id,
            year_end__year=appeal.year,
            branch_id=appeal.branch_id,
            part=PartCode.COMMITTEE,
        )
        return set(marks.values_list("entered_by_id", flat=True))
    rows = ReviewMark.objects.filter(
        root_id=appeal.root_id, branch_id=appeal.branch_id, year=appeal.year, withdrawn_at__isnull=True
    ).exclude(marked_by=None)
    own = Q(rule_code=appeal.code) | Q(rule_code__startswith=f"{appeal.code}.")
    return set(rows.filter(own).values_list("marked_by_id", flat=True))


def month_frame(root_id: int, month: Month) -> SchemeFrame | None:
    """The scheme by which the month is scored."""
    row = best_scheme(scheme_rows(root_id, month.key))
    return frame_of(row) if row else None


def metrics_of(frame: SchemeFrame, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Code and name of the metrics behind these rules, for the way to the records."""
    wanted = set(codes)
    ids = [pk for rule in frame.rules if rule.code in wanted for pk in rule.metric_ids]
    return [(frame.metrics[pk].code, frame.metrics[pk].name) for pk in dict.fromkeys(ids) if pk in frame.metrics]
