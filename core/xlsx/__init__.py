"""Office sheets in and out: the only package that may import a spreadsheet library.

`gate` refuses hostile files, `read` gives rows with their sheet numbers, `cells` makes values of what
people type, `template` makes import templates, `sheet` declares and `write`/`text` write sheets.
"""
