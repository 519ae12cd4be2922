"""Transition tables of claims and month sheets: which step is open in which state, and what it leads to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from which states, to which, and what to call it when it is not open."""

    name: str
    sources: frozenset[str]
    target: str


def _step(name: str, target: str, *sources: str) -> Step:
    return Step(name, frozenset(sources), target)


CLAIM_STEPS = {
    "edit": _step("修改", "draft", "draft", "returned"),
    "submit": _step("报送", "submitted", "draft", "returned"),
    "pull_back": _step("撤回", "draft", "submitted"),
    "withdraw": _step("作废", "withdrawn", "draft", "returned", "submitted"),
    "return": _step("退回", "returned", "submitted", "approved"),
    "approve": _step("审核通过", "approved", "submitted"),
}

SHEET_STEPS = {
    "send": _step("报送", "sent", "open", "returned"),
    "withdraw": _step("撤回", "open", "sent"),
    "return": _step("退回", "returned", "sent", "reviewed"),
    "approve": _step("审核通过", "reviewed", "sent"),
    "unsettle": _step("转回待审", "sent", "reviewed"),
}

STATE_WORDS = {
    "draft": "草稿",
    "submitted": "待审",
    "returned": "已退回",
    "approved": "已审核",
    "withdrawn": "已作废",
    "open": "未报送",
    "sent": "已报送",
    "reviewed": "已审核",
}

RETURN_REASONS = (
    "缺席人员没有写明原因",
    "议题或发言要点过于简单，请补充",
    "缺少佐证材料",
    "时间、人数与佐证不一致，请核对",
    "类型选错，请改后再报",
)


def is_open(step: Step, state: str) -> bool:
    """Whether the step can be taken in this state."""
    return state in step.sources


def refusal(step: Step, state: str, what: str) -> str:
    """Why the step is not open, in words."""
    return f"这{what}现在是“{STATE_WORDS.get(state, state)}”，不能{step.name}。"
