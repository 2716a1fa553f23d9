"""From the facts of a letter to what stands on the page, in order: one page, drawn twice (HTML and text).

Knows which kind says which words, and what is left out when the firm shows no text. Refuses to know HTML and MIME.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec

from scheduler.letters import facts
from scheduler.letters.facts import Letter, Logo
from scheduler.letters.said import Grid, Line, lines_of
from scheduler.letters.words import Emphasis, Sentence, Words, words

LOGO_HEIGHT_PX: Final = 36
LOGO_WIDTH_MAX_PX: Final = 108
"""Beside it a long word of the firm's name must fit a phone of 360 px."""
LIVES: Final = (("days", 86_400, 2), ("hours", 3_600, 1), ("minutes", 60, 0))
"""What a link's life is told in: the first of which so many are left."""
ON_ITS_WAY: Final = 30
"""Such a part of a link's life a letter may take to the mail server, and still tell of the whole."""


class Button(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    url: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Where the firm's logo is in the mail, and how large it is shown."""

    address: str
    width: int
    height: int
    lowered: int
    """By how much, so that a flat one stands beside the middle of the firm's name."""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A message that the firm allows in mail."""

    who: str
    lines: tuple[Line | Grid, ...]
    attached: str
    """That it carries documents."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Both parts of the mail are drawn from this, so they state the same facts."""

    language: str
    subject: str
    preheader: str
    firm_name: str
    mark: str
    logo: Picture | None
    account_name: str
    activation: tuple[str, str] | None
    """Heading and text of the banner; the button is then the letter's own."""
    heading: str
    greeting: str
    intro: Sentence
    after: str
    messages: tuple[Block, ...]
    messages_earlier: str
    tasks_title: str
    tasks_done: str
    tasks: tuple[str, ...]
    tasks_more: str
    buttons: tuple[Button, ...]
    lasts: str
    """How long a one-time link works."""
    no_button: str
    """The question that leads to the hint, where there is a button to fail."""
    hint: str
    hint_link: str
    footer_name: str
    footer_lines: tuple[str, ...]
    footer_why: str
    settings: Button | None


def lay_out(letter: Letter) -> Page:
    """The page of `letter`, which has been checked."""
    w = words(letter.language or letter.firm.language)
    known = _known(letter, w)
    section = _section(letter)
    secret = letter.kind in facts.SECRET_LINK_KINDS
    text_shown = letter.show_text and not letter.activate_url and not secret
    named = bool(letter.thread_subject)
    intro = "intro" if named or secret or letter.kind == "staff_documents" else "intro_hidden"
    subject = "subject_open" if text_shown and named else "subject"
    firm = letter.firm
    tasks = _tasks(letter)
    more = len(letter.tasks_open) - len(tasks)
    messages = _messages(letter, w) if text_shown else ()
    return Page(
        language=w.code,
        subject=facts.sentence_line(w.say(f"{section}.{subject}", **known).bare, facts.SUBJECT_CHARS_MAX),
        preheader=_preheader(letter, w),
        firm_name=str(known["firm"]),
        mark=facts.one_line(firm.mark, 3),
        logo=_logo(firm.logo) if firm.logo else None,
        account_name=str(known["account"]),
        activation=_activation(letter, w),
        heading=w.say(f"{section}.heading", **known).bare,
        greeting=_greeting(letter, w),
        intro=w.say(f"{section}.{intro}", **known),
        after="" if messages else _after_login(letter, w),
        messages=messages,
        messages_earlier=_earlier(letter, w) if messages else "",
        tasks_title=_say(w, "page.tasks") if tasks else "",
        tasks_done=_done(letter, w) if tasks else "",
        tasks=tasks,
        tasks_more=w.say("page.tasks_more", count=more).bare if tasks and more else "",
        buttons=_buttons(letter, w),
        lasts=_lasts(letter, w) if secret else "",
        no_button=_say(w, "hint.no_button"),
        hint=_hint(letter, w),
        hint_link=letter.button_url if secret else letter.activate_url,
        footer_name=facts.one_line(firm.legal_name or firm.name, facts.NAME_CHARS_MAX),
        footer_lines=_imprint(letter),
        footer_why=_why(letter, w, known),
        settings=_settings(letter, w),
    )


def _logo(logo: Logo) -> Picture:
    """As high as the mark, unless that would make it too wide."""
    scale = min(LOGO_HEIGHT_PX / logo.height, LOGO_WIDTH_MAX_PX / logo.width)
    width, height = (max(1, round(side * scale)) for side in (logo.width, logo.height))
    lowered = (LOGO_HEIGHT_PX - height) // 2
    return Picture(address=f"cid:{logo_id(logo)}", width=width, height=height, lowered=lowered)


def logo_id(logo: Logo) -> str:
    """What the page calls its logo, and the mail's part bears as Content-ID (RFC 2392)."""
    return f"{logo.digest}@logo"


def _known(letter: Letter, w: Words) -> dict[str, object]:
    """What sentences may name, each made one harmless line."""
    firm = facts.one_line(letter.firm.name, facts.NAME_CHARS_MAX)
    tasks = len(letter.tasks_open)
    return {
        "firm": firm,
        "who": facts.one_line(letter.who, facts.NAME_CHARS_MAX) or firm,
        "account": facts.one_line(letter.account_name, facts.NAME_CHARS_MAX),
        "thread": Emphasis(facts.one_line(letter.thread_subject, facts.SUBJECT_CHARS_MAX)),
        "email": letter.to_email,
        "count": tasks if _section(letter) == "reminder_tasks" else letter.count,
        "messages": _say(w, "page.messages", count=letter.count),
        "tasks": _say(w, "page.tasks_waiting", count=tasks),
    }


def _section(letter: Letter) -> str:
    if letter.kind == "staff_activity":
        return f"staff_{letter.activity}"
    if letter.kind == "staff_documents" and letter.finished:
        return "staff_uploads"
    if letter.kind == "invitation" and letter.as_staff:
        return "invitation_staff"
    if letter.kind != "client_reminder":
        return letter.kind
    if letter.waiting == "nothing":
        return "reminder_tasks"
    if letter.waiting == "message" and letter.tasks_open:
        return "reminder_message_and_tasks"
    return f"reminder_{letter.waiting}"


def _say(w: Words, key: str, **known: object) -> str:
    return w.say(key, **known).bare


def _preheader(letter: Letter, w: Words) -> str:
    if letter.kind in facts.SECRET_LINK_KINDS:
        return _say(w, "page.preheader_account")
    if letter.kind == "staff_documents":
        return _say(w, "page.preheader_documents")
    return _say(w, "page.preheader_activate" if letter.activate_url else "page.preheader")


def _greeting(letter: Letter, w: Words) -> str:
    name = facts.one_line(letter.greeting_name, facts.NAME_CHARS_MAX)
    return _say(w, "page.greeting", name=name) if name else _say(w, "page.greeting_nobody")


def _after_login(letter: Letter, w: Words) -> str:
    """Why the message itself is not here, only where a message is what waits; to staff, what else has happened."""
    if letter.to_staff:
        return " ".join(_say(w, f"also.{activity}", count=letter.others) for activity in letter.also)
    if letter.activate_url:
        return ""  # the banner says what comes first
    if letter.kind not in {"client_new_thread", "client_messages", "client_reminder"}:
        return ""
    if letter.kind == "client_reminder" and letter.waiting != "message":
        return ""
    return _say(w, "page.after_login", count=letter.count)


def _messages(letter: Letter, w: Words) -> tuple[Block, ...]:
    shown = (
        Block(
            who=facts.one_line(said.who, facts.NAME_CHARS_MAX),
            lines=lines_of(said.body),
            attached=_say(w, "page.attached", count=said.attached) if said.attached else "",
        )
        for said in letter.messages[-facts.MESSAGES_SHOWN_MAX :]
    )
    return tuple(block for block in shown if block.lines or block.attached)


def _earlier(letter: Letter, w: Words) -> str:
    """How many that wait stand before those that are printed."""
    count = letter.messages_earlier + max(0, len(letter.messages) - facts.MESSAGES_SHOWN_MAX)
    return _say(w, "page.messages_earlier", count=count) if count else ""


def _tasks(letter: Letter) -> tuple[str, ...]:
    if not letter.show_tasks or letter.kind in facts.SECRET_LINK_KINDS:
        return ()
    return tuple(
        facts.one_line(task.text, facts.TASK_CHARS_MAX) for task in letter.tasks_open[: facts.TASKS_LISTED_MAX]
    )


def _done(letter: Letter, w: Words) -> str:
    done = letter.tasks_total - len(letter.tasks_open)
    one = 1 in (done, letter.tasks_total)
    return _say(w, "page.tasks_done", count=1 if one else done, done=done, total=letter.tasks_total)


def _activation(letter: Letter, w: Words) -> tuple[str, str] | None:
    if not letter.activate_url:
        return None
    return _say(w, "activation.heading"), _say(w, "activation.text")


def _buttons(letter: Letter, w: Words) -> tuple[Button, ...]:
    if letter.activate_url:
        return (Button(label=_say(w, "button.activate"), url=letter.activate_url),)
    named = letter.kind in facts.SECRET_LINK_KINDS or letter.kind == "staff_documents"
    kind = letter.kind if named else "open"
    first = Button(label=_say(w, f"button.{kind}"), url=letter.button_url)
    if letter.to_staff and letter.login_url:
        return first, Button(label=_say(w, "button.log_in"), url=letter.login_url)
    return (first,)


def _hint(letter: Letter, w: Words) -> str:
    if letter.kind in facts.SECRET_LINK_KINDS or letter.activate_url:
        return _say(w, "hint.link")
    who = "staff" if letter.to_staff else "contact"
    return _say(w, f"hint.{who}", host=urlsplit(letter.button_url).netloc)


def _lasts(letter: Letter, w: Words) -> str:
    left_s = letter.valid_s * ON_ITS_WAY // (ON_ITS_WAY - 1)
    unit, unit_s = next((unit, unit_s) for unit, unit_s, least in LIVES if left_s >= least * unit_s)
    return _say(w, f"hint.valid_{unit}", count=max(1, left_s // unit_s))


def _imprint(letter: Letter) -> tuple[str, ...]:
    firm = letter.firm
    where = facts.one_line(firm.address.replace("\n", ", "), facts.SUBJECT_CHARS_MAX)
    phone, site = (facts.one_line(part, facts.NAME_CHARS_MAX) for part in (firm.phone, firm.website))
    reach = " · ".join(part for part in (phone, site.removeprefix("https://").rstrip("/")) if part)
    return tuple(line for line in (where, reach) if line)


def _why(letter: Letter, w: Words, known: dict[str, object]) -> str:
    if letter.to_staff:
        return _say(w, "footer.staff", **known)
    if letter.to_contact:
        return _say(w, "footer.contact_account" if known["account"] else "footer.contact", **known)
    return _say(w, "footer.login", **known)


def _settings(letter: Letter, w: Words) -> Button | None:
    if not letter.settings_url or letter.activate_url or letter.kind in facts.SECRET_LINK_KINDS:
        return None  # whoever has no password yet can't come there
    # As the page is called that it leads to.
    return Button(label=_say(w, "page.settings_staff" if letter.to_staff else "page.settings"), url=letter.settings_url)
