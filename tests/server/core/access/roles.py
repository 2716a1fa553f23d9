"""Who asks, and the outcomes that rows of the policy share.

A letter is the outcome for one role, in the order of ROLES: A allowed, F forbidden, N not found (the asker may not even
know that it exists), U log in first, E an empty list.
"""

from dataclasses import dataclass

ROLES = ("owner", "admin", "view_all", "manager", "assigned", "unassigned", "contact", "nobody", "pending", "left")
"""`manager`: assigned, with every right but View all accounts. `pending`: a contact who was never activated. `left`: staff
who were deactivated. `contact`: of the own account; `nobody`: not logged in."""
STRANGERS = ("other_owner", "other_contact")
"""People of another firm: asked about our objects, in the last column."""
ASKERS = ROLES + STRANGERS


@dataclass(frozen=True)
class Row:
    """What a command comes to. `own` alone: it has no object. Else also on another account's, and another firm's."""

    own: str
    another: str = ""
    foreign: str = ""


ANYONE = Row("AAAAAAA AAA")
LOGGED_IN = Row("AAAAAAA UUU")
STAFF = Row("AAAAAAF UUU")
LEADS = Row("AAFFFFF UUU")
SEEN = Row("AAAAAFA UUU", "AAAFFFN UUU", "NNNNNNN UUU NN")
SIFTED = Row("AAAAAEA UUU", "AAAEEEE UUU", "EEEEEEE UUU EE")
"""What names what isn't for the asker and is answered without it."""
STAFF_SEEN = Row("AAAAAFF UUU", "AAAFFFF UUU", "NNNNNNF UUU NF")
WITH_RIGHT = Row("AAFAFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF")
EDITED = Row("AAFAFFA UUU", "AAFFFFN UUU", "NNNNNNN UUU NN")
"""What contacts may change in a folder that lets them, and staff with the right to manage documents (AC-9)."""
LEADS_OVER = Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF")
"""What belongs to the firm as a whole; whoever leads nothing isn't told whether another firm's is there."""
LEADS_OWN = Row("AAFFFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF")
AUTHORS_OWN = Row("AFFFFFF UUU", "AFFFFFF UUU", "NNNNNNF UUU NF")
"""What goes in its author's name, others see it. The author of what is here is the owner of the firm."""
PRIVATE = Row("ANNNNNF UUU", "ANNNNNF UUU", "NNNNNNF UUU NF")
"""What is its owner's alone; those here are the firm's owner's."""
# The order matters to View all accounts only: they see another account without holding the right.
