"""The HTTP door: `POST /api/v1/<noun.verb>`, JSON in and out, and the descriptions that are made from the structs.

Knows headers, cookies and status codes; who may do what and how it is done stands behind `dispatch`. A cookie counts only
together with one of our own origins: a page elsewhere can make a browser send the one, but not the other.
"""

import http
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

import msgspec
import structlog
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from protocol.asked import Asked
from protocol.describing import descriptions
from protocol.describing.descriptions import COMMAND_PATH, ProblemDocument
from protocol.errors import (
    ChattarError,
    Forbidden,
    InternalError,
    Invalid,
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
    UnknownCommand,
)
from protocol.frames import EARLY_FRAME_BYTES_MAX, INBOUND_FRAME_BYTES_MAX
from protocol.reading import second_look
from protocol.sessions import SessionCreate, SessionEnd, SessionOpened
from protocol.wire import Email, Wire
from server.commands import TAGS, Entry, dispatch
from server.core import auth
from server.core import rules as access
from server.core.context import Context, Means, Principal
from server.core.limits import Charged, Limits
from server.core.settings import Settings
from server.doors import visitors
from server.doors.codings import coded
from server.sessions import actions as sessions
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

EMPTY: Final = (b"", b"null")
"""Bodies of a command without fields. Some languages write an object that isn't there as null."""
BODY_BYTES_MAX: Final = INBOUND_FRAME_BYTES_MAX
RETRY_AFTER_S: Final = 2
JSON: Final = "application/json"
PHRASES: Final = {460: "Checksum Mismatch"}
"""What the standard library has no words for: of tus."""
NO_STORE: Final = {"cache-control": "no-store"}
_PROBLEM: Final = "application/problem+json"


class TooLong(Invalid):
    """The body is too long."""

    status = 413


class WrongMediaType(Invalid):
    """The body is of a kind that is not taken here."""

    status = 415


def routes(means: Means, limits: Limits) -> list[BaseRoute]:
    """Everything under /api."""
    door = Door(means, limits)
    return [
        Route(COMMAND_PATH + "{name:path}", door.command, methods=["POST"]),
        Route("/api/openapi.json", _described(descriptions.openapi, means.settings.own_url), methods=["GET"]),
        Route("/api/asyncapi.json", _described(descriptions.asyncapi, means.settings.own_url), methods=["GET"]),
    ]


def _described(describe: Callable[[str], dict[str, Any]], public_url: str) -> Any:
    @cache
    def encoded() -> bytes:
        return msgspec.json.encode(describe(public_url))

    async def answer(request: Request) -> Response:
        return coded(
            request.headers,
            Response(encoded(), media_type=JSON, headers={"cache-control": "public, max-age=300"}),
        )

    return answer


class Door:
    """Commands over HTTP."""

    def __init__(self, means: Means, limits: Limits) -> None:
        self._means = means
        self._limits = limits

    async def command(self, request: Request) -> Response:
        """Answer one command: its result, or a problem document (RFC 9457)."""
        name = request.path_params["name"]
        try:
            entry = TAGS.get(name)
            if entry is None:
                raise UnknownCommand(path="type", expected="a known command", got=name)
            return coded(request.headers, await self._answer(request, entry))
        except ChattarError as error:
            return problem_response(error.problem, error.status)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception:
            log.exception("http.failed", command=name)
            return problem_response(InternalError().problem, InternalError.status)

    async def _answer(self, request: Request, entry: Entry) -> Response:
        headers = request.headers
        settings = self._means.settings
        origin = visitors.origin_of(settings, headers, request.client.host if request.client else "")
        proof = entry.rule is access.anyone
        # An attempt is charged for before its body is read: what is refused must cost less than what is let in.
        principal, by_cookie = (None, False) if proof else await who(self._means, headers)
        if principal is not None:
            await self._limits.command(principal, entry.cost)
        command = await read_command(request, entry)
        if principal is not None and (more := entry.more(command)):
            await self._limits.command(principal, more)
        # Asking for a letter proves nothing, so it isn't counted as an attempt of the one who gets it.
        email: Email | None = command.email if isinstance(command, SessionCreate) else None
        charged: Charged = []
        if proof:
            known = partial(sessions.knows, self._means.store, email, origin.ip)
            charged = await self._limits.proof(origin.ip, email, known)
        wants_cookie = bool(getattr(command, "cookie", False))
        if wants_cookie:
            from_our_pages(settings, headers)
        async with ours():
            result = await dispatch(Context(self._means, principal, origin), command)
        if proof and isinstance(result, SessionOpened):
            await self._limits.proven(charged)
        return result_response(settings, command, result, with_cookie=wants_cookie or by_cookie)


async def who(means: Means, headers: Mapping[str, str], *, looks: bool = False) -> tuple[Principal, bool]:
    """Who sent a request, and whether a cookie says so. `looks` says that the request changes nothing: browsers put no
    origin to a page's own such request, and give no other page the answer.

    Raises Unauthenticated, Forbidden for a foreign page, OtherPerson for a page that was somebody else's.
    """
    token, by_cookie = visitors.bearer_token(headers), False
    if token is None:
        token, by_cookie = visitors.cookie_token(means.settings, headers), True
        if token is not None and not (looks and "origin" not in headers):
            from_our_pages(means.settings, headers)
    if token is None:
        raise Unauthenticated
    principal = await auth.principal_from_token(means.store, means.clock, token)
    auth.hold_to(headers.get(visitors.PERSON_HEADER), principal.user_id, visitors.PERSON_HEADER)
    return principal, by_cookie


def from_our_pages(settings: Settings, headers: Mapping[str, str]) -> None:
    """Refuse what doesn't come from a page of exactly one of our own origins. Raises Forbidden."""
    if not visitors.is_ours(settings, headers.get("origin")):
        raise Forbidden("Cookies are for pages of this server only.", reason="origin_not_allowed")


async def read_command(request: Request, entry: Entry) -> Asked:
    """The command in a request's body; an empty body, or null, is one without fields. Raises Invalid."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON:
        # Also keeps out what a foreign page may post without asking (a form, plain text).
        raise WrongMediaType(path="content-type", expected=JSON, got=kind)
    # Strangers have less room: what they may say is short.
    body = await read_body(request, EARLY_FRAME_BYTES_MAX if entry.rule is access.anyone else BODY_BYTES_MAX)
    if body.strip() in EMPTY:
        body = b"{}"
    try:
        command: Asked = _decoder(entry.command).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        command = second_look(body, entry.command, "json")
    return command


async def read_body(request: Request, bytes_max: int) -> bytes:
    """A request's body, read no further than it may be long. Raises TooLong."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise TooLong(path="body", expected=f"at most {bytes_max} bytes", got=f"more than {bytes_max}")
    return bytes(body)


@cache
def _decoder(command: type[Asked]) -> Any:
    return msgspec.json.Decoder(command)


def result_response(settings: Settings, command: Asked, result: Wire, *, with_cookie: bool) -> Response:
    """A result as JSON; with a cookie, a session's token goes there and not into the answer."""
    response = Response(media_type=JSON, headers=NO_STORE)
    if with_cookie and isinstance(command, SessionEnd):
        clear_cookie(settings, response)
    if with_cookie and isinstance(result, SessionOpened) and result.token is not None:
        set_cookie(settings, response, result.token)
        result = replace(result, token=None)
    response.body = msgspec.json.encode(result)
    response.headers["content-length"] = str(len(response.body))
    return response


def set_cookie(settings: Settings, response: Response, token: str) -> None:
    """Put a session's token where scripts can't read it. Lax: a link in a mail must find the person logged in (EM-10).

    It outlives the session, which is renewed without it; what counts is the session's own end.
    """
    response.set_cookie(
        visitors.cookie_name(settings),
        token,
        max_age=400 * 86_400,  # the longest that browsers keep one
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(settings: Settings, response: Response) -> None:
    """Have the browser forget the session's token."""
    response.delete_cookie(
        visitors.cookie_name(settings), path="/", secure=settings.https, httponly=True, samesite="lax"
    )


def opened_in_a_browser(request: Request) -> bool:
    """Whether somebody typed an address or followed a link, and waits for a page."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")


async def router_problem(request: Request, refusal: Exception) -> Response:
    """What no route takes: a problem document for programs, a plain line for people who typed an address."""
    assert isinstance(refusal, HTTPException)
    headers = dict(refusal.headers or {})
    if "text/html" in request.headers.get("accept", ""):
        return PlainTextResponse(f"{refusal.detail}\n", refusal.status_code, headers)
    if refusal.status_code == http.HTTPStatus.METHOD_NOT_ALLOWED:
        error: ChattarError = Invalid(path="method", expected=headers.get("Allow", ""), got=request.method)
    else:
        error = NotFound(path="address", expected="an address of this server", got=request.url.path)
    answer = problem_response(error.problem, refusal.status_code)
    answer.headers.update(headers)
    return answer


def problem_response(problem: Problem, status: int) -> Response:
    """A problem document (RFC 9457) with our `code` and what goes with it."""
    document = ProblemDocument(
        type="about:blank",
        title=PHRASES.get(status) or http.HTTPStatus(status).phrase,
        status=status,
        detail=problem.message,
        **msgspec.structs.asdict(problem),
    )
    headers = dict(NO_STORE)
    if status == Unauthenticated.status:
        headers["www-authenticate"] = "Bearer"
    if problem.retry_after_ms:
        headers["retry-after"] = str(-(-problem.retry_after_ms // 1000))
    elif status == Unavailable.status:
        # In the header only: a client that keeps asking goes by its own, growing pauses.
        headers["retry-after"] = str(RETRY_AFTER_S)
    return Response(msgspec.json.encode(document), status, headers, _PROBLEM)
