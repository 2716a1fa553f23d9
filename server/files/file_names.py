"""How long a file's name may be, and which signs it never holds. Pure; refuses to know whose it is."""

from typing import Final

NAME_CHARACTERS_MAX: Final = 200
NAME_BYTES_MAX: Final = 255
"""In UTF-8: what the file systems take that people save it to."""
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the order of what follows: `receipt\u202efdp.exe` would be read as a PDF."""
