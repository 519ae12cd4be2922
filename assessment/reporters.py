"""Who reports which metric: the features that say so of themselves, and claims (申报) that stand in for the others.

A feature above assessment tells by its app: `reports = ("theme_day.held", …)` on the AppConfig. So the linter
knows what is told without an import that points up.
"""

from __future__ import annotations

from django.apps import apps

from assessment.models import Metric
from assessment.rules.lint import LintContext, Occasion
from assessment.selectors.schemes import BODY_NAMES
from assessment.statement.words import NA_WORDS, ROLE_WORDS

# Parts of the portal that a metric may name as its source; for what a part does not tell itself a claim stands in.
SOURCES = frozenset(
    {
        "branches",
        "activities",
        "appraisal",
        "worklists",
        "forum",
        "learning",
        "notices",
        "integrity",
        "cooperation",
        "claims",
    }
)
CLAIMED = "支部申报"
MEMBER_SOURCES = {"attendance": "组织生活记录", "study": "学分和工时折算", "entry": "党员或支部登记"}
MEMBER_ROLES = {"branch_committee": "党支部委员会", "unit_head": "科室或项目负责人", "masses": "群众测评"}
MEMBER_CONDITIONS = {"unreported": "支部全年没有登记这一项的"}
OCCASIONS = {  # what comes about once a year, and not before a month
    "annual_plan.sent": Occasion(),
    "half_year_summary.sent": Occasion(first_month=6),
    "annual_summary.sent": Occasion(first_month=11),
    "accountability_report.sent": Occasion(),
    "committee_talks.complete": Occasion(),
    "democratic_appraisal.closed": Occasion(),
}


def told_by_features() -> dict[str, str]:
    """Metric → the feature that tells it, in words."""
    return {
        code: str(config.verbose_name) for config in apps.get_app_configs() for code in getattr(config, "reports", ())
    }


def reporters(subject: str = "branch") -> dict[str, str]:
    """Metric → who reports it; a metric whose source is no part of the portal is reported by nobody."""
    rows = Metric.objects.values_list("code", "reported_by", "is_extra")
    if subject == "member":
        found = {
            code: MEMBER_SOURCES.get(source, MEMBER_SOURCES["entry"])
            for code, source, extra in rows
            if source in MEMBER_SOURCES or extra
        }
        return found
    told = told_by_features()
    return {code: told.get(code, CLAIMED) for code, source, _ in rows if code in told or source in SOURCES}


def lint_context(subject: str = "branch") -> LintContext:
    """What the linter must know of the portal, for schemes about branches or about members."""
    is_member = subject == "member"
    return LintContext(
        reporters=reporters(subject),
        occasions=OCCASIONS,
        roles=ROLE_WORDS | MEMBER_ROLES if is_member else ROLE_WORDS,
        conditions=MEMBER_CONDITIONS if is_member else NA_WORDS,
        bodies=BODY_NAMES,
    )
