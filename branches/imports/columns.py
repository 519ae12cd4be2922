"""What an import knows of a column: its field, the names units give it, how its values are read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from branches.models import BranchKind, ImportKind, MemberStatus, Sex, Tier


@dataclass(frozen=True, slots=True)
class Column:
    """One field that an import can fill. kind: text, day, choice, flag, id, phone"""

    key: str
    label: str
    kind: str = "text"
    synonyms: tuple[str, ...] = ()
    is_required: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # value, word
    aliases: tuple[tuple[str, str], ...] = ()  # further words → value
    max_length: int = 0
    width: int = 12
    note: str = ""
    example: str = ""


def _words(choices: type, *left_out: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, word) for value, word in choices.choices if value not in left_out)


STATUS_WORDS = (
    (MemberStatus.FULL.value, "正式党员"),
    (MemberStatus.PROBATIONARY.value, "预备党员"),
    (MemberStatus.CANDIDATE.value, "发展对象"),
    (MemberStatus.ACTIVIST.value, "入党积极分子"),
    (MemberStatus.APPLICANT.value, "入党申请人"),
)

MEMBER_COLUMNS = (
    Column(
        "branch",
        "所在党支部",
        is_required=True,
        max_length=100,
        width=20,
        example="公路党支部",
        synonyms=(
            "党支部",
            "支部",
            "支部名称",
            "所在支部",
            "所属支部",
            "所属党支部",
            "党支部名称",
            "所在党组织",
            "组织关系所在支部",
        ),
        note="填支部的简称、全称或组织代码，须已登记。",
    ),
    Column(
        "group",
        "所在党小组",
        max_length=40,
        width=14,
        synonyms=("党小组", "小组", "所属党小组"),
        note="可不填；须是本支部已设的党小组。",
    ),
    Column(
        "member_no",
        "党员编号",
        max_length=50,
        width=16,
        synonyms=("编号", "党员代码"),
        note="由系统发放，新登记的党员留空。",
    ),
    Column("name", "姓名", is_required=True, max_length=50, width=10, synonyms=("党员姓名", "名字"), example="张三"),
    Column("sex", "性别", "choice", choices=_words(Sex), width=6, example="男"),
    Column("ethnicity", "民族", max_length=20, width=8, example="汉族"),
    Column(
        "born_on",
        "出生日期",
        "day",
        synonyms=("出生年月", "出生年月日", "生日"),
        example="1985-05-20",
        note="如1985-05-20；只有年月的按当月1日登记。",
    ),
    Column("education", "学历学位", max_length=40, synonyms=("学历", "文化程度", "最高学历"), example="大学本科"),
    Column(
        "work_started_on",
        "参加工作时间",
        "day",
        synonyms=("参加工作日期", "工作时间", "参工时间"),
        width=14,
        example="2007-07-01",
    ),
    Column(
        "joined_on",
        "入党时间",
        "day",
        synonyms=("入党日期", "入党年月", "加入党组织时间", "加入党组织日期"),
        example="2010-06-18",
    ),
    Column(
        "confirmed_on",
        "转正时间",
        "day",
        synonyms=("转正日期", "转为正式党员日期", "转为正式党员时间"),
        example="2011-06-18",
    ),
    Column(
        "job_title",
        "岗位职务",
        max_length=60,
        synonyms=("岗位", "职务", "工作岗位", "行政职务", "单位及职务"),
        width=16,
    ),
    Column(
        "status",
        "党员身份",
        "choice",
        choices=STATUS_WORDS,
        aliases=(("正式", "full"), ("中共党员", "full"), ("预备", "probationary"), ("积极分子", "activist")),
        synonyms=("人员类别", "身份", "党员类别", "党员类型"),
        example="正式党员",
        note="不填时：入党不满一年且没有转正时间的按预备党员，其余按正式党员。",
    ),
    Column(
        "id_number",
        "身份证号",
        "id",
        synonyms=("公民身份证号", "身份证号码", "公民身份号码", "身份证", "证件号码"),
        width=22,
        note="18位，按文本填写；加密保存。",
    ),
    Column("phone", "联系电话", "phone", synonyms=("电话", "手机", "手机号", "手机号码", "联系方式"), width=14),
    Column("is_mobile", "流动党员", "flag", synonyms=("是否流动党员", "是否流动")),
    Column("in_hardship", "困难党员", "flag", synonyms=("是否困难党员", "是否困难")),
    Column("is_retired", "离退休", "flag", synonyms=("是否离退休", "是否退休", "离退休党员")),
    Column("external_code", "上级系统编号", max_length=40, width=16, synonyms=("全国系统编号", "党员系统编号")),
    Column("note", "备注", max_length=200, width=20, synonyms=("说明",)),
)

TIER_WORDS = tuple((tier.value, str(tier.label)) for tier in Tier if tier != Tier.COMMITTEE)

BRANCH_COLUMNS = (
    Column(
        "code",
        "组织代码",
        max_length=40,
        width=14,
        synonyms=("代码", "党组织代码"),
        note="由系统发放，新登记的组织留空。",
    ),
    Column(
        "name",
        "全称",
        is_required=True,
        max_length=100,
        width=34,
        synonyms=("党组织全称", "党组织名称", "组织名称", "名称", "支部名称", "党支部名称"),
        example="中共某市交通运输局公路党支部委员会",
    ),
    Column("short_name", "简称", max_length=40, width=18, synonyms=("党组织简称", "支部简称"), example="公路党支部"),
    Column(
        "tier",
        "类别",
        "choice",
        choices=TIER_WORDS,
        synonyms=("组织类别", "党组织类别", "组织类型"),
        example="党支部",
        note="不填按党支部。",
    ),
    Column(
        "parent",
        "上级组织",
        max_length=100,
        width=24,
        synonyms=("上级党组织", "隶属", "所属党组织", "上级组织名称"),
        note="填简称、全称或代码；不填为机关党委。可以是本表上面刚登记的组织。",
    ),
    Column("kind", "支部类型", "choice", choices=_words(BranchKind), width=14),
    Column("rank_group", "考核分组", max_length=20),
    Column(
        "founded_on",
        "成立日期",
        "day",
        is_required=True,
        synonyms=("成立时间", "组建时间", "设立日期"),
        example="2016-07-01",
    ),
    Column("theme_day_rule", "主题党日固定日", max_length=40, width=16, example="每月15日"),
    Column("contact_phone", "联系电话", "phone", synonyms=("电话", "联系方式"), width=14),
    Column("external_code", "上级系统编号", max_length=40, width=16),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    ImportKind.MEMBERS.value: MEMBER_COLUMNS,
    ImportKind.BRANCHES.value: BRANCH_COLUMNS,
}

# Columns that office rosters carry and that follow from others: named as not read, never guessed.
DERIVED = ("序号", "年龄", "党龄", "工龄", "党内职务", "合计", "人数", "党员数", "书记", "支部书记")


def columns_of(kind: str) -> dict[str, Column]:
    """The columns of one kind of import by field."""
    return {column.key: column for column in COLUMNS[kind]}


@lru_cache(maxsize=4096)
def plain(label: str) -> str:
    """A column name as it is compared: no spaces, marks or notes in brackets, half width."""
    label = unicodedata.normalize("NFKC", label)
    label = re.sub(r"[(\[{【〔].*?[)\]}】〕]", "", label)
    return re.sub(r"[\s*:：、,，.。/_-]+", "", label).lower()


def guess_field(kind: str, label: str) -> str:
    """The field a column of this name most likely holds; "" when there is none."""
    text = plain(label)
    if not text or text in DERIVED:
        return ""
    for column in COLUMNS[kind]:
        names = {plain(name) for name in (column.label, *column.synonyms)}
        if text in names or (column.kind == "day" and _stem(text) in map(_stem, names)):
            return column.key
    return ""


def _stem(text: str) -> str:
    """入党时间, 入党日期 and 入党年月 are one column."""
    return re.sub(r"(时间|日期|年月日|年月)$", "", text)
