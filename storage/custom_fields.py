"""Custom fields: a firm's (SC-9). Knows one document each; refuses to know who defines them and what is said in them."""

from typing import ClassVar, Final

from pymongo import IndexModel

from protocol.custom_fields import FieldKind, FieldOf
from protocol.wire import Id
from storage.kept import Kept, KeptDoc
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import newer, readable


class CustomFieldDoc(KeptDoc):
    """A custom field as stored."""

    of: FieldOf
    name: str
    kind: FieldKind
    place: int
    options: list[str] = []
    currency: str = ""
    NEWER: ClassVar = (newer("kind", FieldKind, "text"),)


CUSTOM_FIELDS: Final = OfFirms("custom_fields", IndexModel([("firm_id", 1), ("_id", 1)]))


class CustomFields(Kept[CustomFieldDoc]):
    """The custom fields."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, CUSTOM_FIELDS, CustomFieldDoc)

    async def of_firm(self, firm_id: Id, session: Session | None = None) -> list[CustomFieldDoc]:
        """All of a firm's, in the order in which they are shown."""
        found = await readable(self._rows.of(firm_id).find({}, session=session), CustomFieldDoc)
        return sorted(found, key=lambda field: (field.of, field.place, field.id))

    async def page(self, firm_id: Id, after: str, limit: int) -> list[CustomFieldDoc]:
        """The firm's with an id above one, ascending."""
        return await self._page(firm_id, {}, after, limit)
