"""Bulk runs: one message to many accounts, as a chat of its own for each (BK). A run is its author's alone.

Knows what is asked for and how far it has come. Refuses to know how it is worked off (server.bulk.working).
"""

from typing import Annotated, ClassVar, Final, Literal

import msgspec

from protocol.accounts import AccountBrief, AccountFilter
from protocol.asked import Answer, Asked
from protocol.body import Body
from protocol.folds import Folds, forgets, keeps
from protocol.happened import Happened
from protocol.kept import KeptList, KeptPage
from protocol.people import Person
from protocol.reminders import ReminderSetting
from protocol.templates import TemplateTasks
from protocol.wire import LINE, ONE_LINE, SUBJECT_CHARACTERS_MAX, WRITTEN, ClientKey, Id, Ms, Seq, Wire

NAMED_MAX: Final = 1_000
"""More accounts are chosen by what they have in common."""
BulkState = Literal["running", "paused", "cancelling", "cancelled", "done"]
"""`cancelling`: no more are begun, and what was under way is counted."""
WhyLeftOut = Literal["no_access", "account_archived", "nobody_can_read", "author_inactive", "text", "refused", "failed"]
"""Why an account got no chat: its author may not see it, or it is gone; it is archived; nobody of it can log in; its author
doesn't work here any more; with its own values the text says nothing or is too long; it was refused for another reason;
something went wrong on our side. The first three are known before, and skipped; the others have failed."""
SKIPPED: Final[frozenset[WhyLeftOut]] = frozenset({"no_access", "account_archived", "nobody_can_read"})
AccountIds = Annotated[list[Id], msgspec.Meta(max_length=NAMED_MAX)]
BulkSubject = Annotated[
    str,
    msgspec.Meta(
        max_length=SUBJECT_CHARACTERS_MAX,
        pattern=rf"^{LINE}\Z",
        description=f"a subject {ONE_LINE}, or empty",
        extra=WRITTEN,
    ),
]


class BulkProgress(Wire):
    """How far one message to many accounts has come."""

    by: Person
    state: BulkState
    subject: str
    """As it was written, or taken from template or text: its shortcodes stand for something else in each chat (BK-3)."""
    created_at: Ms
    updated_at: Ms
    total: int
    """How many accounts were chosen."""
    created: int = 0
    """How many have got their chat."""
    skipped: int = 0
    """How many can't receive one (BK-5)."""
    failed: int = 0
    attempt: int = 1
    """How often it was begun: more than once where what was left out was tried again."""
    template_id: Id | None = None
    finished_at: Ms | None = None


class BulkRun(BulkProgress, kw_only=True):
    """One message to many accounts, and how far it has come."""

    id: Id


class BulkCounts(Wire):
    """What a run came to, as its report says it (BK-5)."""

    total: int
    created: int = 0
    skipped: int = 0
    failed: int = 0
    cancelled: bool = False


class LeftOut(Wire):
    """An account without a chat, and why."""

    account: AccountBrief
    """Without a name where the asker may not see it."""
    why: WhyLeftOut


class BulkUpdated(Happened, tag="bulk.updated", stands="u"):
    """A run of mine is new, has come further, or was stopped or taken up."""

    bulk: BulkRun
    folds: ClassVar[Folds] = (keeps("bulk", ".event.bulk"),)


class BulkDeleted(Happened, tag="bulk.deleted", stands="u"):
    """A run of mine of long ago is forgotten. Its chats stay."""

    bulk_id: Id
    folds: ClassVar[Folds] = (forgets("bulk", ".event.bulk_id"),)


class BulkPage(KeptPage, kw_only=True):
    """Runs."""

    entities: list[BulkRun]


class BulkPreviewed(Answer):
    """Who would get a chat, and who would not."""

    total: int
    ready: int
    """How many would get one."""
    excluded: dict[WhyLeftOut, int] = {}
    """How many would not, by why."""
    left_out: list[LeftOut] = []
    """The first of these, by name."""


class BulkReport(Answer):
    """A run with what it says, and a page of whom it left out."""

    bulk: BulkRun
    body: Body
    tasks: TemplateTasks = []
    reminder: ReminderSetting | None = None
    left_out: list[LeftOut] = []
    next: Seq | None = None
    """`after` of the following page, if there is one."""


class BulkList(KeptList, tag="bulk.list", may="staff", cost=2):
    """My runs: those that aren't over, and the latest of the others."""

    Result: ClassVar[type[Wire]] = BulkPage


class BulkPreview(Asked, tag="bulk.preview", may="staff", cost=20):
    """Say who would get a chat and who would not, before anything is sent (BK-5)."""

    account_ids: AccountIds = []
    matching: AccountFilter | None = None
    """All that I see and that match, instead of `account_ids`."""
    Result: ClassVar[type[Wire]] = BulkPreviewed


class BulkCreate(Asked, tag="bulk.create", may="staff", cost=20):
    """Begin a chat with each of many accounts (BK-1, BK-2). Answered at once, done behind the answer.

    Accounts are chosen when this is asked; whether each can receive is asked when its turn comes.
    """

    client_bulk_id: ClientKey
    account_ids: AccountIds = []
    matching: AccountFilter | None = None
    """All that I see and that match, instead of `account_ids`."""
    template_id: Id | None = None
    """Gives the tasks, and what isn't said here of the rest; it is copied (TP-4)."""
    subject: BulkSubject = ""
    """Empty: the template's, or else the first words of the text."""
    body: Body | None = None
    reminder: ReminderSetting | None = None
    Result: ClassVar[type[Wire]] = BulkRun


class BulkGet(Asked, tag="bulk.get", may="staff", cost=3):
    """A run of mine, and whom it left out."""

    bulk_id: Id
    after: Seq = 0
    """`next` of the page before."""
    Result: ClassVar[type[Wire]] = BulkReport


class BulkPause(Asked, tag="bulk.pause", may="staff", cost=2):
    """Begin no more chats of a run of mine for now; what is under way is finished."""

    bulk_id: Id
    Result: ClassVar[type[Wire]] = BulkRun


class BulkResume(Asked, tag="bulk.resume", may="staff", cost=2):
    """Go on with a run of mine."""

    bulk_id: Id
    Result: ClassVar[type[Wire]] = BulkRun


class BulkCancel(Asked, tag="bulk.cancel", may="staff", cost=2):
    """Begin no more chats of a run of mine, for good. Those that there are stay."""

    bulk_id: Id
    Result: ClassVar[type[Wire]] = BulkRun


class BulkRetry(Asked, tag="bulk.retry", may="staff", cost=20):
    """Try again with those that a run of mine left out, and with nobody else (BK-6)."""

    bulk_id: Id
    Result: ClassVar[type[Wire]] = BulkRun
