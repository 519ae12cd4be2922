"""The draft of a secretary's report: four points of work, three of what is lacking, two of what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appraisal.rules.provenance import Figure, marked


@dataclass(frozen=True, slots=True)
class Source:
    """One number a report may use: metrics summed over the year, or one worked out elsewhere."""

    code: str
    label: str
    unit: str
    metric: str = ""


# In the order of their marks, which never changes within a version: a refreshed text keeps its marks.
SOURCES = (
    Source("members", "在册党员", "名"),
    Source("general_meetings", "支部党员大会", "次", "general_meeting.held"),
    Source("committee_meetings", "支部委员会会议", "次", "committee_meeting.held"),
    Source("group_meetings", "党小组会", "次", "group_meeting.held"),
    Source("lectures", "党课", "次", "party_lecture.held"),
    Source("own_lectures", "书记主讲党课", "次", "party_lecture.by_secretary"),
    Source("first_agenda", "第一议题学习", "次", "committee_meeting.first_agenda"),
    Source("theme_days", "主题党日", "次", "theme_day.held"),
    Source("present", "主题党日实到", "人次", "theme_day.present"),
    Source("expected", "主题党日应到", "人次", "theme_day.expected"),
    Source("org_life", "组织生活会", "次", "org_life_meeting.held"),
    Source("talked", "谈心谈话覆盖党员", "名", "member.talked"),
    Source("affairs", "党建工作例会", "次", "party_affairs_meeting.held"),
    Source("integrity", "廉政教育", "次", "integrity_education.held"),
    Source("joint", "联合开展活动", "次", "joint_activity.held"),
    Source("projects", "领办项目办结", "个", "lead_project.done"),
    Source("rectified", "整改事项销号", "项"),
    Source("rectifying", "整改事项未销号", "项"),
    Source("score", "考核得分", "分"),
)


@dataclass(frozen=True, slots=True)
class Weak:
    """An item of the scheme that lost points."""

    name: str
    lost: str


def draft_report(year: int, figures: Mapping[str, Figure], weak: Sequence[Weak]) -> str:
    """The draft in three chapters; what the records do not show is said in the second, not in the first."""
    chapters = [
        f"现将{year}年度抓党建工作情况报告如下。",
        "一、履行党建工作责任情况",
        *_numbered(_work(figures)),
        "二、存在的主要问题",
        *_numbered(_lacking(figures, weak)),
        "三、下一步工作打算",
        *_numbered(_next(weak)),
    ]
    return "\n".join(chapters) + "\n"


def _numbered(points: Sequence[str]) -> list[str]:
    return [f"（{'一二三四'[n]}）{text}" for n, text in enumerate(points)]


def _work(figures: Mapping[str, Figure]) -> list[str]:
    return [
        f"抓班子，压实责任。支部现有{_said(figures, 'members', '党员')}"
        + _listed(figures, ("committee_meetings", "召开支委会"), ("affairs", "召开党建工作例会"))
        + "。",
        "抓学习，筑牢思想。"
        + _opening(
            _listed(
                figures, ("first_agenda", "开展第一议题学习"), ("lectures", "组织党课"), ("own_lectures", "本人主讲")
            )
        )
        + "。",
        "抓组织生活，提升质量。"
        + _opening(
            _listed(
                figures,
                ("general_meetings", "召开支部党员大会"),
                ("group_meetings", "党小组会"),
                ("theme_days", "开展主题党日"),
                ("org_life", "召开组织生活会"),
            )
        )
        + _attendance(figures)
        + "。",
        "抓廉政和融合，服务中心工作。"
        + _opening(
            _listed(
                figures,
                ("integrity", "开展廉政教育"),
                ("talked", "谈心谈话覆盖党员"),
                ("joint", "联合开展活动"),
                ("projects", "办结领办项目"),
                ("rectified", "整改销号"),
            )
        )
        + "。",
    ]


def _said(figures: Mapping[str, Figure], code: str, after: str) -> str:
    return f"{marked(figures[code])}{after}" if code in figures else after


def _listed(figures: Mapping[str, Figure], *wanted: tuple[str, str]) -> str:
    """「，召开支委会12次〔3〕」 for each figure that is not nothing."""
    return "".join(f"，{words}{marked(figures[code])}" for code, words in wanted if _counts(figures, code))


def _opening(text: str) -> str:
    return text.removeprefix("，") or "（请补充本支部的做法）"


def _attendance(figures: Mapping[str, Figure]) -> str:
    if not _counts(figures, "expected"):
        return ""
    return f"，主题党日应到{marked(figures['expected'])}、实到{marked(figures['present'])}"


def _counts(figures: Mapping[str, Figure], code: str) -> bool:
    return code in figures and figures[code].value != "0"


def _lacking(figures: Mapping[str, Figure], weak: Sequence[Weak]) -> list[str]:
    """Three points: open rectifications first, then what lost most, then what was not held."""
    points = []
    if _counts(figures, "rectifying"):
        points.append(f"整改还不彻底，仍有{marked(figures['rectifying'])}没有销号。")
    points += [f"“{one.name}”还有差距。（请写明原因）" for one in weak]
    by_code = {source.code: source for source in SOURCES}
    unheld = [code for code in ("own_lectures", "projects", "joint") if code in figures and not _counts(figures, code)]
    points += [f"{by_code[code].label}还没有开展。（请写明原因）" for code in unheld]
    points += ["（请结合实际补充）"] * 3
    return points[:3]


def _next(weak: Sequence[Weak]) -> list[str]:
    first = f"补短板，重点改进{'、'.join(f'“{one.name}”' for one in weak[:2])}" if weak else "巩固成果，保持好的做法"
    return [f"{first}，逐项定措施、定时限、定责任人。", "强融合，把党建工作同业务工作一起部署、一起检查、一起考核。"]
