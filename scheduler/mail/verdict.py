"""Whose refusal is it, the relay's, the recipient's or the letter's, and what follows. Pure: no connection, clock or store.

Knows replies (RFC 5321), enhanced codes (RFC 3463) and what the library raises. Refuses to know letters and connections.

A relay that refuses everything must not cost a single letter, and one bad address must not hold up the others. So only what
says plainly that it is about this recipient ends the letter at once. What doesn't say so (Exim's bare `550`), or says it of
a letter that was made like every other (at the last dot), ends it once the same has been said twice and the relay has taken
others' letters in between. Where no other is sent, what was plain at the dot ends it when it has been said for long enough.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from aiosmtplib import SMTPResponseException

from storage.letters import ServerWords, Whose

Step = Literal["connect", "MAIL", "RCPT", "DATA", "end"]
"""Where in the conversation: `connect` is everything before MAIL, `DATA` is up to its 354, `end` is the final dot."""

TEXT_CHARS_MAX: Final = 500
"""More of a reply is kept nowhere: some servers recite their whole policy."""
IN_A_ROW_MAX: Final = 3
"""When so many different recipients were refused one after the other, it isn't them."""
CLOSING: Final = 421
LOGIN_WANTED: Final = frozenset({530, 534, 535, 538})
"""About the one who sends: RFC 4954, RFC 3207."""
_SENDERS: Final = frozenset({"1.7", "1.8"})
"""About the sender's address. Postfix says so at RCPT, because it waits with all that until then."""
_TOO_LARGE: Final = "3.4"
_ENHANCED: Final = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?=\s|$)")
_UNSEEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufffe\uffff\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a refusal."""

    whose: Whose
    ends: bool = False
    """The letter isn't tried again."""
    pauses: bool = False
    """No letter is tried for a while."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What else is known."""

    in_a_row: int = 0
    """How many different recipients were refused for good since the relay last took a letter, this one among them."""
    again: bool = False
    """This letter was refused before, and the relay has taken others' letters since."""
    for_long: bool = False
    """This letter has been refused at the dot for so long that its people are to know."""


NONE: Final = Evidence()


def judge(step: Step, said: ServerWords, evidence: Evidence = NONE) -> Verdict:
    """Whose refusal it is. `said` without a code is a connection that failed at that step."""
    if step == "connect":
        return Verdict("relay", pauses=True)
    # What is the relay's fault for one letter while others pass is no reason to hold up those.
    relays = Verdict("relay", pauses=not evidence.again)
    if _is_the_relays(step, said):
        return relays
    whose = _theirs(step, said)
    if said.code < 500:
        return Verdict(whose)
    row = evidence.in_a_row >= IN_A_ROW_MAX
    # A relay that took one letter and refuses all again: what was said of the others before proves nothing of them.
    if evidence.again and (step != "end" or not row or evidence.for_long):
        return Verdict(whose, ends=True)
    if row:
        return relays
    return Verdict(whose, ends=_is_plain(step, said) and (step == "RCPT" or evidence.for_long))


def _is_the_relays(step: Step, said: ServerWords) -> bool:
    subject = said.enhanced[2:]
    if said.code < 400 or said.code == CLOSING or said.code in LOGIN_WANTED or step == "MAIL":
        return True
    if subject in _SENDERS or (subject.startswith("3.") and subject != _TOO_LARGE):
        return True
    return step == "RCPT" and said.code >= 500 and subject.startswith("7.")


def _theirs(step: Step, said: ServerWords) -> Whose:
    return "recipient" if step == "RCPT" or said.enhanced[2:4] in ("1.", "2.") else "letter"


def _is_plain(step: Step, said: ServerWords) -> bool:
    """Whether a 5xx says by itself that it is about this one."""
    subject = said.enhanced[2:]
    if step == "RCPT":
        return subject.startswith(("1.", "2."))
    return step == "end" and (subject == _TOO_LARGE or subject.startswith(("6.", "7.")))


def words(code: int, text: str, whose: Whose | None = None) -> ServerWords:
    """A reply, whose lines may each begin with the enhanced code, as one line."""
    enhanced, lines = "", []
    for line in text.splitlines():
        said = line.strip()
        if found := _ENHANCED.match(said):
            enhanced = enhanced or found[1]
            said = said[found.end() :]
        lines.append(said)
    return ServerWords(text=_on_one_line(" ".join(lines)), code=code, enhanced=enhanced, whose=whose)


def words_of(error: Exception) -> ServerWords:
    """What a failed exchange says of itself: the server's reply if there was one that can be understood."""
    if isinstance(error, SMTPResponseException) and error.code > 0:
        return words(error.code, error.message)
    return ServerWords(text=_on_one_line(f"{type(error).__name__}: {error}"))


def _on_one_line(text: str) -> str:
    return _UNSEEN.sub(" ", text).strip()[:TEXT_CHARS_MAX]
