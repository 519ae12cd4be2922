"""Pages of the year end; each view reads one selector or calls one service."""
