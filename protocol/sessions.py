"""Who is logged in: sessions, passwords, invitations, and me."""

from typing import Annotated, ClassVar

import msgspec

from protocol.accounts import AccountBrief
from protocol.asked import Answer, Asked, Update
from protocol.firms import Firm
from protocol.people import Language, Person, Right, Role
from protocol.wire import WRITTEN, Email, Id, Ms, Name, Password, Secret, Wire


class Me(Wire):
    """Who is logged in, where, and with which rights."""

    person: Person
    firm: Firm
    email: Email
    language: Language
    role: Role | None = None
    rights: list[Right] = []
    """Those that were given to somebody who works here."""
    may: list[Right] = []
    """All that they hold, by their role too: what a page offers goes by this. Absent from older servers."""
    accounts: list[AccountBrief] = []
    """A contact's own accounts; empty for staff, who page through `account.list`."""


class SessionOpened(Answer):
    """A session. `token` is absent where it was put into the browser's cookie."""

    me: Me
    expires_at: Ms
    token: str | None = None


class SessionCreate(Asked, tag="session.create", may="anyone", cost=5, door="http"):
    """Log in. Where the address is known to several firms, `firm_id` chooses; without it the error lists them."""

    email: Email
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200, extra=WRITTEN)]
    firm_id: Id | None = None
    cookie: bool = False
    """A browser page of our own: put the token into an HttpOnly cookie instead of the answer."""
    Result: ClassVar[type[Wire]] = SessionOpened


class SessionRenew(Asked, tag="session.renew", may="logged_in", cost=2):
    """Extend the session that this command came in, in band, for its whole length from now."""

    Result: ClassVar[type[Wire]] = SessionOpened


class SessionEnd(Asked, tag="session.end", may="logged_in"):
    """Log out: the token is worth nothing from now on, and its sockets close."""


class PasswordForgot(Asked, tag="password.forgot", may="anyone", cost=5, door="http"):
    """Send a link for a new password, if somebody has this address. The answer is the same if not."""

    email: Email


class PasswordReset(Asked, tag="password.reset", may="anyone", cost=5, door="http"):
    """Set a new password with the secret from the mail. Ends all of the person's sessions."""

    secret: Secret
    password: Password


class Invitation(Answer):
    """An open invitation, as shown before it is accepted."""

    firm: Firm
    name: Name
    email: Email
    account_name: str


class InvitationRead(Asked, tag="invitation.read", may="anyone", cost=2, door="http"):
    """What an invitation's link is for. A used or replaced link is `not_found`."""

    secret: Secret
    Result: ClassVar[type[Wire]] = Invitation


class InvitationAccept(Asked, tag="invitation.accept", may="anyone", cost=5, door="http"):
    """Choose a password and be logged in (spec 1.3)."""

    secret: Secret
    password: Password
    cookie: bool = False
    Result: ClassVar[type[Wire]] = SessionOpened


class MeRead(Asked, tag="me.read", may="logged_in"):
    """Who am I?"""

    Result: ClassVar[type[Wire]] = Me


class MeUpdate(Update, tag="me.update", may="logged_in", cost=2):
    """Change my language."""

    language: Language
    Result: ClassVar[type[Wire]] = Me
