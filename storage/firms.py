"""Firms: the tenants. Knows one document each; refuses to know who works there."""

from typing import Any

from protocol.entities import Firm, FirmSettings
from protocol.wire import Id, Ms
from storage.documents import Document, from_document, readable, to_document
from storage.mongo import Mongo, Session
from storage.together import Together, by_id


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

    def widget_secrets(self, now: Ms) -> list[str]:
        """The secrets that identities may be signed with at a time, the newest first."""
        former = self.former_widget_secret if now < self.former_widget_secret_until else ""
        return [secret for secret in (self.widget_secret, former) if secret]


class Firms:
    """The firms."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("firms")
        self._by_id = Together("firms", by_id(self._rows, FirmDoc))

    async def add(self, firm: FirmDoc) -> None:
        """Store a new firm."""
        await self._rows.insert_one(to_document(firm))

    async def get(self, firm_id: Id) -> FirmDoc | None:
        """One firm."""
        return await self._by_id.get(firm_id)

    async def read(self, firm_id: Id, session: Session) -> FirmDoc | None:
        """One firm as it is in a transaction."""
        row = await self._rows.find_one({"_id": firm_id}, session=session)
        return from_document(row, FirmDoc) if row else None

    async def many(self, firm_ids: list[Id]) -> dict[Id, FirmDoc]:
        """Several firms by id."""
        return {firm.id: firm for firm in await readable(self._rows.find({"_id": {"$in": firm_ids}}), FirmDoc)}

    async def change(self, firm_id: Id, fields: dict[str, Any], session: Session | None = None) -> FirmDoc | None:
        """Set fields, each by its path (such as `settings.reply_to`); the firm as it is then. Others' fields stay."""
        row = await self._rows.find_one_and_update(
            {"_id": firm_id}, {"$set": fields}, return_document=True, session=session
        )
        return from_document(row, FirmDoc) if row else None

    async def all(self) -> list[FirmDoc]:
        """Every firm of this server."""
        return await readable(self._rows.find(), FirmDoc)
