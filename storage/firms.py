"""Firms. Knows one document each; refuses to know who works there."""

from typing import Any, ClassVar, Final

from protocol.firms import Firm, FirmSettings
from protocol.people import Language
from protocol.reminders import AfterLast
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows
from storage.mongo.together import Together, by_id


class FirmDoc(Document):
    """A firm as stored: what its people see, what its admins set, and the secret that its widget's identities are
    signed with."""

    id: Id
    firm: Firm
    settings: FirmSettings
    widget_secret: str = ""
    former_widget_secret: str = ""
    """The one before, which is accepted until `former_widget_secret_until`, by the real clock."""
    former_widget_secret_until: Ms = 0
    NEWER: ClassVar = (
        newer("firm.language", Language, "en"),
        newer("settings.reminder_after_last", AfterLast, "nothing"),
    )

    def widget_secrets(self, now: Ms) -> list[str]:
        """The secrets that identities may be signed with at a time, the newest first."""
        former = self.former_widget_secret if now < self.former_widget_secret_until else ""
        return [secret for secret in (self.widget_secret, former) if secret]


FIRMS: Final = OfFirms("firms", firm="_id")


class Firms:
    """The firms."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, FIRMS)
        self._by_id = Together("firms", by_id(self._rows, FirmDoc))

    async def add(self, firm: FirmDoc) -> None:
        """Store a new firm."""
        await self._rows.insert(to_document(firm))

    async def get(self, firm_id: Id) -> FirmDoc | None:
        """One firm."""
        return await self._by_id.get((firm_id, firm_id))

    async def read(self, firm_id: Id, session: Session) -> FirmDoc | None:
        """One firm as it is in a transaction."""
        row = await self._rows.of(firm_id).find_one({}, session=session)
        return from_document(row, FirmDoc) if row else None

    async def change(self, firm_id: Id, fields: dict[str, Any], session: Session | None = None) -> FirmDoc | None:
        """Set fields, each by its path (such as `settings.reply_to`); the firm as it is then. Others' fields stay."""
        row = await self._rows.of(firm_id).change_one({}, {"$set": fields}, session=session)
        return from_document(row, FirmDoc) if row else None

    async def all(self) -> list[FirmDoc]:
        """Every firm of this server."""
        return await readable(self._rows.across("operator").find(), FirmDoc)
