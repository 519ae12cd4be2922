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
    told = told_by_features()
    rows = Metric.objects.values_list("code", "reported_by")
    return {code: told.get(code, CLAIMED) for code, source in rows if code in told or source in SOURCES}


def lint_context(subject: str = "branch") -> LintContext:
    """What the linter must know of the portal, for schemes about branches or about members."""
    return LintContext(
        reporters=reporters(subject),
        occasions=OCCASIONS,
        roles=ROLE_WORDS,
        conditions=NA_WORDS,
        bodies=BODY_NAMES,
    )
