"""The scheme as the page shows it: every rule, event, tier, veto and grade in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.http import Http404

from assessment.models import Item, Scheme, SchemeStatus
from assessment.selectors.frame import SchemeFrame, best_scheme, frame_of, scheme_rows
from assessment.selectors.wording import safe_words
from assessment.statement.words import pts
from branches.permissions import Viewer, visible

BODY_NAMES = {"party_committee": "机关党委", "discipline_committee": "机关纪委"}


@dataclass(frozen=True)
class SchemePage:
    """A scheme in words."""

    frame: SchemeFrame
    versions: tuple[Scheme, ...]
    years: tuple[int, ...]
    categories: tuple[dict, ...]
    bonus: tuple[dict, ...]
    penalty: tuple[dict, ...]
    vetoes: tuple[dict, ...]
    grades: tuple[dict, ...]
    composition: tuple[dict, ...]
    pillars: tuple[tuple[str, str], ...] = ()


def readable_schemes(viewer: Viewer) -> QuerySet[Scheme]:
    """Published versions that are valid for the viewer's committee, and, for its officers, its own drafts."""
    published = Q(root_id=viewer.root_id) | Q(root__isnull=True)
    own = visible(Scheme.objects.all(), viewer).order_by().values("pk")
    return Scheme.objects.filter((published & ~Q(status=SchemeStatus.DRAFT)) | Q(pk__in=own))


def scheme_list(viewer: Viewer) -> list[Scheme]:
    """Every version there is for the committee: the latest year first, in it the drafts, then the latest valid."""
    rows = readable_schemes(viewer).select_related("root", "created_by", "submitted_by", "published_by", "based_on")
    return sorted(
        rows,
        key=lambda row: (-row.year, row.subject, row.status != SchemeStatus.DRAFT, -row.valid_from, -row.pk),
    )


def waiting_to_publish(viewer: Viewer) -> QuerySet[Scheme]:
    """Drafts that another officer submitted and this one may publish; for the home page."""
    drafts = visible(Scheme.objects.filter(status=SchemeStatus.DRAFT, submitted_at__isnull=False), viewer)
    return drafts.exclude(submitted_by=viewer.user_id).order_by("submitted_at")


def scheme_page(viewer: Viewer, year: int) -> SchemePage:
    """The last version of a year's scheme; 404 where there is none."""
    best = best_scheme(scheme_rows(viewer.root_id, year * 100 + 12))
    if best is None:
        raise Http404
    return page_of_scheme(viewer, best)


def page_of_scheme(viewer: Viewer, row: Scheme) -> SchemePage:
    """One version in words, a draft, too; beside it the published versions of its year."""
    year, frame = row.year, frame_of(row)
    mine = Scheme.objects.filter(subject=row.subject).exclude(status=SchemeStatus.DRAFT)
    rows = [one for one in mine.order_by("year", "valid_from", "pk") if one.root_id in (None, viewer.root_id)]
    tags = dict(Item.objects.filter(scheme=row).values_list("code", "tags"))
    return SchemePage(
        frame,
        tuple(one for one in rows if one.year == year),
        tuple(sorted({one.year for one in rows}, reverse=True)),
        tuple(_category(one, frame, tags) for one in frame.categories),
        tuple(_extra(extra) for extra in frame.extras if extra.kind == "bonus"),
        tuple(_extra(extra) for extra in frame.extras if extra.kind == "penalty"),
        tuple(_veto(row, frame) for row in frame.vetoes),
        tuple(_grade(row) for row in frame.grades),
        _composition(frame),
        _pillars(frame, tags),
    )


def _pillars(frame: SchemeFrame, tags: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    """保障体系: how many points the items of each carry; an item may belong to several."""
    found: dict[str, int] = {}
    for item in frame.items:
        for tag in tags[item.code]:
            found[tag] = found.get(tag, 0) + item.points
    return tuple((tag, pts(points)) for tag, points in found.items())


def _category(one, frame: SchemeFrame, tags: dict[str, list[str]]) -> dict:
    return {
        "code": one.code,
        "name": one.name,
        "points": pts(one.points),
        "items": [
            {
                "item": item,
                "tags": tags[item.code],
                "points": pts(item.points),
                "rules": [
                    {"code": rule.code, "points": pts(rule.points), "words": safe_words(rule, frame)}
                    for rule in item.rules
                ],
            }
            for item in one.items
        ],
    }


def _extra(extra) -> dict:
    cap = f"，最多{pts(extra.most)}分" if extra.most >= 0 else ""
    group = "，同一事项取最高" if extra.occurrence_group else ""
    return {
        "code": extra.code,
        "name": extra.name,
        "words": f"每{extra.unit or '项'}{pts(extra.points)}分{cap}{group}",
        "evidence": extra.evidence,
    }


def _veto(row, frame: SchemeFrame) -> dict:
    names = {grade.code: grade.name for grade in frame.grades}
    return {
        "code": row.code,
        "name": row.name,
        "cap": names.get(row.grade_cap, row.grade_cap),
        "body": BODY_NAMES.get(row.decided_by, row.decided_by),
        "by": "系统提出" if row.proposed_by == "system" else "机关党委提出",
    }


def _grade(row) -> dict:
    quota = f"，且不超过参加排名支部的{Decimal(row.quota) / 10_000:f}%".replace(".0000%", "%") if row.quota >= 0 else ""
    return {"name": row.name, "words": f"{pts(row.threshold)}分以上{quota}"}


def _composition(frame: SchemeFrame) -> tuple[dict, ...]:
    data = frame.row.composition or {}
    if not data:
        return ()
    rows = [{"name": "半年日常得分（6月）", "weight": str(data["half_year_weight"])}]
    outer = Decimal(str(data["year_weight"]))
    if not data.get("year_parts"):  # of members: the year's own score, in one part
        return (*rows, {"name": "全年日常得分（12月）", "weight": str(outer)})
    rows += [{"name": part["name"], "weight": f"{outer} × {part['weight']}"} for part in data["year_parts"]]
    return tuple(rows)
