/* Forms: drafts and single sending (see below). */
