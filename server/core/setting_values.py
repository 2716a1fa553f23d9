"""How single values of the set-up are read: what browsers make of an address, and what others put into the environment.

Each reader takes the text and gives the value's text as it is used; it raises ValueError with what was expected. Refuses
to know which settings there are, and never puts a text that may hold a password into an error.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from protocol import addresses

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


Tls = Literal["none", "starttls", "from_the_start"]

CLAMD_PORT: Final = 3310
UNIX_PATH_BYTES_MAX: Final = 107
"""What a socket's address has room for."""
MAIL_SCHEMES: Final[Mapping[str, tuple[Tls | None, int]]] = {
    "smtp": (None, 25),
    "smtp+starttls": ("starttls", 587),
    "smtp+plain": ("none", 25),
    "smtps": ("from_the_start", 465),
}
"""How the connection is kept from others' ears, None where the host decides, and the port if the address says none."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and how."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = None

    @property
    def tells_the_password(self) -> bool:
        """Whether the password would go over a network for everybody to read."""
        return self.password is not None and self.tls == "none" and not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def mail_server(text: str) -> str:
    """One of MAIL_SCHEMES, perhaps with user and password, in which signs that mean something in an address are escaped."""
    expected = (
        "smtp://user:password@host:587 (or smtps://, smtp+starttls://, smtp+plain://), "
        "with / ? # @ : and % in user and password written as %2F %3F %23 %40 %3A %25"
    )
    parts = _split(text, expected)
    _port(parts)
    if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
        raise ValueError(f"expected {expected}")
    if parts.path or parts.query or parts.fragment or parts.netloc.count("@") > 1 or _oddly_escaped(parts.netloc):
        raise ValueError(f"expected {expected}")
    return text


def read_mail_server(text: str) -> MailServer:
    """What an address that `mail_server` has let pass says.

    `smtp://` is plain for a mail server on this machine, where nobody else can listen and where those that come with a
    distribution have a certificate that nobody can verify; for every other it insists on STARTTLS.
    """
    parts = urlsplit(text)
    host = parts.hostname or ""
    tls, port = MAIL_SCHEMES[parts.scheme]
    if tls is None:
        tls = "none" if is_loopback(host) else "starttls"
    return MailServer(
        host=host,
        port=parts.port or port,
        tls=tls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def bucket(text: str) -> str:
    """s3://bucket/prefix, the prefix of plain names with slashes between."""
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?", text) or "/." in text:
        raise ValueError("expected s3://bucket/prefix")
    return text.rstrip("/")


def clamd(text: str) -> str:
    """Where clamd listens: tcp://host:port, or unix: and a path from the root."""
    expected = "tcp://host:3310, or unix:/path/to/clamd.ctl"
    parts = _split(text, expected)
    if parts.scheme == "unix" and not parts.netloc:
        if not parts.path.startswith("/") or parts.path.endswith("/") or len(parts.path.encode()) > UNIX_PATH_BYTES_MAX:
            raise ValueError(f"expected {expected}")
        if parts.query or parts.fragment:
            raise ValueError(f"expected {expected}")
        return f"unix:{parts.path}"
    extra = parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/")
    if parts.scheme != "tcp" or not parts.hostname or extra:
        raise ValueError(f"expected {expected}")
    return f"tcp://{_host(parts.hostname, expected)}:{_port(parts) or CLAMD_PORT}"


def redis(text: str) -> str:
    """redis://, rediss:// or unix://, with a port that can be one."""
    parts = _split(text, "redis://user:password@host:6379/0")
    if parts.scheme != "unix":
        _port(parts)
    return text


def sender(text: str) -> str:
    """The address that all mail comes from, as it stands in envelopes, headers and Message-IDs: in ASCII."""
    try:
        return addresses.in_ascii(text)
    except ValueError as error:
        raise ValueError(f"expected {error}") from None


def ascii_hosts(text: str) -> str:
    """An address with its host, or each of several with commas between, as DNS is asked for it (IDNA 2008).

    Left as it stands, sockets would turn it into ASCII by Python's codec: IDNA 2003, another name where there is a ß.
    """
    expected = "host names that can be asked for"
    parts = _split(text, expected)
    user, at, hosts = parts.netloc.rpartition("@")
    if hosts.isascii():
        return text
    try:
        named = [
            f"{addresses.host(name)}{colon}{port}" for name, colon, port in (h.partition(":") for h in hosts.split(","))
        ]
    except ValueError:
        raise ValueError(f"expected {expected}") from None
    return text.replace(parts.netloc, f"{user}{at}{','.join(named)}", 1)


def _split(text: str, expected: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError(f"expected {expected}") from None


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("expected a port from 1 to 65535")
    return port


def _host(host: str, expected: str) -> str:
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            raise ValueError(f"expected {expected}") from None
    try:
        # A dot at the end is part of the name to browsers.
        return addresses.host(host.removesuffix(".")) + ("." if host.endswith(".") else "")
    except ValueError as error:
        raise ValueError(f"expected {expected}; this host can't be one: {error}") from None


def _oddly_escaped(text: str) -> bool:
    return re.search(r"%(?![0-9A-Fa-f]{2})", text) is not None
