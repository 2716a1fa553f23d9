"""Who is asking: sessions, passwords, invitations."""
