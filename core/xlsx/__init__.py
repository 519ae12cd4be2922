"""Office sheets in and out: the only package that may import a spreadsheet library."""
