"""Firms: what everybody sees of them, and what their leads set (spec 2.1)."""

from typing import Annotated, ClassVar

import msgspec

from protocol.asked import Answer, Asked, Update
from protocol.folds import Folds, keeps
from protocol.happened import Happened
from protocol.people import Language
from protocol.reminders import AfterLast
from protocol.wire import (
    Colour,
    Count,
    Days,
    Email,
    EmailOrNone,
    Hours,
    Id,
    LegalName,
    LogoText,
    Name,
    Phone,
    PostalAddress,
    TimeZone,
    Website,
    Wire,
)


class Firm(Wire):
    """The firm, as everybody who is logged in to it may see it (spec 2.1)."""

    id: Id
    name: Name
    legal_name: str = ""
    """The name in the foot of letters, where that is another one."""
    language: Language = "en"
    """Of the letters to clients."""
    time_zone: str = "UTC"
    accent: str | None = None
    address: str = ""
    phone: str = ""
    website: str = ""
    clients_may_create_threads: bool = True
    answer_hours: int = 0
    """Within how many hours somebody answers while the team is online, as the firm itself says; 0: it says nothing."""
    logo: str | None = None
    """Where its picture is, below the server's own address; another picture has another place."""


class FirmChanged(Happened, tag="firm.changed", stands="u"):
    """Something was changed that is said of the firm. Windows keep it as kind `firm`, and show it in place of `me.firm`."""

    firm: Firm
    folds: ClassVar[Folds] = (keeps("firm", ".event.firm"),)


class FirmSettings(Wire):
    """What only owner and admins see and change of a firm (spec 2.1, section 4)."""

    reply_to: Email | None = None
    """Where answers to letters to clients go."""
    bcc: Email | None = None
    """Who gets a copy of every letter to a client."""
    show_message_text_in_client_email: bool = False
    show_tasks_in_client_email: bool = True
    reminder_days: Days = 3
    reminder_number: Count = 1
    reminder_after_last: AfterLast = "nothing"
    """What follows the last reminder in chats that begin from now on, where nothing else is said (SS-6)."""
    tasks_ignore_read_state: bool = False
    """Reminders stop as soon as the tasks are done, read or not."""
    widget_origins: list[str] = []


class FirmView(Answer):
    """The firm with its settings."""

    firm: Firm
    settings: FirmSettings


class FirmRead(Asked, tag="firm.read", may="leads"):
    """The firm and its settings."""

    Result: ClassVar[type[Wire]] = FirmView


class FirmUpdate(Update, tag="firm.update", may="leads", cost=3):
    """Change what is said of the firm, and its settings; what is absent stays, and an empty text takes back what was
    said (spec 2.1, EM-3, EM-4, EM-6, NS-10)."""

    name: Name | None = None
    legal_name: LegalName | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    accent: Colour | None = None
    logo: LogoText | None = None
    """Stands in letters and on clients' pages, instead of the firm's initials (EM-4)."""
    address: PostalAddress | None = None
    phone: Phone | None = None
    website: Website | None = None
    reply_to: EmailOrNone | None = None
    bcc: EmailOrNone | None = None
    clients_may_create_threads: bool | None = None
    answer_hours: Hours | None = None
    """Promised to clients where they see that the team is online; 0 takes it back."""
    show_message_text_in_client_email: bool | None = None
    show_tasks_in_client_email: bool | None = None
    reminder_days: Annotated[int, msgspec.Meta(ge=1, le=365)] | None = None
    reminder_number: Annotated[int, msgspec.Meta(ge=1, le=30)] | None = None
    reminder_after_last: AfterLast | None = None
    tasks_ignore_read_state: bool | None = None
    Result: ClassVar[type[Wire]] = FirmView
