"""What has become of letters, as staff see it."""

from typing import ClassVar, Literal

from protocol.asked import Answer, Asked
from protocol.happened import Happened
from protocol.people import Person
from protocol.wire import Email, Id, Ms, Name, Wire

DeliveryState = Literal["waiting", "handed_over", "dropped", "failed", "unknown"]
"""`handed_over`: the mail server took it, which isn't delivered. `dropped`: it was no longer true, or no longer wanted.
`failed`: refused for good, or too old. `unknown`: the connection was lost before the mail server's answer."""


class Delivery(Wire):
    """What has become of a letter to somebody."""

    letter_id: Id
    state: DeliveryState
    at: Ms
    person_id: Id
    name: Name
    said: str = ""
    """The mail server's own words, one line."""
    reason: str = ""
    """Ours, where there is one: `read`, `archived`, `notify_off`, `not_true_any_more`, or what went wrong."""
    invitation: bool = False
    """It is tried again by `invitation.send`, since its link is gone; others by `letter.retry`."""


class LetterRetried(Answer):
    """What came of trying a letter again."""

    again: bool
    """It had been given up, and waits now to be sent. False: nothing was done, since it hadn't, or isn't any more."""
    delivery: Delivery
    """The letter as it stands."""


class LetterRetry(Asked, tag="letter.retry", may="account_staff", cost=5):
    """Try a letter again that was given up. One that wasn't, or is on its way again, stays as it is: the answer says so."""

    account_id: Id
    letter_id: Id
    Result: ClassVar[type[Wire]] = LetterRetried


class LetterCopiesRetried(Answer):
    """What came of sending blind copies again."""

    count: int
    """So many wait now to be sent. 0: none that failed is kept any more."""
    email: Email
    """The address that they go to."""


class LetterRetryCopies(Asked, tag="letter.retry_copies", may="leads", cost=10):
    """Send the firm's blind copies again that failed, to the address that is set now (EM-3). They are kept for a while."""

    Result: ClassVar[type[Wire]] = LetterCopiesRetried


class LetterFailed(Happened, tag="letter.failed", stands="n"):
    """A letter to a contact about the thread was given up (RM-17)."""

    letter_id: Id
    person: Person
    """To whom."""
    said: str
    """The mail server's own words, or ours where it said nothing."""
