"""How single values of the set-up are read: what browsers make of an address, and what others put into the environment.

Each reader takes the text and gives the value's text as it is used; it raises ValueError with what was expected. Refuses
to know which settings there are, and never puts a text that may hold a password into an error.
"""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

import idna

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_SERVICE_NAME: Final = re.compile(r"CHATTAR_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_\w+)?)")
_SERVICE_PORT: Final = re.compile(r"(?:tcp|udp|sctp)://")


def is_service_link(variable: str, text: str) -> bool:
    """Whether Kubernetes or Docker has put this there because a service of the cluster is called `chattar`."""
    return bool(_SERVICE_NAME.fullmatch(variable) or (variable == "CHATTAR_PORT" and _SERVICE_PORT.match(text)))


def origin(text: str) -> str:
    """An address of pages as browsers write it in `Origin`: scheme and host in lower case, international names in their
    ASCII form (UTS 46), the scheme's own port left out."""
    expected = "scheme and host, such as https://chat.firm.example"
    parts = _split(text, expected)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(f"expected {expected}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"expected {expected}, and nothing behind the host")
    host = _host(parts.hostname, expected)
    port = _port(parts)
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, DEFAULT_PORTS[parts.scheme]) else "")


def mail_server(text: str) -> str:
    """smtp:// or smtps://, perhaps with user and password, in which signs that mean something in an address are escaped."""
    expected = (
        "smtp://user:password@host:587, with / ? # @ : and % in user and password written as %2F %3F %23 %40 %3A %25"
    )
    parts = _split(text, expected)
    _port(parts)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(f"expected {expected}")
    if parts.path or parts.query or parts.fragment or parts.netloc.count("@") > 1 or _oddly_escaped(parts.netloc):
        raise ValueError(f"expected {expected}")
    return text


def redis(text: str) -> str:
    """redis://, rediss:// or unix://, with a port that can be one."""
    parts = _split(text, "redis://user:password@host:6379/0")
    if parts.scheme != "unix":
        _port(parts)
    return text


def _split(text: str, expected: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError(f"expected {expected}") from None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise ValueError("expected a port from 0 to 65535") from None


def _host(host: str, expected: str) -> str:
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            raise ValueError(f"expected {expected}") from None
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"expected {expected}; this host can't be one: {error}") from None


def _oddly_escaped(text: str) -> bool:
    return re.search(r"%(?![0-9A-Fa-f]{2})", text) is not None
