"""What a document is, by its first bytes and never by its name, and what a browser may do with it.

Shown from our own origin is only what stands in a closed list, with the type that stands there; everything else is handed
over as bytes to be saved. Refuses to know documents and who may see them.
"""

from typing import Final

OTHER: Final = "other"
OCTETS: Final = "application/octet-stream"
HEAD_BYTES: Final = 1_024
"""As much of the beginning as is looked at."""
INLINE: Final = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
}
"""By family, the one type with which a document is shown."""


def family_of(head: bytes) -> str:
    """The family that the first bytes of a file say."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"):
        return "avif"
    # Some programs write blank lines or a printer's language in front; a signed one is an envelope around it.
    if head[:1] != b"\x30" and b"%PDF-" in head[:HEAD_BYTES]:
        return "pdf"
    return OTHER


def media_type(family: str) -> str:
    """The type that is sent with a document of a family."""
    return INLINE.get(family, OCTETS)
