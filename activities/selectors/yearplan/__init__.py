"""The year plan (年度计划) of branches and of the committee: one reading for page, print, sheet and calendar feed."""

from .lines import plans_of
from .plan import FourOne, MatrixCell, MatrixRow, MonthBox, Plan, PlanMatrix
from .reading import branch_plan, committee_plan, month_tips, plan_line, plan_matrix, plan_years, read_plans

__all__ = [
    "FourOne",
    "MatrixCell",
    "MatrixRow",
    "MonthBox",
    "Plan",
    "PlanMatrix",
    "branch_plan",
    "committee_plan",
    "month_tips",
    "plan_line",
    "plan_matrix",
    "plan_years",
    "plans_of",
    "read_plans",
]
