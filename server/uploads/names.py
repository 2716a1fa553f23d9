"""What a file that is brought may be called. Knows characters; refuses to know kinds of files: a name says nothing of
what is in it."""

import unicodedata

from protocol.errors import Invalid
from server.files.file_names import NAME_BYTES_MAX, NAME_CHARACTERS_MAX, TURNING

_BYTES = f"at most {NAME_CHARACTERS_MAX} characters and {NAME_BYTES_MAX} bytes of UTF-8"


def checked(name: str, path: str) -> str:
    """A file's name as it is kept, in the composed form of its letters (NFC). `path` is where it was said.

    Raises Invalid for one that is empty, too long, holds control characters or ones that turn the order of reading, or is a
    path. Browsers and programs say the last part of a path only: who says more wants to be somewhere.
    """
    composed = unicodedata.normalize("NFC", name).strip()
    if not composed:
        raise Invalid(path=path, expected="a file's name", got="nothing", reason="file_name")
    if len(composed) > NAME_CHARACTERS_MAX or len(composed.encode("utf-8", "replace")) > NAME_BYTES_MAX:
        raise Invalid(path=path, expected=_BYTES, got=f"{len(composed)} characters", reason="file_name")
    if "/" in composed or "\\" in composed or composed in (".", ".."):
        raise Invalid(path=path, expected="a name without a path", got=composed, reason="file_name")
    if any(unicodedata.category(sign) in ("Cc", "Cs") or sign in TURNING for sign in composed):
        raise Invalid(path=path, expected="a name without control characters", got=ascii(composed), reason="file_name")
    return composed
