"""The start page of a development server: everybody of the demo world, each with a button that logs in as them.

Draws, and knows the demo's cast. Logging in is the product's own form.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jinja2
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from protocol.people import Language
from server.core.settings import Settings
from server.development.demo_cast import LOGINS, PASSWORD
from server.development.widget_demo import demo_origins
from server.doors.page_headers import FORM_POLICY
from server.doors.page_words import language_of
from server.doors.web_files import NEVER

HERE: Final = Path(__file__).resolve().parent
_templates: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader([HERE / "templates", HERE.parent / "templates"]),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "log_in": "Log in",
        "firm_chats": "Chats between a firm and its clients",
        "text": "Every button logs in as this person. Open two browsers and write to each other.",
        "password": "Password of all of them: {password}",
        "inbox": "Mails that were sent",
        "widget": "A foreign page with the widget",
        "staff": "Staff",
        "contact": "Clients",
        "not_logged_in": "can't log in yet",
    },
    "sv": {
        "log_in": "Logga in",
        "firm_chats": "Chatt mellan en byrå och dess klienter",
        "text": "Varje knapp loggar in som den personen. Öppna två webbläsare och skriv till varandra.",
        "password": "Allas lösenord: {password}",
        "inbox": "Mejl som har skickats",
        "widget": "En främmande sida med widgeten",
        "staff": "Kollegor",
        "contact": "Klienter",
        "not_logged_in": "kan inte logga in ännu",
    },
}


def routes(settings: Settings) -> list[BaseRoute]:
    """The page, its style, and the same people for programs."""

    async def start(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language", ""))
        text = _templates.get_template("start.html").render(
            w=WORDS[language],
            language=language,
            firms=_firms(WORDS[language]),
            password=PASSWORD,
            widget_url=next(iter(demo_origins(settings)), ""),
        )
        headers = {"cache-control": NEVER, "content-security-policy": FORM_POLICY, "vary": "accept-language"}
        return Response(text, 200, headers, "text/html; charset=utf-8")

    return [
        Route("/", start),
        Route("/dev/start.css", _style),
        Route("/dev/logins.json", _logins),
    ]


def _firms(words: Mapping[str, str]) -> list[dict[str, Any]]:
    """The cast by firm, and by side of it."""
    firms = []
    for name in dict.fromkeys(login.firm for login in LOGINS):
        people = [login for login in LOGINS if login.firm == name]
        sides = [(words[side], [login for login in people if login.side == side]) for side in ("staff", "contact")]
        firms.append({"name": name, "sides": sides})
    return firms


async def _style(request: Request) -> Response:
    return FileResponse(HERE / "static" / "start.css", headers={"cache-control": "no-cache"})


async def _logins(request: Request) -> Response:
    """The demo's people, for programs and for `dev.py run`, which prints the values side by side."""
    people = [
        {
            "email": login.email,
            "password": PASSWORD if login.can_log_in else "",
            "side": login.side,
            "name": login.name,
            "who": login.note["en"],
            "firm": login.firm,
        }
        for login in LOGINS
    ]
    return JSONResponse(people, headers={"cache-control": NEVER})
