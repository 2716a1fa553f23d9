"""What was made of files to show them: once for each content that a firm has, and gone with it (`storage.blobs.blobs`).

Knows one document each. Refuses to know how it is made, and who may see it.
"""

from base64 import b64decode
from typing import Any, Final

from protocol.wire import Id
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, if_readable, to_document
from storage.mongo.of_firms import FirmRows


class PreviewDoc(Document):
    """What was made of some content, also if nothing could be made of it."""

    id: str
    """As the blob's: `<firm>:<sha256>`."""
    firm_id: Id
    family: str
    """As which it was looked into."""
    preview: dict[str, Any] = {}
    """protocol.previews.Preview."""
    thumbnail: str = ""
    """WebP in base64; empty where there is none."""

    @property
    def content(self) -> bytes:
        """The thumbnail's bytes."""
        return b64decode(self.thumbnail)


PREVIEWS: Final = OfFirms("previews")


class Previews:
    """The previews."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, PREVIEWS)

    async def get(self, firm_id: Id, sha256: str) -> PreviewDoc | None:
        """Of some content of a firm."""
        row = await self._rows.of(firm_id).find_one({"_id": f"{firm_id}:{sha256}"})
        return if_readable(row, PreviewDoc) if row else None

    async def put(self, made: PreviewDoc, session: Session) -> None:
        """Keep it, in a transaction that has made sure that the content stays (`Blobs.hold`)."""
        await self._rows.of(made.firm_id).put({"_id": made.id}, to_document(made), session=session)
