"""Firms' logos: the picture itself, apart from the firm, which is read at every login. Knows one document each."""

from base64 import b64decode
from typing import Final, Literal

from protocol.wire import Id
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, if_readable, to_document
from storage.mongo.of_firms import FirmRows

PictureType = Literal["png", "jpeg"]
"""The subtype of `image/` (RFC 2046)."""


class LogoDoc(Document):
    """A firm's logo, as `server.firms.logo` has checked it."""

    id: Id
    """The firm's."""
    type: PictureType
    width: int
    height: int
    digest: str
    """Of the bytes, 32 hexadecimal digits: what is under its name never changes."""
    data: str
    """The bytes in base64."""

    @property
    def content(self) -> bytes:
        """The picture's bytes."""
        return b64decode(self.data)


LOGOS: Final = OfFirms("logos", firm="_id")


class Logos:
    """The logos. One that can't be read is as good as none: letters go without."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, LOGOS)

    async def get(self, firm_id: Id) -> LogoDoc | None:
        """A firm's logo."""
        row = await self._rows.of(firm_id).find_one({})
        return if_readable(row, LogoDoc) if row else None

    async def put(self, firm_id: Id, logo: LogoDoc | None, session: Session) -> None:
        """A firm has this one from now on, or none, in the transaction that says so of the firm."""
        if logo is None:
            await self._rows.of(firm_id).delete_one({}, session=session)
        else:
            await self._rows.of(firm_id).put({}, to_document(logo), session=session)
