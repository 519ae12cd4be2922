"""Pure rules of who may do what: roles, resources, reach. No model, no clock."""

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
