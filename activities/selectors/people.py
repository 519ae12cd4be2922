"""The accounts to be told, by the names this app calls them; they are found in the register."""

from branches.selectors.accounts import (
    committee_accounts,
    officer_accounts,
    officers_over,
    secretary_accounts,
)

__all__ = ["committee_accounts", "officer_accounts", "officers_over", "secretary_accounts"]
