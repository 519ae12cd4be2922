"""Pure rules of messages: the kinds there are, their icon, and why a person gets one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of message: what the list calls it, its icon, and the line 为什么收到."""

    code: str
    label: str
    icon: str
    reason: str


KINDS = {
    kind.code: kind
    for kind in (
        Kind("returned", "退回", "return", "您报送的内容被退回，需要修改后再报。"),
        Kind("approved", "审核通过", "check", "您报送的内容已审核。"),
        Kind("to_review", "待审核", "hourglass", "您负责审核这些支部报送的内容。"),
        Kind("to_confirm", "待确认", "users", "其他支部登记的活动邀请了您的支部。"),
        Kind("reminder", "工作提醒", "clock", "这项工作由您所在支部完成，期限将到。"),
        Kind("overdue", "逾期提醒", "alert", "这项工作已过期限，仍未完成。"),
        Kind("to_sign", "待签署", "edit", "这份文件轮到您签署。"),
        Kind("closing", "月度封存", "lock", "您所在支部的月份得分已封存或重开。"),
        Kind("year_end", "年终考核", "award", "您所在支部的年终考核有了进展。"),
        Kind("worklist", "整改事项", "checklist", "这件事由您办理，或等您核验。"),
        Kind("job", "后台事项", "gear", "您发起的导入、导出或封存已有结果。"),
        Kind("account", "账号", "user", "您的账号或角色有变动。"),
    )
}
OTHER = Kind("", "通知", "bell", "此通知发给您的账号。")


def kind_of(code: str) -> Kind:
    """The kind with that code; an unknown one is a plain notice."""
    return KINDS.get(code, OTHER)
