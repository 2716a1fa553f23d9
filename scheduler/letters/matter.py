"""What letters to contacts and to staff have in common: the thread that they are about, the firm's face, and links.

Refuses to know who reads, what waits for them, and when a letter goes.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from protocol.ids import notes_stream, thread_stream
from scheduler.letters.facts import Firm, Logo
from server.core.context import Means
from storage.accounts import AccountDoc
from storage.firms import FirmDoc
from storage.letters import LetterDoc
from storage.logos import LogoDoc
from storage.threads import ThreadDoc


@dataclass(frozen=True, slots=True)
class Dropped:
    """The letter isn't to be sent, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter about a thread is about."""

    letter: LetterDoc
    firm: FirmDoc
    account: AccountDoc
    thread: ThreadDoc

    @property
    def stream(self) -> str:
        """The log that the letter tells of."""
        return notes_stream(self.thread.id) if self.letter.internal else thread_stream(self.thread.id)


def brand(firm: FirmDoc) -> Firm:
    """The firm as a letter shows it."""
    words = [word for word in firm.firm.name.split() if word[0].isalnum()]
    return Firm(
        name=firm.firm.name,
        mark="".join(word[0] for word in words[:2]).upper() or "·",
        legal_name=firm.firm.legal_name,
        address=firm.firm.address,
        phone=firm.firm.phone,
        website=firm.firm.website,
        accent=firm.firm.accent or "#0B5C7A",
        language=firm.firm.language,
        time_zone=firm.firm.time_zone,
    )


def enclosed(logo: LogoDoc) -> Logo:
    """The firm's logo as a letter carries it."""
    return Logo(type=logo.type, width=logo.width, height=logo.height, content=logo.content, digest=logo.digest)


def first_name(name: str) -> str:
    """How a letter greets somebody: "Petra" for "Petra Holm", for "Holm, Petra" and for "Petra Holm, CPA". By no name
    who is called by their address, as contacts are whose name nobody has typed."""
    if "@" in name:
        return ""
    before, _, after = (part.strip() for part in name.partition(","))
    given = after if after and not _is_title(after, before) else before
    return next(iter(given.split()), "")


def _is_title(words: str, name: str) -> bool:
    """Whether what stands behind a name and a comma is what somebody is, and no part of the name: an abbreviation
    ("CPA", "Ph.D.", "Jr"), or words that begin small ("auktoriserad revisor")."""
    first = words.split(maxsplit=1)[0]
    letters = first.replace(".", "")
    abbreviated = len(letters) > 1 and (letters.isupper() or "." in first.rstrip(".") or letters in ("Jr", "Sr", "Esq"))
    # Of one word is a family's name; and who writes all of it large writes the given one so, too.
    return len(name.split()) > 1 and (first[0].islower() or (abbreviated and not name.isupper()))


def url_of(means: Means, path: str) -> str:
    """A link that leads through login straight to its place, and carries nothing else (EM-10)."""
    return f"{means.settings.own_url}/login?{urlencode({'next': path})}"
