"""The pages that the server renders itself: start, log in, forgotten password, invitation; they work without script.

They do what a command does, through the same table and the same limits, and only draw the outcome. Every form is refused
unless it comes from exactly one of our own origins.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import jinja2
import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protocol.errors import ChattarError, Conflict, Invalid, NotFound, Problem, Unavailable
from protocol.people import Language
from protocol.sessions import (
    Invitation,
    InvitationAccept,
    InvitationRead,
    PasswordForgot,
    PasswordReset,
    SessionCreate,
    SessionOpened,
)
from server.commands import dispatch
from server.core.context import Context, Means
from server.core.limits import Limits
from server.core.said import isolated
from server.doors import http, installing, visitors, web_files
from server.doors.page_headers import FORM_POLICY
from server.doors.page_words import WORDS, language_of
from server.doors.web_files import HOME, NEVER, calmly
from server.sessions import actions as sessions
from storage.mongo.connection import ours

HERE: Final = Path(__file__).resolve().parents[1]
FORM_BYTES_MAX: Final = 16 * 1024
_templates: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def routes(means: Means, limits: Limits) -> list[BaseRoute]:
    """Every page, rendered here or built by Vite."""
    pages = Pages(means, limits)
    return [
        Route("/", calmly(pages.start)),
        Route("/login", calmly(pages.login), methods=["GET"]),
        Route("/login", pages.log_in, methods=["POST"]),
        Route("/forgot", pages.forgot, methods=["GET"]),
        Route("/forgot", pages.send_link, methods=["POST"]),
        Route("/invitation", pages.open_secret, methods=["GET"]),
        Route("/invitation", pages.invitation, methods=["POST"]),
        Route("/reset", pages.open_secret, methods=["GET"]),
        Route("/reset", pages.reset, methods=["POST"]),
        Route("/favicon.ico", _file(HERE / "static" / "icon.svg")),
        *(Route(f"/pages/{path.name}", _file(path)) for path in sorted((HERE / "static").iterdir())),
        *installing.routes(means),
        *web_files.routes(means),
    ]


def unrouted(means: Callable[[], Means]) -> Callable[[Request, Exception], Awaitable[Response]]:
    """What answers where no route does: a page for whoever opened an address in a browser, a problem for programs."""

    async def answer(request: Request, refusal: Exception) -> Response:
        wanted = isinstance(refusal, HTTPException) and refusal.status_code == HTTPStatus.NOT_FOUND
        if wanted and http.opened_in_a_browser(request):
            return await _nowhere(means(), request)
        return await http.router_problem(request, refusal)

    return answer


async def _nowhere(means: Means, request: Request) -> Response:
    """What is so, with the firm's name for those who are logged in, and a way on."""
    firm = None
    with suppress(Unavailable):  # then it says less
        async with ours():
            principal = await web_files.principal_of(means, request)
            firm = await means.store.firms.get(principal.firm_id) if principal else None
    return _page(request, "nowhere", HTTPStatus.NOT_FOUND, firm=isolated(firm.firm.name) if firm else "")


def _file(path: Path) -> Any:
    async def answer(request: Request) -> Response:
        return FileResponse(path, headers={"cache-control": "no-cache"})

    return answer


class Pages:
    """See the module's text."""

    def __init__(self, means: Means, limits: Limits) -> None:
        self._means = means
        self._limits = limits

    # start

    async def start(self, request: Request) -> Response:
        """To where the visitor belongs."""
        principal = await web_files.principal_of(self._means, request)
        return RedirectResponse(HOME[principal.side] if principal else "/login", 303, {"cache-control": NEVER})

    # logging in

    async def login(self, request: Request) -> Response:
        """The form; who is logged in already goes straight on (EM-10)."""
        place = request.query_params.get("next", "")
        principal = await web_files.principal_of(self._means, request)
        if principal is not None:
            return _see(_safe_place(place, principal.side))
        return self._login_form(request, place=place)

    def _login_form(self, request: Request, *, place: str, status: int = 200, **more: Any) -> Response:
        shown = {"email": "", "firms": [], "problem": "", "notice": "", **more}
        return _page(request, "login", status, next=place, **shown)

    async def log_in(self, request: Request) -> Response:
        """Log in, and go where the link wanted to."""
        form: Mapping[str, str] = {}
        try:
            form = await self._form(request)
            command = _asked(
                SessionCreate,
                email=form.get("email", "").strip(),
                password=form.get("password", ""),
                firm_id=form.get("firm_id") or None,
                cookie=True,
            )
            opened = await self._do(request, command, email=command.email)
        except ChattarError as error:
            return self._login_form(
                request,
                place=form.get("next", ""),
                status=error.status,
                email=form.get("email", ""),
                firms=_firms(error),
                problem=_said(request, error.problem),
            )
        return self._logged_in(opened, form.get("next", ""))

    def _logged_in(self, opened: SessionOpened, place: str) -> Response:
        response = _see(_safe_place(place, opened.me.person.side))
        http.set_cookie(self._means.settings, response, opened.token or "")
        return response

    # forgotten passwords

    async def forgot(self, request: Request) -> Response:
        """Where a link is asked for."""
        return _page(request, "forgot", problem="", notice="")

    async def send_link(self, request: Request) -> Response:
        """Send it; the answer is the same for an address that nobody has."""
        try:
            form = await self._form(request)
            command = _asked(PasswordForgot, email=form.get("email", "").strip())
            await self._do(request, command, counts=True)
        except ChattarError as error:
            return _page(request, "forgot", error.status, problem=_said(request, error.problem), notice="")
        return _page(request, "forgot", problem="", notice=WORDS[_language(request)]["link_sent"])

    # links from mails

    async def open_secret(self, request: Request) -> Response:
        """Where a mail's link leads: hands over the secret behind the #, which no server has seen yet."""
        words, action = WORDS[_language(request)], request.url.path
        title = words["reset_title"] if action == "/reset" else words["begin"]
        return _page(request, "open_secret", title=title, action=action)

    async def reset(self, request: Request) -> Response:
        """Ask for a new password, and then set it."""
        try:
            form = await self._form(request)
        except ChattarError as error:
            return self._login_form(request, place="", status=error.status, problem=_said(request, error.problem))
        words, problem, status = WORDS[_language(request)], "", 200
        if "password" in form:
            try:
                command = _asked(PasswordReset, secret=form.get("secret", ""), password=form["password"])
                await self._do(request, command, counts=True)
                return self._login_form(request, place="", notice=words["reset_done"])
            except NotFound:
                return _page(request, "gone", 404)
            except ChattarError as error:
                problem, status = _said(request, error.problem), error.status
        return self._choose(request, form, status, title=words["reset_title"], button=words["save"], problem=problem)

    async def invitation(self, request: Request) -> Response:
        """Show whose invitation it is and ask for a password, and then set it and log in (spec 1.3)."""
        form: Mapping[str, str] = {}
        problem, status = "", 200
        try:
            form = await self._form(request)
            if "password" in form:
                command = _asked(
                    InvitationAccept, secret=form.get("secret", ""), password=form["password"], cookie=True
                )
                return self._logged_in(await self._do(request, command), "")
        except NotFound:
            return _page(request, "gone", 404)
        except ChattarError as error:
            problem, status = _said(request, error.problem), error.status
        try:
            invitation: Invitation = await self._do(request, _asked(InvitationRead, secret=form.get("secret", "")))
        except ChattarError:
            return _page(request, "gone", 404)
        words = WORDS[_language(request)]
        account = words["invitation_account"].format(account=isolated(invitation.account_name))
        return self._choose(
            request,
            form,
            status,
            firm=invitation.firm.name,
            title=words["invitation_title"].format(name=isolated(invitation.name)),
            text=words["invitation_text"].format(firm=isolated(invitation.firm.name)),
            account=account if invitation.account_name else "",
            email=invitation.email,
            button=words["begin"],
            problem=problem,
        )

    def _choose(self, request: Request, form: Mapping[str, str], status: int, **shown: Any) -> Response:
        more = {"firm": "", "text": "", "account": "", "email": "", **shown}
        return _page(request, "choose_password", status, action=request.url.path, secret=form.get("secret", ""), **more)

    # the way to the table

    async def _form(self, request: Request) -> Mapping[str, str]:
        """A posted form. Raises Forbidden unless it comes from one of our own pages, Invalid when it is too long."""
        http.from_our_pages(self._means.settings, request.headers)
        body = await http.read_body(request, FORM_BYTES_MAX)
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))

    async def _do(self, request: Request, command: Any, *, email: str | None = None, counts: bool = False) -> Any:
        """Do a command of somebody who is not logged in; `counts` charges an attempt even when it succeeds."""
        peer = request.client.host if request.client else ""
        origin = visitors.origin_of(self._means.settings, request.headers, peer)
        known = partial(sessions.knows, self._means.store, email, origin.ip)
        charged = await self._limits.proof(origin.ip, email, known)
        async with ours():
            result = await dispatch(Context(self._means, None, origin), command)
        if not counts:
            await self._limits.proven(charged)
        return result


def _asked(kind: Any, **fields: Any) -> Any:
    """A command from what was typed, held to its limits. Raises Invalid."""
    try:
        return msgspec.convert({name: value for name, value in fields.items() if value is not None}, kind)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from None


def _firms(error: ChattarError) -> list[dict[str, str]]:
    """The firms to choose from, as `session.create` lists them."""
    if not isinstance(error, Conflict) or error.reason != "choose_firm" or not error.problem.expected:
        return []
    parts = [part.partition(" ") for part in error.problem.expected.split("; ")]
    return [{"id": firm_id, "name": name} for firm_id, _, name in parts]


def _said(request: Request, problem: Problem) -> str:
    """A refusal in the visitor's language."""
    words = WORDS[_language(request)]
    if problem.code == "rate_limited":
        return words["rate_limited"].format(minutes=-(-(problem.retry_after_ms or 60_000) // 60_000))
    for name in (problem.reason, problem.code):
        if name and name in words:
            return words[name]
    return words["unavailable"]


def _safe_place(place: str, side: Any) -> str:
    """Where to go after logging in: a page of the person's own side, and nowhere else."""
    home = HOME[side]
    inside = place == home or place.startswith((home + "/", home + "?"))
    return place if inside and not set(place) & set("\\\r\n\t") and "//" not in place else home


def _see(place: str) -> Response:
    return RedirectResponse(place, 303, {"cache-control": NEVER})


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language", ""))


def _page(request: Request, template: str, status: int = 200, **shown: Any) -> Response:
    language = _language(request)
    text = _templates.get_template(f"{template}.html").render(w=WORDS[language], language=language, **shown)
    headers = {"cache-control": NEVER, "content-security-policy": FORM_POLICY, "vary": "accept-language"}
    return Response(text, status, headers, "text/html; charset=utf-8")
