"""Pages of activities: one module per kind of page."""
