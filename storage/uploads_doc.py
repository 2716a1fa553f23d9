"""An upload as stored: a file that somebody is bringing, or has brought and not yet saved as a document."""

from typing import Final

from pymongo import IndexModel

from protocol.wire import Id, Ms
from storage.blobs.places import Part, total
from storage.mongo.collections import OfFirms
from storage.mongo.documents import Document


class UploadDoc(Document):
    """One upload. Beside these fields `holder` and `held_until` say who receives it at the moment (storage.uploads)."""

    id: Id
    firm_id: Id
    owner_id: Id
    """Who brings it. Nobody else hears that it is there."""
    name: str
    """As the file was called: checked by server.uploads.names."""
    size: int
    """In bytes, as it was said at the beginning."""
    created_at: Ms
    expires_at: Ms
    """When it goes, unless it has been saved."""
    media: str = ""
    """What the browser took it for. A hint and nothing else: never believed, never sent back."""
    parts: list[Part] = []
    """What has come, and lasts."""
    sealed: str | None = None
    """Its SHA-256, once all of it has come."""
    sha256: str | None = None
    """The same, once it is a blob: now the upload is finished."""
    crc32: int | None = None
    """Of all bytes, from when it is sealed."""

    @property
    def offset(self) -> int:
        """How many bytes have come, and last."""
        return self.size if self.sha256 is not None else total(self.parts)

    @property
    def finished(self) -> bool:
        """Whether it can be saved as a document."""
        return self.sha256 is not None


UPLOADS: Final = OfFirms(
    "uploads",
    IndexModel([("firm_id", 1), ("owner_id", 1)]),
    IndexModel([("firm_id", 1), ("sha256", 1)]),
    IndexModel("expires_at"),
)
