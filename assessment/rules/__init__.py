"""Pure rules of scoring: numbers in, numbers out; no model, no clock (scoring.md)."""
