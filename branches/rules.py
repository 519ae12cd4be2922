"""Pure rules of who may do what: roles, resources, reach. No model, no clock.

READ and ACT are the whole permission table (security.md §3). What is not in them is not allowed.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the portal; one person may be several."""

    SECRETARY = "secretary"
    BRANCH_COMMITTEE = "branch_committee"
    OFFICER = "officer"
    LEADER = "leader"
    MEMBER = "member"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return {
            Role.SECRETARY: "支部书记",
            Role.BRANCH_COMMITTEE: "支部委员",
            Role.OFFICER: "机关党委",
            Role.LEADER: "包片领导",
            Role.MEMBER: "党员",
            Role.ADMINISTRATOR: "系统管理员",
        }[self]


class Reach(StrEnum):
    """How far a right goes."""

    SELF = "self"  # rows about the person
    BRANCH = "branch"  # the person's own branch
    PATCH = "patch"  # branches in a leader's care
    ALL = "all"  # the granted organisation and all below it
    SYSTEM = "system"  # accounts and technical rows, no business data


GRANTABLE = (Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR)  # the other roles follow from office and membership

_BRANCH = {Role.SECRETARY: Reach.BRANCH, Role.BRANCH_COMMITTEE: Reach.BRANCH}
_OFFICER = {Role.OFFICER: Reach.ALL}
_LEADER = {Role.LEADER: Reach.PATCH}
_COMMITTEE_VIEW = {**_OFFICER, **_LEADER}
_BUSINESS = {**_BRANCH, **_COMMITTEE_VIEW}
_SECRETARY_OR_OFFICER = {Role.SECRETARY: Reach.BRANCH, **_OFFICER}
_ADMINISTRATOR = {Role.ADMINISTRATOR: Reach.SYSTEM}

READ: dict[str, dict[Role, Reach]] = {
    "organisation": {**_BUSINESS, Role.MEMBER: Reach.BRANCH, **_ADMINISTRATOR},
    "member": {**_BUSINESS, Role.MEMBER: Reach.SELF},
    "activity": {**_BUSINESS, Role.MEMBER: Reach.SELF},
    "claim": _BUSINESS,
    "month_sheet": _BUSINESS,
    "year_plan": _BUSINESS,
    "method": _BUSINESS,
    "calendar_feed": dict.fromkeys(_BUSINESS, Reach.SELF),
    "patch_visit": _BUSINESS,
    "fact": _BUSINESS,
    "score": _BUSINESS,
    "member_score": {**_BRANCH, Role.MEMBER: Reach.SELF},  # a person's own, and their branch committee's; nobody above
    "member_publicity": {**_BRANCH, Role.MEMBER: Reach.BRANCH, **_OFFICER},
    "overview": _COMMITTEE_VIEW,
    "closing": _COMMITTEE_VIEW,
    "year_end": _COMMITTEE_VIEW,
    "paper": _BUSINESS,
    "contract": _BUSINESS,
    "decision": _BUSINESS,
    "result": {**_BUSINESS, Role.MEMBER: Reach.BRANCH},
    "poll": {**_BRANCH, **_OFFICER},
    "accountability": _BUSINESS,
    "democratic": {**_BUSINESS, Role.MEMBER: Reach.SELF},
    "risk": _BUSINESS,
    "inspection": _BUSINESS,
    "appeal": _BUSINESS,
    "scheme": _OFFICER,
    "official_form": _OFFICER,
    "burden": _SECRETARY_OR_OFFICER,
    "added_kind": _OFFICER,
    "collection": {**_BRANCH, **_OFFICER},
    "worklist": {**_BUSINESS, Role.MEMBER: Reach.SELF},
    "import": {Role.SECRETARY: Reach.SELF, Role.OFFICER: Reach.SELF},
    "account": _ADMINISTRATOR,
    "notice": dict.fromkeys(Role, Reach.SELF),
}

ACT: dict[str, dict[Role, Reach]] = {
    "activity.log": {**_BRANCH, **_OFFICER},
    "activity.submit": _SECRETARY_OR_OFFICER,
    "activity.withdraw": _SECRETARY_OR_OFFICER,
    "activity.review": _OFFICER,
    "claim.log": {**_BRANCH, **_OFFICER},
    "claim.submit": _SECRETARY_OR_OFFICER,
    "claim.review": _OFFICER,
    "sheet.send": _SECRETARY_OR_OFFICER,
    "sheet.review": _OFFICER,
    "year_plan.edit": {**_BRANCH, **_OFFICER},
    "method.edit": {**_BRANCH, **_OFFICER},
    "calendar_feed.open": _BUSINESS,
    "patch.assign": _OFFICER,
    "patch.visit": _LEADER,
    "member.edit": _SECRETARY_OR_OFFICER,
    "member.import": _SECRETARY_OR_OFFICER,
    "member.transfer": _OFFICER,
    "exclusion.edit": _OFFICER,
    "appointment.edit": _OFFICER,
    "branch.edit": _OFFICER,
    "branch.contact": _SECRETARY_OR_OFFICER,
    "branch.import": _OFFICER,
    "month.close": _OFFICER,
    "month.reopen": _OFFICER,
    "score.mark": _OFFICER,
    "member_score.enter": _BRANCH,
    "member_score.mark": _BRANCH,
    "member_score.publish": {Role.SECRETARY: Reach.BRANCH},
    "member_score.export": _BRANCH,
    "member_class.edit": {Role.SECRETARY: Reach.BRANCH},
    "scheme.edit": _OFFICER,
    "scheme.publish": _OFFICER,
    "year.settle": _OFFICER,
    "year.publish": _OFFICER,
    "round.manage": _OFFICER,
    "round.inspect": _COMMITTEE_VIEW,
    "appeal.file": {Role.SECRETARY: Reach.BRANCH},
    "appeal.answer": _OFFICER,
    "poll.run": _SECRETARY_OR_OFFICER,
    "accountability.write": _SECRETARY_OR_OFFICER,
    "accountability.review": _OFFICER,
    "democratic.run": _SECRETARY_OR_OFFICER,
    "democratic.approve": _OFFICER,
    "opening.import": _OFFICER,
    "paper.open": _OFFICER,
    "paper.sign": _BUSINESS,
    "contract.edit": _OFFICER,
    "contract.report": _SECRETARY_OR_OFFICER,
    "decision.log": {**_BRANCH, **_OFFICER},
    "export": {Role.SECRETARY: Reach.BRANCH, **_COMMITTEE_VIEW},
    "account.create": _ADMINISTRATOR,
    "account.disable": _ADMINISTRATOR,
    "grant.edit": _ADMINISTRATOR,
    "risk.edit": _SECRETARY_OR_OFFICER,
    "form.edit": _OFFICER,
    "form.export": _OFFICER,
    "collection.edit": _OFFICER,
    "collection.answer": _SECRETARY_OR_OFFICER,
    "worklist.open": {**_SECRETARY_OR_OFFICER, **_LEADER},
    "worklist.report": _BRANCH,
    "worklist.verify": _SECRETARY_OR_OFFICER,
}
