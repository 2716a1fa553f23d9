"""Whose address a request comes from, when proxies of ours stand before us and say so in X-Forwarded-For (RFC 7239, 1).

Knows how proxies write: HAProxy adds a line of its own where nginx appends to the one that came, Azure adds a port, IPv6
stands in brackets. Refuses to believe anybody who isn't a trusted proxy: what stands before the last such hop, anybody may
have written.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

HEADER: Final = "x-forwarded-for"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_BRACKETED: Final = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?")
_WITH_PORT: Final = re.compile(r"([0-9.]+):[0-9]{1,5}")


def network(text: str) -> Network:
    """An address or network as it may stand in CHATTAR_TRUSTED_PROXIES. Raises ValueError, with what was expected."""
    expected = "an address such as 10.0.0.7 or a network such as 10.0.0.0/8"
    try:
        found = ipaddress.ip_network(text)
    except ValueError:
        try:
            loose = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise ValueError(f"expected {expected}, not a name or pattern") from None
        raise ValueError(f"expected {expected}; did you mean {loose}?") from None
    if not found.prefixlen:
        raise ValueError(f"expected {expected}; {text} would believe everybody")
    return found


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(map(network, trusted))


def trusts(trusted: Sequence[str], peer: str) -> bool:
    """Whether somebody is a proxy of ours."""
    found = _address(peer)
    return found is not None and any(found in one for one in _networks(tuple(trusted)))


def visitor(trusted: Sequence[str], lines: Iterable[str], peer: str) -> str:
    """The visitor's address: the last hop that isn't a trusted proxy, as far as trusted ones say so.

    `lines`: every X-Forwarded-For of the request, in order. `peer`: who is at the other end of the connection.
    """
    networks = _networks(tuple(trusted))
    hops = [hop for line in lines for hop in line.split(",")] if networks else []
    address = peer
    for hop in (peer, *reversed(hops)):
        found = _address(hop.strip())
        if found is None:
            break
        address = str(found)
        if not any(found in one for one in networks):
            break
    return address


def _address(hop: str) -> Address | None:
    """What a hop says, without brackets and port; an IPv4 address in IPv6's clothes as what it is."""
    with_port = _BRACKETED.fullmatch(hop) or _WITH_PORT.fullmatch(hop)
    try:
        found = ipaddress.ip_address(with_port.group(1) if with_port else hop)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
