"""Rosters from Excel: columns, heads, values, the plan that is previewed, and its carrying out."""
