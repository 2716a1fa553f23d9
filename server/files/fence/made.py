"""What comes back through the fence."""

import msgspec

from protocol.documents import Reading
from protocol.previews import Preview


class Made(msgspec.Struct, frozen=True):
    """What a job made of a file."""

    preview: Preview = Preview()
    picture: bytes = b""
    """WebP, or nothing."""
    reading: Reading | None = None
