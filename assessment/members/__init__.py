"""The score of members by the same engine: scheme, ledger, rollup, classes, marks, publicity; statements read their selectors."""
