"""Factories that make rows for tests, one module per app."""
