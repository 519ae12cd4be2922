"""Pages of scores; each view reads one selector or calls one service."""
