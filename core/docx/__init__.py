"""Word papers laid out as GB/T 9704 asks: the only package that may import the Word library.

`blocks` says what a paper is (pure; also reads plain text into blocks), `write` makes the .docx of it.
"""
