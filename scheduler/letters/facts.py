"""What a letter is about: the facts a caller hands over, and the checks that keep them harmless.

Knows limits and what may stand in a header, an address or a link. Refuses to know words, looks, SMTP and where the
facts come from. An internal message has no field here: it can neither be told nor be hinted at (EM-9, AC-6).
"""

from __future__ import annotations

import re
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

from protocol import addresses
from protocol.body import Body
from protocol.inbox import Activity
from scheduler.letters.said import harmless
from server.core.said import FIRST_STRONG_ISOLATE, POP_ISOLATE

NAME_CHARS_MAX: Final = 120
SUBJECT_CHARS_MAX: Final = 200
TASK_CHARS_MAX: Final = 300
TASKS_LISTED_MAX: Final = 20
MESSAGES_SHOWN_MAX: Final = 10
URL_CHARS_MAX: Final = 2_000
LINK_QUERY_KEYS: Final = frozenset({"next"})
"""EM-10: all that an ordinary link may carry besides its path. Invitations and new passwords carry a secret."""

Kind = Literal[
    "client_new_thread", "client_messages", "client_tasks", "client_reminder",
    "staff_activity", "staff_mention", "staff_assigned", "staff_documents",
    "invitation", "password_reset",
]  # fmt: skip
Waiting = Literal["message", "reply", "nothing"]

SECRET_LINK_KINDS: Final[frozenset[Kind]] = frozenset({"invitation", "password_reset"})

_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,200}@[A-Za-z0-9.-]{1,200}>")
_ACCENT: Final = re.compile(r"#[0-9A-Fa-f]{6}")


class LetterRefused(ValueError):
    """The facts cannot become a letter."""

    def __init__(self, path: str, expected: str, got: object) -> None:
        super().__init__(f"{path}: expected {expected}, got {got!r}")
        self.path = path
        self.expected = expected
        self.got = got


class Logo(msgspec.Struct, frozen=True, kw_only=True):
    """A firm's picture, which goes along in the letter: nothing is fetched when it is opened."""

    type: str
    """The subtype of `image/`: png or jpeg."""
    width: int
    height: int
    content: bytes
    digest: str


class Firm(msgspec.Struct, frozen=True, kw_only=True):
    """Whose letter it is: the only brand a client sees (EM-3, EM-4)."""

    name: str
    mark: str
    """One to three initials: the logo of a mail without images."""
    legal_name: str = ""
    address: str = ""
    phone: str = ""
    website: str = ""
    accent: str = "#0B5C7A"
    language: str = "en"
    """Of client mails (EM-6); a letter to staff may name another."""
    time_zone: str = "UTC"
    logo: Logo | None = None
    """Stands where the mark does otherwise, and is shown as the mark where a reader shows no pictures."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """An open task."""

    text: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A client-visible message; printed only where the firm allows it (EM-1)."""

    who: str
    body: Body
    attached: int = 0
    """How many documents it carries; they are seen in the chat alone."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one letter to one address may speak of (RM-17: never a shared list)."""

    kind: Kind
    firm: Firm
    to_email: str
    to_name: str = ""
    greeting_name: str = ""
    """The first name, as in "Hello Petra,"."""
    language: str = ""
    """Overrides the firm's, for letters to staff."""
    button_url: str
    login_url: str = ""
    """Letters to staff: the log-in button of NS-9."""
    settings_url: str = ""
    activate_url: str = ""
    """Set for a contact who has not activated (NC-5): a banner on top, this instead of the button, whose place they can't
    come to, and never any message text."""
    account_name: str = ""
    """Clients: only if the contact has several (EM-5). Staff: always."""
    who: str = ""
    thread_id: str = ""
    """Set where the letter is about a thread, so that programs show its letters together."""
    thread_subject: str = ""
    """Empty: the letter does not name it."""
    count: int = 1
    """Messages, tasks or documents that the letter is about; of a reminder the messages, since it counts its open tasks."""
    activity: Activity = "message"
    also: tuple[Activity, ...] = ()
    """Letters to staff: what else has happened, besides what the letter leads with."""
    finished: bool = False
    """Of a letter about an account's documents: somebody has said that they have uploaded all (DC-9)."""
    others: int = 0
    """Letters to staff: how many messages there are among that."""
    waiting: Waiting = "nothing"
    """A reminder's other matter besides the tasks (RM-18)."""
    tasks_open: tuple[Task, ...] = ()
    tasks_total: int = 0
    show_tasks: bool = True
    """EM-2's own setting: task text stands in the mail even when message text does not."""
    show_text: bool = False
    """EM-1: off unless the firm switched it on. It also decides whether the subject line names the thread (EM-7);
    the body does (RM-18), but for who has not activated."""
    messages: tuple[Said, ...] = ()
    """The latest of what waits, where the firm shows it; before them there are `messages_earlier` more."""
    messages_earlier: int = 0
    valid_s: int = 0
    """Invitations and new passwords: how long the link works from now on."""
    as_staff: bool = False
    """Invitations: to work at the firm, not as a contact."""
    reply_to: str = ""
    bcc: str = ""

    @property
    def to_staff(self) -> bool:
        return self.kind.startswith("staff_")

    @property
    def to_contact(self) -> bool:
        return self.kind.startswith("client_")


def one_line(text: str, chars_max: int) -> str:
    """`text` as one line without control and direction characters, cut with an ellipsis: safe in any header."""
    line = harmless(text).strip()
    return line if len(line) <= chars_max else line[: chars_max - 1].rstrip() + "…"


def sentence_line(text: str, chars_max: int) -> str:
    """The same of a sentence of ours, in which facts are isolated; what is isolated is closed, though it was cut."""
    pieces = re.split(f"([{FIRST_STRONG_ISOLATE}{POP_ISOLATE}])", text)
    line = "".join(part if at % 2 else harmless(part) for at, part in enumerate(pieces)).strip()
    if len(line) > chars_max:
        line = line[: chars_max - 2].rstrip() + "…"
    return line + POP_ISOLATE * (line.count(FIRST_STRONG_ISOLATE) - line.count(POP_ISOLATE))


def header_line(text: str, chars_max: int) -> str:
    """`text` as it may stand in a header.

    The standard library decodes encoded words (RFC 2047) in a value that is handed to it, so a name of the form
    "=?utf-8?q?Bo=0D=0ABcc:...?=" would become line breaks after every check: it is taken apart here.
    """
    return _no_encoded_words(one_line(text, chars_max))


def subject_line(sentence: str, chars_max: int) -> str:
    """A sentence of ours as it may stand in a header."""
    return _no_encoded_words(sentence_line(sentence, chars_max))


def _no_encoded_words(line: str) -> str:
    return line.replace("=?", "= ?")


def address(path: str, value: str) -> str:
    """An e-mail address for the envelope and the header; an international domain in its ASCII form."""
    try:
        return addresses.in_ascii(value)
    except ValueError as error:
        raise LetterRefused(path, str(error), value) from None


def message_id(value: str) -> str:
    """RFC 5322 msg-id as the caller made it, so that a second try of the same letter bears the same one."""
    if not _MESSAGE_ID.fullmatch(value):
        raise LetterRefused("message_id", "<left@right>", value)
    return value


def link(path: str, value: str, *, may_carry_secret: bool = False) -> str:
    """An absolute web address without credentials; without a session either, unless it is a one-time link."""
    parts = urlsplit(value)
    plain = len(value) <= URL_CHARS_MAX and value.isascii() and value.isprintable() and " " not in value
    if not plain or parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise LetterRefused(path, "an absolute http(s) address without credentials", value)
    extra = {key for key, _ in parse_qsl(parts.query, keep_blank_values=True)} - LINK_QUERY_KEYS
    if not may_carry_secret and (extra or "=" in parts.fragment):
        raise LetterRefused(path, "an address that carries nothing but a path (EM-10)", value)
    return value


def check(letter: Letter) -> None:
    """Raise `LetterRefused` for facts that contradict each other or may not be linked to."""
    secret = letter.kind in SECRET_LINK_KINDS
    link("button_url", letter.button_url, may_carry_secret=secret)
    if letter.login_url:
        link("login_url", letter.login_url)
    if letter.settings_url:
        link("settings_url", letter.settings_url)
    if letter.activate_url:
        link("activate_url", letter.activate_url, may_carry_secret=True)
    if not _ACCENT.fullmatch(letter.firm.accent):
        raise LetterRefused("firm.accent", "#RRGGBB", letter.firm.accent)
    if not one_line(letter.firm.name, NAME_CHARS_MAX):
        raise LetterRefused("firm.name", "a name", letter.firm.name)
    if letter.kind == "client_reminder" and letter.waiting == "nothing" and not letter.tasks_open:
        raise LetterRefused("waiting", "a message, a reply or open tasks to remind of", letter.waiting)
    if letter.tasks_total < len(letter.tasks_open):
        raise LetterRefused("tasks_total", f"at least {len(letter.tasks_open)}", letter.tasks_total)
    if secret and letter.valid_s < 1:
        raise LetterRefused("valid_s", "at least 1", letter.valid_s)
