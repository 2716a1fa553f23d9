"""Templates: a firm's (TP). Knows one document each; refuses to know who may manage them."""

from typing import Final

from pymongo import IndexModel

from protocol.body import Body
from protocol.reminders import ReminderSetting
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, from_document, readable, to_document
from storage.mongo.of_firms import FirmRows


class TemplateDoc(Document):
    """A template as stored."""

    id: Id
    firm_id: Id
    name: str
    subject: str
    body: Body
    updated_at: Ms
    tasks: list[str] = []
    reminder: ReminderSetting | None = None


TEMPLATES: Final = OfFirms("templates", IndexModel([("firm_id", 1), ("_id", 1)]))


class Templates:
    """The templates."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, TEMPLATES)

    async def get(self, firm_id: Id, template_id: Id, session: Session | None = None) -> TemplateDoc | None:
        """One of a firm's."""
        row = await self._rows.of(firm_id).find_one({"_id": template_id}, session=session)
        return from_document(row, TemplateDoc) if row else None

    async def put(self, template: TemplateDoc, session: Session) -> None:
        """Store a new or changed one. Fields of a newer build stay."""
        fields = {name: value for name, value in to_document(template).items() if name not in ("_id", "firm_id")}
        bound = self._rows.of(template.firm_id)
        await bound.update_one({"_id": template.id}, {"$set": fields}, upsert=True, session=session)

    async def delete(self, firm_id: Id, template_id: Id, session: Session) -> None:
        """Remove one."""
        await self._rows.of(firm_id).delete_one({"_id": template_id}, session=session)

    async def count(self, firm_id: Id, session: Session) -> int:
        """How many a firm has."""
        return await self._rows.of(firm_id).count({}, session=session)

    async def page(self, firm_id: Id, after: str, limit: int) -> list[TemplateDoc]:
        """The firm's with an id above one, ascending."""
        found = self._rows.of(firm_id).find({"_id": {"$gt": after}})
        return await readable(found.sort("_id", 1).limit(limit), TemplateDoc)
