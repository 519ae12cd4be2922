"""Getting hold of a contract for a change: the scope, the right, the lock."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from appraisal.models import Contract, ContractState
from branches.permissions import Viewer, check, visible
from core.errors import Conflict


def locked_contract(*, actor: Viewer, contract_id: int, action: str) -> Contract:
    """The contract, locked for this transaction; 404 outside the scope, Refused without the right."""
    seen = get_object_or_404(visible(Contract.objects.select_related("branch"), actor), pk=contract_id)
    check(actor, action, seen.branch)
    rows = Contract.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("branch", "root", "template", "paper").get(pk=seen.pk)


def still_a_draft(contract: Contract) -> None:
    if contract.state != ContractState.DRAFT:
        raise Conflict("责任书已送签，文本不能直接改。", remedy="确需调整的，请点“变更”说明原因，另出新版重新签署。")
