"""How letters get to the mail server, and what becomes of them."""
