"""The text of a responsibility contract: what is signed, shown, printed and written into Word, from one source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from appraisal.models import Contract, ContractDuty, ContractLine
from appraisal.selectors.contracts import target_text
from assessment.selectors import SchemeFrame
from assessment.statement.words import pts
from branches.models import Post
from core.docx.blocks import Block, Heading, Paper, Paragraph, SignLines, Table, blocks_of, text_of
from core.periods import today
from signing.models import Paper as SignedPaper

NUMERALS = "一二三四五六七八九十"
BLANKS = ("year", "committee", "branch", "secretary")


def contract_title(contract: Contract) -> str:
    """The title with its blanks filled in."""
    return contract.template.title.replace("{year}", str(contract.year))[:200]


def contract_body(
    contract: Contract,
    lines: Sequence[ContractLine],
    duties: Sequence[ContractDuty],
    frame: SchemeFrame | None,
    secretary: str,
) -> str:
    """The canonical text of one version: the same rows give the same text, to the last character."""
    values = {
        "year": str(contract.year),
        "committee": contract.root.name,
        "branch": contract.branch.name,
        "secretary": secretary or "（空缺）",
    }
    template = contract.template
    own = [line for line in lines if line.is_own]
    blocks: list[Block] = [
        Paragraph(f"甲方：{contract.root.name}"),
        Paragraph(f"乙方：{contract.branch.name}"),
        *_wording(template.preamble, values),
    ]
    sections: list[tuple[str, list[Block]]] = [
        ("目标任务", _targets([line for line in lines if not line.is_own], frame)),
        *([("自定目标", [_own(own)])] if own else []),
        ("责任清单", [_duties(duties)] if duties else [Paragraph("由党支部书记负总责。")]),
        ("保障与考核", _wording(template.measures, values)),
    ]
    if contract.revision > 1:
        sections.append((f"第{contract.revision}版变更说明", [Paragraph(contract.reason)]))
    for number, (name, part) in enumerate(sections):
        blocks += [Heading(1, f"{NUMERALS[number]}、{name}"), *part]
    return text_of([*blocks, *_wording(template.closing, values)])


def contract_paper(contract: Contract, title: str, body: str, signed: SignedPaper | None) -> Paper:
    """The contract as a Word paper, with who signed it and when, or the lines to sign on."""
    notes = []
    if signed is not None:
        notes.append(f"第{signed.revision}版，文本摘要（SHA-256）{signed.digest}")
        if signed.is_void:
            notes.append(f"本版已作废：{signed.void_reason}")
    return Paper(
        title=title,
        blocks=[*blocks_of(body), SignLines(sign_lines(contract, signed))],
        notes=notes,
    )


def sign_lines(contract: Contract, signed: SignedPaper | None) -> list[tuple[str, str]]:
    """甲方 and 乙方 with name and day; what is not signed stays empty, what was voided is called so."""
    names = {"officer": "甲方（机关党委）", "secretary": "乙方（党支部书记）"}
    found: list[tuple[str, str]] = []
    signers = {one.role: one for one in signed.signers.all()} if signed else {}
    signatures = {role: getattr(signers.get(role), "signature", None) for role in names}
    void = "（作废）" if signed and signed.is_void else ""
    found += [(label, f"{one.name}{void}" if (one := signatures[role]) else "") for role, label in names.items()]
    found += [("日期", f"{today(one.at):%Y-%m-%d}" if (one := signatures[role]) else "") for role in names]
    return found


def _wording(text: str, values: dict[str, str]) -> list[Block]:
    for name in BLANKS:
        text = text.replace(f"{{{name}}}", values[name])
    return blocks_of(text)


def _targets(lines: Iterable[ContractLine], frame: SchemeFrame | None) -> list[Block]:
    categories = {one.code: one for one in frame.categories} if frame else {}
    blocks: list[Block] = []
    for number, (code, group) in enumerate(groupby(lines, key=lambda line: line.category)):
        category = categories.get(code)
        name = f"{category.name}（{pts(category.points)}分）" if category else code
        rows = [(line.code, line.name, line.words, pts(line.points), _target(line), _owner(line)) for line in group]
        blocks += [
            Heading(2, f"（{NUMERALS[number]}）{name}"),
            Table(("编号", "任务", "要求", "分值", "年度目标", "责任人"), rows),
        ]
    return blocks


def _own(lines: Iterable[ContractLine]) -> Table:
    rows = [(line.code, line.name, target_text(line) or "—", _owner(line), line.note or "—") for line in lines]
    return Table(("编号", "任务", "年度目标", "责任人", "说明"), rows)


def _duties(duties: Iterable[ContractDuty]) -> Table:
    rows = [(one.name, one.get_post_display(), one.get_kind_display(), one.text) for one in duties]
    return Table(("责任人", "职务", "责任类别", "责任内容"), rows)


def _target(line: ContractLine) -> str:
    return f"{target_text(line)}（{line.note}）" if line.is_changed and line.note else target_text(line)


def _owner(line: ContractLine) -> str:
    post = Post(line.owner_post).label if line.owner_post else ""
    return f"{line.owner_name}（{post}）" if post else line.owner_name or "—"
