"""One rule for e-mail addresses: which a letter can be sent to, in which form it is sent, and when two are the same.

A dot-atom of ASCII before the @ (RFC 5321, 4.1.2), without the four signs that mail servers refuse because they once were
routes; a host name behind it, by IDNA 2008 (RFC 5891, UTS 46 without its transition). Kept and shown is the form with
letters (`företaget.example`), which is the typed one but for case and composition; sent is the one in ASCII. Each gives
the other. Python's own codec knows IDNA 2003 only, which makes another owner's domain of one with ß.

Refuses to know whether anybody has such an address.
"""

import re
from typing import Final

import idna

from protocol.errors import Invalid
from protocol.texts import normal
from protocol.wire import ATOM

ADDRESS_CHARACTERS_MAX: Final = 254
"""Of the form that is sent (RFC 3696, erratum 1690)."""
LOCAL_PART_CHARACTERS_MAX: Final = 64
HOST_CHARACTERS_MAX: Final = 253
_LABEL_CHARACTERS_MAX: Final = 63

_LOCAL_PART: Final = re.compile(rf"{ATOM}(?:\.{ATOM})*")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")

LOCAL_PART_EXPECTED: Final = (
    f"1 to {LOCAL_PART_CHARACTERS_MAX} of A-Z a-z 0-9 # $ & ' * + = ? ^ _ ` {{ }} ~ - before the @, "
    "with single dots between them"
)


def host(text: str) -> str:
    """A host name in its ASCII form, in lower case. Raises ValueError with what is wrong with it."""
    if len(text) > HOST_CHARACTERS_MAX:
        raise ValueError(f"it has more than {HOST_CHARACTERS_MAX} characters")
    try:
        # A name that is ASCII as it stands is nobody's to judge but by the rules of hosts (RFC 1123): two hyphens in the
        # third and fourth place are allowed there, and not in IDNA.
        plain = text.isascii() and "xn--" not in text.lower()
        ascii_text = text.lower() if plain else idna.encode(text, uts46=True, transitional=False).decode("ascii")
    except UnicodeError as error:
        raise ValueError(str(error)) from None
    for label in ascii_text.split("."):
        if not label:
            raise ValueError("a dot has nothing before or behind it")
        if len(label) > _LABEL_CHARACTERS_MAX:
            raise ValueError(f"more than {_LABEL_CHARACTERS_MAX} characters stand between two dots")
        if not _LABEL.fullmatch(label):
            raise ValueError(f"{label!r} is not letters, digits and hyphens, with no hyphen at an end")
    if len(ascii_text) > HOST_CHARACTERS_MAX:
        raise ValueError(f"it has more than {HOST_CHARACTERS_MAX} characters")
    return ascii_text


def in_ascii(address: str) -> str:
    """An address as it stands in envelopes and headers. Raises ValueError with what was expected."""
    local_part, at, domain = address.rpartition("@")
    if not at:
        raise ValueError("one e-mail address, such as anna@firm.example")
    if len(local_part) > LOCAL_PART_CHARACTERS_MAX or not _LOCAL_PART.fullmatch(local_part):
        raise ValueError(f"one e-mail address, with {LOCAL_PART_EXPECTED}")
    try:
        ascii_domain = host(domain)
    except ValueError as error:
        raise ValueError(f"one e-mail address, with a domain behind the @; this can't be one: {error}") from None
    if ascii_domain.rpartition(".")[2].isdigit():
        raise ValueError("one e-mail address, with a domain behind the @ and not a network address")
    ascii_address = f"{local_part}@{ascii_domain}"
    if len(ascii_address) > ADDRESS_CHARACTERS_MAX:
        raise ValueError(f"one e-mail address of at most {ADDRESS_CHARACTERS_MAX} characters")
    return ascii_address


def to_write_to(path: str, address: str) -> str:
    """An address that somebody typed as one for letters, folded, as it is to be kept.

    Raises Invalid with the place, the rule that it breaks, and what came.
    """
    kept = folded(address)
    try:
        in_ascii(kept)
    except ValueError as error:
        raise Invalid(path=path, expected=str(error), got=address, reason="email_address") from None
    return kept


def folded(address: str) -> str:
    """An address as it is kept and compared: composed, in lower case, the domain in its form with letters, no blanks
    around it. One that can't be written to is folded as far as that goes: somebody may log in with it."""
    text = _composed(address)
    local_part, at, domain = text.rpartition("@")
    if domain.isascii() and "xn--" not in domain:
        return text
    try:
        return f"{local_part}{at}{idna.decode(host(domain))}"
    except (UnicodeError, ValueError):
        return text


def spellings(address: str) -> list[str]:
    """Every form in which an address may have been kept: as it is folded now, and as it was before domains were."""
    text = _composed(address)
    now = folded(address)
    local_part, at, domain = now.rpartition("@")
    try:
        return list(dict.fromkeys([now, text, f"{local_part}{at}{host(domain)}"]))
    except ValueError:
        return list(dict.fromkeys([now, text]))


def _composed(address: str) -> str:
    """In lower case and composed: of T with a diaeresis only the small one is one character, so it is composed again."""
    return normal(normal(address).strip().lower())
