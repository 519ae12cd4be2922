"""Changes to the register; each is one transaction with its check and its audit entry."""
