"""The demo: an invented transport bureau with 30 branches, 413 members, a settled year and the current one."""
