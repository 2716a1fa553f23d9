"""Custom fields: a firm's (SC-9). Knows one document each; refuses to know who defines them and what is said in them."""

from typing import ClassVar, Final

from pymongo import IndexModel

from protocol.custom_fields import FieldKind, FieldOf
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows


class CustomFieldDoc(Document):
    """A custom field as stored."""

    id: Id
    firm_id: Id
    of: FieldOf
    name: str
    kind: FieldKind
    place: int
    updated_at: Ms
    options: list[str] = []
    currency: str = ""
    NEWER: ClassVar = (newer("kind", FieldKind, "text"),)


CUSTOM_FIELDS: Final = OfFirms("custom_fields", IndexModel([("firm_id", 1), ("_id", 1)]))


class CustomFields:
    """The custom fields."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, CUSTOM_FIELDS)

    async def get(self, firm_id: Id, field_id: Id, session: Session) -> CustomFieldDoc | None:
        """One of a firm's, in a transaction."""
        row = await self._rows.of(firm_id).find_one({"_id": field_id}, session=session)
        return from_document(row, CustomFieldDoc) if row else None

    async def of_firm(self, firm_id: Id, session: Session | None = None) -> list[CustomFieldDoc]:
        """All of a firm's, in the order in which they are shown."""
        found = await readable(self._rows.of(firm_id).find({}, session=session), CustomFieldDoc)
        return sorted(found, key=lambda field: (field.of, field.place, field.id))

    async def put(self, field: CustomFieldDoc, session: Session) -> None:
        """Store a new or changed one. Fields of a newer build stay."""
        fields = {name: value for name, value in to_document(field).items() if name not in ("_id", "firm_id")}
        await self._rows.of(field.firm_id).update_one({"_id": field.id}, {"$set": fields}, upsert=True, session=session)

    async def delete(self, firm_id: Id, field_id: Id, session: Session) -> None:
        """Remove one."""
        await self._rows.of(firm_id).delete_one({"_id": field_id}, session=session)

    async def page(self, firm_id: Id, after: str, limit: int) -> list[CustomFieldDoc]:
        """The firm's with an id above one, ascending."""
        found = self._rows.of(firm_id).find({"_id": {"$gt": after}})
        return await readable(found.sort("_id", 1).limit(limit), CustomFieldDoc)
