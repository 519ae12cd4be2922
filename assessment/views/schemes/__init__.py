"""Pages of schemes as drafts: the list, the editor, checking and publishing, comparing, simulating."""
