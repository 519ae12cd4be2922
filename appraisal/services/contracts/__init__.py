"""What can be done with responsibility contracts; each function is one transaction with one audit entry."""

from .editing import DutyEntry, LineEntry, save_contract
from .making import Made, make_contracts
from .reporting import NextEntry, report_target, save_next_plan
from .sending import Sent, drop_change, send_contracts, start_change
from .template import begin_template, save_template

__all__ = [
    "DutyEntry",
    "LineEntry",
    "Made",
    "NextEntry",
    "Sent",
    "begin_template",
    "drop_change",
    "make_contracts",
    "report_target",
    "save_contract",
    "save_next_plan",
    "save_template",
    "send_contracts",
    "start_change",
]
