"""Pure rules of activities: quorum and votes, attendance, which record fills a period, which facts a record gives."""
