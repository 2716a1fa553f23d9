"""Where a request comes from: its origin, its session cookie, and what the audit trail notes of it (spec 2.14).

Works on plain header mappings with lower-case names, so that both doors, HTTP and socket, judge alike. Refuses to know
who the visitor is: that is server.core.auth.
"""

import re
from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit

from server.core import forwarding
from server.core.context import Origin
from server.core.settings import Settings

UTC_OFFSET_HEADER: Final = "chattar-utc-offset"
"""Minutes that the visitor's clock is ahead of UTC; browsers of ours send it with commands."""
PERSON_HEADER: Final = "chattar-person"
"""The id of whom a page was told that it belongs to."""

_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Vivaldi", re.compile(r"\bVivaldi/(\d+)")),
    ("DuckDuckGo", re.compile(r"\b(?:DuckDuckGo|Ddg)/(\d+)")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/")),
)
_SYSTEMS: Final = (
    ("iOS", re.compile(r"\b(?:iPhone|iPad|iPod)\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("macOS", re.compile(r"\bMac OS X\b|\bMacintosh\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
_PROGRAM: Final = re.compile(r"^[A-Za-z0-9._+-]{1,40}(?:/[A-Za-z0-9._+-]{1,20})?")
_USER_AGENT_CHARACTERS_MAX: Final = 512


class HeaderLines(Protocol):
    """A request's headers, of which some may come more than once."""

    def get(self, name: str, default: str, /) -> str: ...

    def getlist(self, name: str, /) -> list[str]: ...


def is_ours(settings: Settings, origin: str | None) -> bool:
    """Whether a page of this origin may act with the session cookie: exactly one of ours, never a missing one."""
    return origin is not None and origin in settings.origins


def cookie_name(settings: Settings) -> str:
    """The session cookie's name. By TLS the browser itself then holds it to this host; else the port tells two servers
    of one machine apart, which share their cookies."""
    if settings.https:
        return "__Host-chattar"
    return f"chattar_{urlsplit(settings.own_url).port or 80}"


def cookie_token(settings: Settings, headers: Mapping[str, str]) -> str | None:
    """The session token in the request's cookie."""
    # By hand: http.cookies gives up at the first cookie of another program that it finds odd, and ours would be lost.
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == cookie_name(settings):
            return value or None
    return None


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def origin_of(settings: Settings, headers: HeaderLines, peer: str) -> Origin:
    """What the audit trail notes of a request: address, browser, system, and how far its clock is from UTC."""
    agent = headers.get("user-agent", "")[:_USER_AGENT_CHARACTERS_MAX]
    return Origin(
        ip=forwarding.visitor(settings.trusted_proxies, headers.getlist(forwarding.HEADER), peer),
        browser=browser_of(agent),
        os=next((name for name, sign in _SYSTEMS if sign.search(agent)), ""),
        utc_offset_minutes=_offset(headers.get(UTC_OFFSET_HEADER, "")),
    )


def browser_of(agent: str) -> str:
    """A browser's name and major version, or the name of another program."""
    for name, sign in _BROWSERS:
        if found := sign.search(agent):
            return f"{name} {found.group(1)}"
    other = _PROGRAM.match(agent)
    return other.group() if other and not agent.startswith("Mozilla/") else ""


def _offset(text: str) -> int | None:
    if not re.fullmatch(r"[+-]?\d{1,3}", text):
        return None
    minutes = int(text)
    return minutes if -14 * 60 <= minutes <= 14 * 60 else None
