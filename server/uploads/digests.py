"""The running digests of a file that comes in parts: SHA-256, by which it is found, and CRC-32, which zips want.

Kept in memory for uploads whose next part is expected; whoever goes on elsewhere reads what lasts again.
"""

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from protocol.wire import Id

KEPT_MAX: Final = 1_000
"""Of a few hundred bytes each."""


class Digest:
    """Of the first `size` bytes."""

    def __init__(self) -> None:
        self.size = 0
        self.crc32 = 0
        self._sha256 = hashlib.sha256()

    def feed(self, data: Iterable[bytes]) -> None:
        """Go on with these bytes. For a thread: long ones take a while."""
        for piece in data:
            self._sha256.update(piece)
            self.crc32 = zlib.crc32(piece, self.crc32)
            self.size += len(piece)

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        return self._sha256.hexdigest()


class Digests:
    """Of uploads between two parts."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Id, Digest] = OrderedDict()

    def keep(self, upload_id: Id, digest: Digest) -> None:
        """The next part may come here."""
        self._kept[upload_id] = digest
        self._kept.move_to_end(upload_id)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)

    def take(self, upload_id: Id, size: int) -> Digest | None:
        """The digest of so many bytes of an upload, if that is what was kept."""
        digest = self._kept.pop(upload_id, None)
        return digest if digest is not None and digest.size == size else None
