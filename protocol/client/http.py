"""Commands over HTTP, for programs: logging in, above all. Standard library only; knows no state."""

import asyncio
import urllib.error
import urllib.request
from typing import Any, Final

import msgspec

from protocol.asked import Asked
from protocol.describing.descriptions import COMMAND_PATH
from protocol.describing.shapes import tag_of
from protocol.errors import InternalError, Problem, Unavailable, error_from
from protocol.frames import from_server
from protocol.reading import no_text
from protocol.sessions import SessionCreate, SessionOpened
from protocol.wire import TAG_FIELD, Email, Id

HTTP_TIMEOUT_S: Final = 20.0


async def log_in(url: str, email: Email, password: str, firm_id: Id | None = None) -> SessionOpened:
    """A session with a token, by address and password. Raises ChattarError."""
    asked = SessionCreate(email=email, password=password, firm_id=firm_id)
    opened: SessionOpened = await call_over_http(url, asked)
    return opened


async def call_over_http(url: str, command: Asked, token: str | None = None, *, person: Id | None = None) -> Any:
    """A command's result, a struct of `command.Result`. `url` is the server's, `http://host:port`. Raises ChattarError;
    Unavailable when it can't be reached or doesn't answer: then the outcome is unknown. With `person` it is refused
    (Conflict `other_person`) where the token belongs to somebody else."""
    fields = msgspec.to_builtins(command)
    del fields[TAG_FIELD]
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    if person is not None:
        headers["chattar-person"] = person
    try:
        body = msgspec.json.encode(fields)
    except UnicodeEncodeError as error:
        raise no_text(error) from None
    address = url.rstrip("/") + COMMAND_PATH + tag_of(type(command))
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310
    return from_server(msgspec.json.decode(await asyncio.to_thread(_fetched, request)), command.Result)


def _fetched(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=HTTP_TIMEOUT_S) as answer:  # noqa: S310
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as refusal:
        with refusal:
            said = refusal.read()
        try:
            problem = msgspec.json.decode(said, type=Problem)
        except msgspec.DecodeError:
            raise InternalError(f"The server answered {refusal.code} without a reason.") from None
        raise error_from(problem) from None
    except OSError as error:
        raise Unavailable(f"The server can't be reached: {error}") from None
