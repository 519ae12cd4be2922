"""The linter: what is wrong with a scheme, where, why it matters and how to mend it. Pure, over the document."""

from __future__ import annotations

from collections.abc import Iterator

from assessment.rules.document import SchemeDoc
from assessment.rules.lint import metrics, outcome, sums, terms, timing
from assessment.rules.lint.findings import Finding, LintContext, Occasion, Place, Severity

__all__ = ["Finding", "LintContext", "Occasion", "Place", "Severity", "errors_of", "lint", "warnings_of"]

_CHECKS = (sums.check, terms.check, timing.check, metrics.check, outcome.check)


def lint(doc: SchemeDoc, context: LintContext) -> tuple[Finding, ...]:
    """Every finding, errors first, then in the order of the scheme's checks."""
    return tuple(sorted(_all(doc, context), key=lambda finding: finding.severity != Severity.ERROR))


def errors_of(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What keeps a scheme from being published."""
    return tuple(finding for finding in findings if finding.severity == Severity.ERROR)


def warnings_of(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What may be confirmed with a reason."""
    return tuple(finding for finding in findings if finding.severity == Severity.WARNING)


def _all(doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    for check in _CHECKS:
        yield from check(doc, context)
