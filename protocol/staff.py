"""Those who work at the firm (spec 2.2)."""

from typing import ClassVar

from protocol.asked import Answer, Asked, Update
from protocol.people import Right, Role
from protocol.wire import Email, Id, Name, Wire


class StaffMember(Wire):
    """A member of staff, as colleagues see them (spec 2.2)."""

    id: Id
    name: Name
    email: Email
    role: Role
    rights: list[Right] = []
    active: bool = True


class StaffPage(Answer):
    """Everybody who works at the firm."""

    staff: list[StaffMember]


class StaffList(Asked, tag="staff.list", may="staff", cost=2):
    """Everybody who works at the firm; with `account_id`, only active ones who can see that account (MN-4, AS-2)."""

    account_id: Id | None = None
    Result: ClassVar[type[Wire]] = StaffPage


class StaffUpdate(Update, tag="staff.update", may="leads", cost=5):
    """Change a colleague's rights or whether they are active. Only the owner changes roles; the owner's stays."""

    staff_id: Id
    role: Role | None = None
    rights: list[Right] | None = None
    active: bool | None = None
    Result: ClassVar[type[Wire]] = StaffMember
