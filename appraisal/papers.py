"""Papers of the reviews as Word files: the secretary's report with its sources, the circular of a year."""

from __future__ import annotations

from collections.abc import Sequence

from appraisal.models import AccountabilityReport, AccountabilityReview
from appraisal.rules.provenance import read_figures, without_marks
from appraisal.selectors.accountability import GRADE_NAMES, ReportLine
from core.docx.blocks import Block, Heading, Paper, Paragraph, Table, blocks_of, official_date
from core.docx.write import docx_bytes
from worklists.models import Item

HIDDEN = "＊"


def report_docx(report: AccountabilityReport) -> bytes:
    """The report as it is read aloud, and behind it where each number was taken from."""
    used = [figure for figure in read_figures(report.figures).values() if f"〔{figure.number}〕" in report.text]
    blocks: list[Block] = [*blocks_of(without_marks(report.text))]
    if used:
        blocks += [
            Paragraph("附：数据出处", indent=False),
            Table(
                ("数据", "数值", "出处"),
                [(figure.label, f"{figure.value}{figure.unit}", "系统记录") for figure in used],
            ),
        ]
    until = f"数据截至{official_date(report.figures_on)}。" if report.figures_on else ""
    return docx_bytes(
        Paper(
            title=f"{report.review.year}年度抓党建工作述职报告",
            blocks=blocks,
            issuer=f"{report.branch.name}  {report.member.name}",
            issued_on=report.first_sent_on,
            notes=[until] if until else [],
        )
    )


def circular_docx(review: AccountabilityReview, lines: Sequence[ReportLine], items: Sequence[Item]) -> bytes:
    """The circular: what was held, the grades, what is to be mended; lines under 5 votes stay hidden here, too."""
    return docx_bytes(
        Paper(
            title=f"关于{review.year}年度党支部书记抓党建工作述职评议情况的通报",
            blocks=_circular(review, lines, items),
            letterhead=f"{review.root.name}文件" if review.circular_no else "",
            number=review.circular_no,
            to="各党支部：",
            issuer=review.root.name,
            issued_on=review.circular_on,
            notes=["无记名测评，不足5票的不显示（＊）。"],
        )
    )


def _circular(review: AccountabilityReview, lines: Sequence[ReportLine], items: Sequence[Item]) -> list[Block]:
    held = f"{official_date(review.meeting_on)}，" if review.meeting_on else ""
    chair = f"会议由{review.chaired_by}主持。" if review.chaired_by else ""
    sent = [line for line in lines if not line.report.is_editable]
    blocks: list[Block] = [
        Paragraph(f"{held}{review.root.short_name}召开述职评议会，{len(sent)}名党支部书记述职并接受评议。{chair}"),
        Heading(1, "一、综合评价"),
    ]
    for code, name in GRADE_NAMES.items():
        names = [line.report.member.name for line in lines if line.report.grade == code]
        if names:
            blocks.append(Paragraph(f"{name}（{len(names)}名）：{'、'.join(names)}。"))
    blocks += [Heading(1, "二、测评情况"), _table(lines), Heading(1, "三、整改要求")]
    blocks += [Paragraph(line) for line in review.circular_text.splitlines() if line.strip()]
    if items:
        rows = [(item.branch.short_name, item.title, official_date(item.due_on)) for item in items]
        blocks.append(Table(("党支部", "整改事项", "期限"), rows))
    return blocks


def _table(lines: Sequence[ReportLine]) -> Table:
    head = ("姓名", "党支部", *GRADE_NAMES.values(), "票数", "综合")
    return Table(head, [_row(line) for line in lines if line.result])


def _row(line: ReportLine) -> tuple[str, ...]:
    result = line.result
    cells = [HIDDEN if count is None else str(count) for count in (result.cells if result else [])]
    votes = HIDDEN if result is None or result.votes is None else str(result.votes)
    return (line.report.member.name, line.report.branch.short_name, *cells, votes, line.grade_name)
