"""Every kind of letter in both languages, as facts; and, as a script, as files to look at.

`python -m tests.scheduler.letters.letter_gallery DIR` writes an .html and a .txt for each, and an .eml with all of it.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec

from protocol.body import Body, Break, BulletList, Inline, ListItem, OrderedList, Paragraph, Text, paragraph
from scheduler.letters.writing import Firm, Letter, Logo, Said, Task, render
from tests.server.firms.pictures import jpeg, see_through

SYSTEM_ADDRESS = "post@mail.example"
AT = 1_764_579_600_000  # 2025-12-01 09:00 UTC

SWEDISH = Firm(
    name="Lindberg & Falk Redovisning",
    mark="LF",
    legal_name="Lindberg & Falk Redovisning AB",
    address="Södra Hamngatan 25, 411 14 Göteborg",
    phone="031-10 24 60",
    website="https://lindbergfalk.se/",
    language="sv",
)
ENGLISH = Firm(
    name="Harbour Tax Partners",
    mark="HT",
    address="12 Quay Street\nBristol BS1 4DA",
    phone="+44 117 496 0123",
    website="harbourtax.example",
    accent="#B4501E",
    language="en",
)
LOGO = Logo(type="png", width=144, height=72, content=see_through(144, 72), digest="0193" * 8)
FLAT_LOGO = Logo(type="jpeg", width=400, height=64, content=jpeg(400, 64), digest="a4c1" * 8)
"""As wide as a letter lets one be."""
TASKS = (
    Task(text="Ladda upp lagerlista per 30 november"),
    Task(text="Skicka bilkvitton för okt och nov"),
    Task(text="Godkänn preliminär resultatrapport"),
)
ENGLISH_TASKS = (
    Task(text="Upload the stock list"),
    Task(text="Send the signed engagement letter"),
    Task(text="Tell us about the new company car"),
)
LETTER = Letter(
    kind="client_messages",
    firm=SWEDISH,
    to_email="petra@holm.example",
    to_name="Petra Holm",
    greeting_name="Petra",
    button_url="https://klient.lindbergfalk.se/portal/threads/0193a1",
    settings_url="https://klient.lindbergfalk.se/portal/settings",
    account_name="Holm & Döttrar Bygg AB",
    who="Anna Lindberg",
    thread_id="0193a1",
    thread_subject="Årsbokslut 2025 – underlag",
    tasks_open=TASKS,
    tasks_total=5,
    reply_to="svar@lindbergfalk.se",
)
IN_ENGLISH = msgspec.structs.replace(
    LETTER,
    firm=ENGLISH,
    to_email="owen@quayside.example",
    to_name="Owen Marsh",
    greeting_name="Owen",
    button_url="https://clients.harbourtax.example/portal/threads/0193a1",
    settings_url="https://clients.harbourtax.example/portal/settings",
    account_name="Quayside Bakery Ltd",
    who="Ruth Adeyemi",
    thread_subject="Year-end accounts 2025",
    tasks_open=ENGLISH_TASKS,
    reply_to="reply@harbourtax.example",
)
NO_TASKS: dict[str, Any] = {"tasks_open": (), "tasks_total": 0}
STAFF: dict[str, Any] = {
    "button_url": "https://klient.lindbergfalk.se/console/threads/0193a1",
    "login_url": "https://klient.lindbergfalk.se/login",
    "settings_url": "https://klient.lindbergfalk.se/console/settings",
    **NO_TASKS,
}
# As they go to who never activated: without the subject, and without the way to a page that asks for a password.
TO_ACTIVATE: dict[str, Any] = {
    "activate_url": "https://klient.lindbergfalk.se/invitation#Zm9vYmFyYmF6cXV4",
    "thread_subject": "",
}
SAID = (
    Said(who="Anna Lindberg", body=paragraph("Hej Petra!\n\nLagerlistan per den 30 november saknas fortfarande.")),
    Said(who="Anna Lindberg", body=paragraph("Film: https://www.loom.com/share/0123456789abcdef0123456789abcdef")),
)
ENGLISH_SAID = (
    Said(who="Ruth Adeyemi", body=paragraph("Hello Owen,\n\nThe stock list at 30 November is still missing.")),
    Said(who="Ruth Adeyemi", body=paragraph("Film: https://www.loom.com/share/0123456789abcdef0123456789abcdef")),
)

ROWS = (
    ("Datum", "Verifikation", "Konto", "Text", "Debet", "Kredit", "Saldo", "Moms", "Kostnadsställe"),
    ("2025-11-03", "A41", "1930", "Inbetalning Byggvaruhuset", "12 500,00", "", "112 500,00", "25 %", "Göteborg"),
    ("2025-11-04", "A42", "1930", "Hyra för lagret", "", "8 000,00", "104 500,00", "0 %", "Kungälv"),
)


def _lines(lines: list[str]) -> list[Inline]:
    nodes: list[Inline] = []
    for line in lines:
        nodes += [Break(), Text(text=line)]
    return nodes[1:]


FIGURES = (
    Said(
        who="Anna Lindberg",
        body=Body(
            content=[
                *paragraph("Så här gör du:").content,
                OrderedList(
                    items=[
                        ListItem(
                            content=[
                                *paragraph("Gå igenom raderna nedan\nen i taget").content,
                                BulletList(items=[ListItem(content=list(paragraph("först kontot").content))]),
                            ]
                        ),
                        ListItem(content=list(paragraph("Skicka det som saknas").content)),
                    ]
                ),
                Paragraph(content=_lines(["\t".join(row) for row in ROWS]), table=True),
                *paragraph("Tack!").content,
            ]
        ),
        attached=2,
    ),
)
"""A list, a table that is wider than a phone, and documents."""

ONE_TIME: dict[str, Any] = {
    "account_name": "",
    "thread_id": "",
    "button_url": "https://klient.lindbergfalk.se/invitation#Zm9vYmFyYmF6cXV4",
    **NO_TASKS,
}

CHANGES: dict[str, dict[str, Any]] = {
    "client_new_thread": {"kind": "client_new_thread", "account_name": ""},
    "client_messages": {},
    "client_messages_several": {"count": 3, **NO_TASKS},
    "client_messages_no_subject": {"thread_subject": "", "show_tasks": False},
    "client_messages_with_text": {"show_text": True, "messages": SAID, "count": 2},
    "client_messages_with_figures": {"show_text": True, "messages": FIGURES},
    "client_messages_to_activate": TO_ACTIVATE,
    "client_tasks": {"kind": "client_tasks", "count": 2},
    "client_tasks_one": {"kind": "client_tasks", "count": 1, "tasks_total": 4},
    "client_tasks_to_activate": {"kind": "client_tasks", "count": 3, **TO_ACTIVATE},
    "client_reminder_reply": {"kind": "client_reminder", "waiting": "reply", **NO_TASKS},
    "client_reminder_message": {"kind": "client_reminder", "waiting": "message", **NO_TASKS},
    "client_reminder_messages": {"kind": "client_reminder", "waiting": "message", "count": 3, **NO_TASKS},
    "client_reminder_both": {"kind": "client_reminder", "waiting": "message"},
    "client_reminder_both_several": {"kind": "client_reminder", "waiting": "message", "count": 3},
    "client_reminder_tasks": {"kind": "client_reminder", "waiting": "nothing"},
    "staff_thread": {"kind": "staff_activity", "activity": "thread", **STAFF},
    "staff_message": {"kind": "staff_activity", "count": 2, **STAFF},
    "staff_message_and_tasks": {"kind": "staff_activity", "also": ("tasks",), **STAFF},
    "staff_message_and_everything": {
        "kind": "staff_activity", "also": ("thread", "assigned", "tasks_done", "reopened"), **STAFF,
    },
    "staff_activity_assigned": {"kind": "staff_activity", "activity": "assigned", **STAFF},
    "staff_tasks": {"kind": "staff_activity", "activity": "tasks", **STAFF},
    "staff_tasks_done": {"kind": "staff_activity", "activity": "tasks_done", **STAFF},
    "staff_reassigned": {"kind": "staff_activity", "activity": "reassigned", **STAFF},
    "staff_taken_over": {"kind": "staff_activity", "activity": "taken_over", **STAFF},
    "staff_unassigned": {"kind": "staff_activity", "activity": "unassigned", **STAFF},
    "staff_reopened": {"kind": "staff_activity", "activity": "reopened", **STAFF},
    "staff_mention": {"kind": "staff_mention", **STAFF},
    "staff_mention_among_messages": {"kind": "staff_mention", "also": ("message", "unassigned"), "others": 2, **STAFF},
    "staff_mention_and_one": {"kind": "staff_mention", "also": ("message", "reassigned"), "others": 1, **STAFF},
    "staff_mention_and_taken_over": {"kind": "staff_mention", "also": ("taken_over",), **STAFF},
    "staff_assigned": {"kind": "staff_assigned", **STAFF},
    "staff_documents": {"kind": "staff_documents", "count": 12, **STAFF, "thread_subject": "", "thread_id": ""},
    "staff_uploads": {"kind": "staff_documents", "finished": True, **STAFF, "thread_subject": "", "thread_id": ""},
    "invitation": {"kind": "invitation", "valid_s": 7 * 86_400, **ONE_TIME},
    "invitation_staff": {"kind": "invitation", "as_staff": True, "valid_s": 7 * 86_400, **ONE_TIME},
    "password_reset": {"kind": "password_reset", "valid_s": 3_600, **ONE_TIME},
}  # fmt: skip

LOGOS = {
    "client_messages": LOGO,
    "client_messages_with_text": FLAT_LOGO,
    "client_tasks_to_activate": LOGO,
    "client_reminder_both_several": FLAT_LOGO,
    "staff_message_and_tasks": LOGO,
    "invitation": LOGO,
    "password_reset": FLAT_LOGO,
}
"""What also goes out with a firm's logo in the place of its initials (EM-4): each look that there is of a head."""


def _at_home(letter: Letter, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with links to where the letter's firm has its pages."""
    home, theirs = LETTER.button_url.partition("/portal")[0], letter.button_url.partition("/portal")[0]
    return {key: one.replace(home, theirs) if key.endswith("_url") else one for key, one in changes.items()}


LETTERS: dict[str, Letter] = {
    f"{language}-{name}": msgspec.structs.replace(letter, **_at_home(letter, changes))
    for language, letter in (("sv", LETTER), ("en", IN_ENGLISH))
    for name, changes in CHANGES.items()
} | {
    "en-client_messages_with_text": msgspec.structs.replace(IN_ENGLISH, show_text=True, messages=ENGLISH_SAID, count=2)
}
LETTERS |= {
    f"{language}-{name}_and_logo": msgspec.structs.replace(letter, firm=msgspec.structs.replace(letter.firm, logo=logo))
    for name, logo in LOGOS.items()
    for language in ("sv", "en")
    for letter in (LETTERS[f"{language}-{name}"],)
}


def mail_of(letter: Letter) -> EmailMessage:
    return render(letter, message_id="<l-0193a1@mail.example>", at=AT, system_address=SYSTEM_ADDRESS)


def parts(mail: EmailMessage) -> tuple[str, str]:
    """The text and the HTML part."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    return text.get_content(), html.get_content()


def pictures(mail: EmailMessage) -> dict[str, EmailMessage]:
    """The pictures that came along, by their address in the HTML part (RFC 2392)."""
    found = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    return {f"cid:{str(part['Content-ID']).strip('<>')}": part for part in found}


def as_shown(mail: EmailMessage) -> str:
    """The HTML part as a mail program shows it: with the pictures that came along, and none that would be fetched."""
    html = parts(mail)[1]
    for address, part in pictures(mail).items():
        data = b64encode(part.get_content()).decode("ascii")
        html = html.replace(f'src="{address}"', f'src="data:{part.get_content_type()};base64,{data}"')
    return html


def write(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, letter in LETTERS.items():
        mail = mail_of(letter)
        contents = (parts(mail)[0].encode(), as_shown(mail).encode(), mail.as_bytes())
        for suffix, content in zip((".txt", ".html", ".eml"), contents, strict=True):
            path = folder / f"{name}{suffix}"
            path.write_bytes(content)
            yield path


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        print(written)
