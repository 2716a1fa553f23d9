"""The audit trail (spec 2.14)."""

from typing import Annotated, ClassVar

import msgspec

from protocol.asked import Answer, Asked
from protocol.people import Person
from protocol.wire import Id, Ms, PageSize, Wire


class AuditRow(Wire):
    """One line of the audit trail (spec 2.14). `person` did it; absent, if nobody had proved to be anybody, or it came
    about by itself."""

    id: Id
    event: str
    at: Ms
    account_name: str
    person: Person | None
    email: str
    text: str = ""
    utc_offset_minutes: int | None = None
    ip: str = ""
    browser: str = ""
    os: str = ""
    about: Person | None = None
    """To whom it was done, in `security.list`."""
    times: int = 1
    """How often within a quarter of an hour, of what is counted rather than written down each time."""


class AuditPage(Answer):
    """Audit rows, newest first."""

    rows: list[AuditRow]
    next: str | None = None


class AuditList(Asked, tag="audit.list", may="thread_staff", cost=2):
    """The audit trail of a thread's tasks and reminders (spec 2.14)."""

    thread_id: Id
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = AuditPage


class SecurityList(Asked, tag="security.list", may="leads", cost=3):
    """What mattered for the firm's security: logins and failed ones, rights, Login and Notify, invitations, passwords,
    sessions that were ended, settings. `next` of a page is `after` of the following one."""

    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = AuditPage
