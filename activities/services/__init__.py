"""What people do with records: log, send, withdraw, review; one service is one transaction and one audit entry."""
