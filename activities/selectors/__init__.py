"""Readings of records, claims, sheets and duties; each begins with what the viewer may see."""
