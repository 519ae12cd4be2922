"""The menu: one line per entry, who sees it, and the figures beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

from branches.permissions import Viewer
from branches.rules import Role

SECRETARY, COMMITTEE, OFFICER = Role.SECRETARY, Role.BRANCH_COMMITTEE, Role.OFFICER
LEADER, MEMBER, ADMINISTRATOR = Role.LEADER, Role.MEMBER, Role.ADMINISTRATOR
BRANCH_PEOPLE = (SECRETARY, COMMITTEE)
OVERSEERS = (OFFICER, LEADER)


@dataclass(frozen=True)
class Entry:
    """One line of the menu; no roles means everybody; under `prefixes`, too, it is the active one; `is_own`: the own file."""

    label: str
    icon: str
    url_name: str
    roles: tuple[Role, ...]
    group: str = ""
    prefixes: tuple[str, ...] = ()
    counter: str = ""
    is_own: bool = False


EVERY_BRANCH = (*BRANCH_PEOPLE, *OVERSEERS)
LIFE, SCORE, YEAR, SHEETS, REGISTER = "组织生活", "量化考核", "年度考核", "报表", "组织"

# label, icon, url name, roles, group. Any owner may add a line.
ENTRIES = (
    Entry("工作台", "home", "home", ()),
    Entry("审核", "inbox", "activities:review", (OFFICER,), "", ("/review/",), "review"),
    Entry("待签文件", "edit", "signing:papers", EVERY_BRANCH, "", ("/papers/",)),
    Entry("整改事项", "checklist", "worklists:list", EVERY_BRANCH, "", ("/worklists/",), "worklists"),
    Entry("消息", "bell", "notices:inbox", (), "", ("/notices/",), "notices"),
    Entry("我的档案", "user", "branches:member", (MEMBER,), "", is_own=True),
    Entry("我的得分", "chart-bar", "assessment:my_score", (MEMBER,), "", ("/my-score/",)),
    Entry("我的学分", "book", "assessment:my_credits", (MEMBER,), "", ("/my-credits/",)),
    Entry("我的申报", "file-plus", "activities:member_claims", (MEMBER,), "", ("/member-claims/",)),
    Entry("组织生活", "calendar", "activities:list", EVERY_BRANCH, LIFE, ("/activities/",)),
    Entry("月报", "clipboard", "activities:month", EVERY_BRANCH, LIFE, ("/month/",)),
    Entry("年度计划", "checklist", "activities:plan", EVERY_BRANCH, LIFE, ("/plan/",)),
    Entry("工作法", "sitemap", "activities:methods", EVERY_BRANCH, LIFE, ("/methods/",)),
    Entry("补充申报", "file-plus", "activities:claims", (*BRANCH_PEOPLE, OFFICER), LIFE, ("/claims/",)),
    Entry("补充收集", "clipboard", "officeforms:collecting", (*BRANCH_PEOPLE, OFFICER), LIFE, ("/collections/",)),
    Entry("三会一课台账", "book", "activities:ledger", EVERY_BRANCH, LIFE, ("/ledger/",)),
    Entry("前置程序", "list", "appraisal:decisions", EVERY_BRANCH, LIFE, ("/decisions/",)),
    Entry("考核总览", "table", "assessment:overview", OVERSEERS, SCORE, ("/overview/", "/statements/")),
    Entry("得分说明", "chart-bar", "assessment:own_statement", BRANCH_PEOPLE, SCORE, ("/statements/",)),
    Entry("党员得分和学分", "users", "assessment:member_table", BRANCH_PEOPLE, SCORE, ("/member-scores/",)),
    Entry("计分依据", "list", "assessment:facts", EVERY_BRANCH, SCORE, ("/facts/",)),
    Entry("人工评分", "star", "assessment:marks", (OFFICER,), SCORE, ("/marks/",)),
    Entry("月度封存", "lock", "assessment:months", (OFFICER,), SCORE, ("/months/",)),
    Entry("季度年度定格", "history", "assessment:periods", OVERSEERS, SCORE, ("/periods/", "/restatements/")),
    Entry("考核方案", "sliders", "assessment:scheme", EVERY_BRANCH, SCORE, ("/scheme/",)),
    Entry("方案管理", "edit", "assessment:schemes", (OFFICER,), SCORE, ("/schemes/",)),
    Entry("期初", "upload", "assessment:opening", (OFFICER,), SCORE, ("/opening/",)),
    Entry("责任书", "file-text", "appraisal:contracts", EVERY_BRANCH, YEAR, ("/contracts/",)),
    Entry("检查", "search", "appraisal:rounds", EVERY_BRANCH, YEAR, ("/rounds/", "/inspections/")),
    Entry("述职评议", "message", "appraisal:reviews", EVERY_BRANCH, YEAR, ("/accountability/",)),
    Entry("民主评议", "users", "appraisal:democratic_current", (*EVERY_BRANCH, MEMBER), YEAR, ("/democratic/",)),
    Entry("测评投票", "checklist", "appraisal:polls", (OFFICER,), YEAR, ("/polls/",)),
    Entry("申诉", "message", "appraisal:appeals", EVERY_BRANCH, YEAR, ("/appeals/",), "appeals"),
    Entry("年终考核", "award", "appraisal:year_end", (OFFICER,), YEAR, ("/year-end/",)),
    Entry("考核结果", "award", "appraisal:results", (*BRANCH_PEOPLE, MEMBER), YEAR, ("/results/",)),
    Entry("评先资格", "star", "appraisal:awards", (OFFICER,), YEAR, ("/awards/",)),
    Entry("官方表格", "file-text", "officeforms:list", (OFFICER,), SHEETS, ("/forms/",)),
    Entry("填报负担", "clock", "officeforms:burden", (OFFICER, SECRETARY), SHEETS, ("/burden/",)),
    Entry("廉政风险点", "shield", "integrity:register", (OFFICER,), "廉政", ("/risks/",)),
    Entry("党组织", "sitemap", "branches:list", (*EVERY_BRANCH, ADMINISTRATOR), REGISTER, ("/branches/",)),
    Entry("党员", "users", "branches:members", EVERY_BRANCH, REGISTER, ("/members/",)),
    Entry("我的包片", "flag", "patch", (LEADER,), REGISTER, ("/patch/",)),
    Entry("包片联系", "flag", "branches:patches", (OFFICER,), REGISTER, ("/patches/", "/patch/", "/visits/")),
    Entry("导入", "upload", "branches:imports", (OFFICER, SECRETARY), REGISTER, ("/imports/",)),
    Entry("账号", "key", "branches:accounts", (ADMINISTRATOR,), REGISTER, ("/accounts/",)),
)
FEW = 16  # entries that are all in sight at once on an office screen


@dataclass(frozen=True)
class Item:
    """One entry as this viewer sees it now."""

    label: str
    icon: str
    url: str
    is_active: bool
    count: int = 0


@dataclass
class Group:
    """Entries under one heading; of a long menu only the first two and the one in use lie open."""

    label: str
    items: list[Item] = field(default_factory=list)
    is_open: bool = True

    @property
    def count(self) -> int:
        """What awaits the viewer in it, shown while it is folded."""
        return sum(item.count for item in self.items)


def menu_of(viewer: Viewer | None, here: str, counts: Mapping[str, int]) -> list[Group]:
    """The groups of the menu for one viewer at one path; empty for a stranger."""
    if viewer is None:
        return []
    groups: dict[str, Group] = {}
    own = own_url("branches:member", viewer)
    for entry in ENTRIES:
        url = own if entry.is_own else url_of(entry.url_name)
        if url and (not entry.roles or viewer.is_a(*entry.roles)):
            is_here = _is_active(entry, url, here) and (entry.is_own or here != own)
            item = Item(entry.label, entry.icon, url, is_here, counts.get(entry.counter, 0))
            groups.setdefault(entry.group, Group(entry.group)).items.append(item)
    return _folded(list(groups.values()))


def _folded(groups: list[Group]) -> list[Group]:
    if sum(len(group.items) for group in groups) > FEW:
        for group in groups[3:]:
            group.is_open = any(item.is_active for item in group.items)
    return groups


def url_of(name: str) -> str:
    """Where a page is that takes no arguments; empty while it does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def own_url(name: str, viewer: Viewer) -> str:
    """The page of the viewer's own file; empty for who is no member."""
    return reverse(name, args=[viewer.member_id]) if viewer.member_id else ""


def _is_active(entry: Entry, url: str, here: str) -> bool:
    return here == url or any(here.startswith(prefix) for prefix in entry.prefixes)
