"""Which coding of an answer a client takes (RFC 9110, 12.5.3), and answers in it.

Knows Accept-Encoding and what may be sent coded. Files are coded when they are built (`web_client/vite.config.ts`), at a
price that no answer could wait for; what is made for one request is coded here, cheaply.
"""

import gzip
from collections.abc import Collection
from typing import Final, Literal

from starlette.datastructures import Headers
from starlette.responses import Response

Coding = Literal["br", "gzip"]
SUFFIXES: Final[dict[Coding, str]] = {"br": ".br", "gzip": ".gz"}
"""What a built file is called in each coding, the smaller first."""
_MADE_HERE: Final[tuple[Coding, ...]] = ("gzip",)
WORTH_BYTES: Final = 1_024
"""A shorter answer fits the same packets either way."""
_LEVEL: Final = 1
"""It is the event loop's time: 40 kB, a list of 100 threads, take 0.3 ms and a fifth of the bytes; level 6 twice that."""


def accepted(headers: Headers, had: Collection[Coding]) -> Coding | None:
    """The best coding of those that we have which the client takes; None where the plain answer is the one to send.

    What says nothing, or something that makes no sense, gets the plain one.
    """
    weights: dict[str, float] = {}
    for said in ",".join(headers.getlist("accept-encoding")).lower().split(","):
        name, _, rest = said.partition(";")
        weights[name.strip()] = _weight(rest)
    others = weights.get("*", 0.0)
    wanted = [(weights.get(name, others), name) for name in SUFFIXES if name in had]
    best = max(wanted, key=lambda one: one[0], default=(0.0, None))
    return best[1] if best[0] > 0 else None


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def coded(headers: Headers, response: Response) -> Response:
    """An answer made for this request, in gzip if that is worth it and the client takes it. It must be whole."""
    if len(response.body) < WORTH_BYTES:
        return response
    response.headers.add_vary_header("accept-encoding")
    if accepted(headers, _MADE_HERE) is not None:
        response.body = gzip.compress(response.body, _LEVEL, mtime=0)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    return response
