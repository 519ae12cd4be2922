"""Fields of the register: the copy itself, branches with their offices, members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from branches.models import MemberStatus, Organisation
from branches.selectors import MemberRow
from officeforms.selectors.fields.base import BRANCH, COPY, LINE_NUMBER, MEMBER, Field, Figure
from officeforms.selectors.fields.reading import Reading

REGISTER, ROSTER = "党组织", "党员"


def _copy(
    code: str, name: str, value: Callable[[Reading], Any], origin: str, *words: str, group: str = "填报"
) -> Field:
    def read(reading: Reading, _subject: Any) -> Figure:
        return Figure(value(reading), origin)

    return Field(f"copy.{code}", name, group, COPY, read, origin, words)


def _branch(code: str, name: str, value: Callable[[Reading, Organisation], Any], *words: str) -> Field:
    def read(reading: Reading, branch: Organisation) -> Figure:
        url = reverse("branches:detail", args=[branch.pk])
        return Figure(value(reading, branch), f"{REGISTER}：{branch.short_name}", url)

    return Field(f"branch.{code}", name, "支部", BRANCH, read, f"{REGISTER}—支部页面", words)


def _member(code: str, name: str, value: Callable[[MemberRow], Any], *words: str) -> Field:
    def read(_reading: Reading, row: MemberRow) -> Figure:
        url = reverse("branches:member", args=[row.member.pk])
        return Figure(value(row), f"{ROSTER}：{row.member.name}", url)

    return Field(f"member.{code}", name, "党员", MEMBER, read, "党员名册", words)


def _day_words(reading: Reading) -> str:
    day = reading.today
    return f"{day.year}年{day.month}月{day.day}日"


def _filler(reading: Reading) -> str:
    return str(reading.viewer.user) if reading.viewer.user else ""


def _total(reading: Reading, status: str = "") -> int:
    return sum(reading.head_count(pk, status) for pk in reading.branch_ids)


COPY_FIELDS = [
    _copy("unit", "填报单位", lambda r: (r.branch or r.root).name, "党组织", "单位名称", "单位"),
    _copy("committee", "机关党委名称", lambda r: r.root.name, "党组织", "上级党组织"),
    _copy("month", "月份（2026年10月）", lambda r: r.month.label, "导出时选定", "填报月份", "期间"),
    _copy("year", "年度（2026）", lambda r: r.month.year, "导出时选定", "年份"),
    _copy("month_number", "月（10）", lambda r: r.month.number, "导出时选定"),
    _copy("day", "填报日期", lambda r: r.today, "导出当天", "填表日期", "制表日期"),
    _copy("day_words", "填报日期（文字）", _day_words, "导出当天"),
    _copy("filler", "填报人", _filler, "导出人", "制表人", "填表人"),
    _copy("branches", "支部数", lambda r: len(r.branches), "党组织", "党支部数", "支部总数", group="合计"),
    _copy("members", "党员总数", _total, "党员名册", "党员合计", group="合计"),
    _copy(
        "probationary",
        "预备党员总数",
        lambda r: _total(r, MemberStatus.PROBATIONARY),
        "党员名册",
        "预备党员合计",
        group="合计",
    ),
]

BRANCH_FIELDS = [
    _branch("short_name", "党支部", lambda r, b: b.short_name, "支部", "支部名称", "支部简称", "单位"),
    _branch("name", "支部全称", lambda r, b: b.name, "党组织全称", "党支部全称"),
    _branch("code", "组织代码", lambda r, b: b.code, "支部代码"),
    _branch("secretary", "书记", lambda r, b: r.rows[b.pk].secretary, "支部书记", "书记姓名", "负责人"),
    _branch("leaders", "包片领导", lambda r, b: r.rows[b.pk].leaders, "联系领导"),
    _branch("members", "党员数", lambda r, b: r.head_count(b.pk), "党员人数", "党员总数"),
    _branch("probationary", "预备党员数", lambda r, b: r.head_count(b.pk, MemberStatus.PROBATIONARY), "预备党员人数"),
    _branch("full", "正式党员数", lambda r, b: r.head_count(b.pk, MemberStatus.FULL), "正式党员人数"),
    _branch("groups", "党小组数", lambda r, b: r.groups.get(b.pk, 0), "党小组个数"),
    _branch("committee", "是否设支委会", lambda r, b: "是" if r.rows[b.pk].has_committee else "否", "支委会"),
    _branch("due_on", "换届日期", lambda r, b: r.rows[b.pk].due_on, "届满日期", "任期届满", "应换届时间"),
    _branch("founded_on", "成立日期", lambda r, b: b.founded_on, "成立时间"),
    _branch("rank_group", "考核分组", lambda r, b: b.rank_group, "组别"),
    _branch("theme_day", "主题党日固定日", lambda r, b: b.theme_day_rule),
    _branch("phone", "支部联系电话", lambda r, b: b.contact_phone, "联系电话"),
]

LINE = Field(LINE_NUMBER, "序号", "行", "line", lambda _r, number: Figure(number, "行次"), "行次", ("编号", "行次"))

MEMBER_FIELDS = [
    _member("name", "姓名", lambda m: m.member.name, "党员姓名"),
    _member("branch", "所在支部", lambda m: m.member.branch.short_name, "党支部", "支部"),
    _member("group", "所在党小组", lambda m: m.member.group.short_name if m.member.group else "", "党小组"),
    _member("sex", "性别", lambda m: m.member.get_sex_display()),
    _member("ethnicity", "民族", lambda m: m.member.ethnicity),
    _member("born_on", "出生日期", lambda m: m.member.born_on, "出生年月"),
    _member("education", "学历学位", lambda m: m.member.education, "学历", "文化程度"),
    _member("work_started_on", "参加工作时间", lambda m: m.member.work_started_on),
    _member("joined_on", "入党时间", lambda m: m.member.joined_on, "入党日期"),
    _member("confirmed_on", "转正时间", lambda m: m.member.confirmed_on, "转正日期"),
    _member("party_age", "党龄", lambda m: m.party_age),
    _member("job_title", "岗位职务", lambda m: m.member.job_title, "职务", "行政职务"),
    _member("posts", "党内职务", lambda m: m.posts),
    _member("status", "党员身份", lambda m: m.member.get_status_display(), "党员类别", "人员类别"),
    _member("id_number", "身份证号（隐去中间）", lambda m: m.id_number, "身份证号", "公民身份号码"),
    _member("phone", "联系电话（隐去中间）", lambda m: m.phone, "联系电话", "手机号", "电话"),
    _member("marks", "流动、困难、离退休", lambda m: m.marks, "流动党员", "困难党员", "离退休党员"),
    _member("number", "党员编号", lambda m: m.member.member_no),
    _member("note", "备注", lambda m: m.member.note),
]
