"""Readings of official forms and of the burden of what is asked."""
