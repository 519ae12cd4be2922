"""What people do with official forms and with what is collected: one service, one transaction, one audit entry."""
