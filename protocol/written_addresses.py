"""Which addresses a text holds: https, http, www and e-mail, as people type them.

What is stored stays text; whoever shows it makes links of them. The same rule as web_client/src/messages/addresses.ts: both
are held to client/addresses.json. Each sign is looked at a bounded number of times, whatever the text. Refuses to know
HTML.
"""

import re
from typing import Final, NamedTuple

from protocol.wire import UNSEEN

LINK_CHARACTERS_MAX: Final = 2_048


class Address(NamedTuple):
    """Where one stands, and what it leads to."""

    start: int
    end: int
    link: str


# Neither these nor blanks stand in an address: quotes, brackets of markup, what turns text around, what stands for a node.
_STOPS: Final = rf'{UNSEEN}<>"“”„«»\\\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufffc'
_SIGN: Final = r"[^\W_]"
_LABEL: Final = rf"{_SIGN}(?:(?:{_SIGN}|-){{0,61}}{_SIGN})?"
_WEB: Final = rf"(?<![\w@/.-])(?:https?://|www\.)[^{_STOPS}]+"
_MAIL: Final = rf"(?<![\w.+@/-])\w[\w.+'-]{{0,63}}@(?:{_LABEL}\.)+[^\W\d_]{{2,24}}(?![\w@-])"
_ADDRESS: Final = re.compile(f"{_WEB}|{_MAIL}", re.IGNORECASE)
_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE | re.ASCII)
_HOST: Final = re.compile(rf"https?://(?:{_SIGN}[^/?#@]*|\[[\da-f:.]+\](?::\d+)?)(?=[/?#]|\Z)", re.IGNORECASE)
_BARE_HOST: Final = re.compile(r"www\.[^./?#@]+\.[^./?#@]", re.IGNORECASE)
_ENDS: Final = ".,:;!?*'’…"
_OPENING: Final = {")": "(", "]": "[", "}": "{"}


def addresses_in(text: str) -> list[Address]:
    """The addresses of a text, in order. What ends a sentence or closes a bracket around one doesn't belong to it."""
    found = []
    for match in _ADDRESS.finditer(text):
        written = match[0] if len(match[0]) <= LINK_CHARACTERS_MAX else ""
        written = _without_end(written)
        link = _link(written)
        if link and len(link) <= LINK_CHARACTERS_MAX:
            found.append(Address(match.start(), match.start() + len(written), link))
    return found


def _without_end(written: str) -> str:
    while written:
        last = written[-1]
        opening = _OPENING.get(last)
        if last not in _ENDS if opening is None else written.count(last) <= written.count(opening):
            break
        written = written[:-1]
    return written


def _link(written: str) -> str:
    """What it leads to; nothing where it only looks like an address."""
    if re.match(r"www\.", written, re.IGNORECASE):
        return f"https://{written}" if _BARE_HOST.match(written) else ""
    if scheme := _SCHEME.match(written):
        return scheme[0].lower() + written[scheme.end() :] if _HOST.match(written) else ""
    return f"mailto:{written}" if re.match(r"[^/]+@", written) else ""
