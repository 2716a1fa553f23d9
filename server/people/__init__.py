"""People as others need them: whom mails reach, who can read, who can be mentioned."""
