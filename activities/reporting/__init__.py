"""How records become facts in bulk: specs, and which records fill each period of a branch."""
