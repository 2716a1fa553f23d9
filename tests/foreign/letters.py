"""Letters with 5,000 Swedish and English subjects and names, as the scheduler writes their headers.

`PYTHON tests/foreign/letters.py FILE` writes them as JSON, a list of {subject, firm, name, to, id, references, raw}. Uses
nothing but the standard library, so that every Python there is can write them, whatever is installed in it.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scheduler.letters.headers import empty_mail, mailbox, thread_reference

HOW_MANY = 5_000
SYSTEM_ADDRESS = "post@klient.lindbergfalk.example"
SWEDISH = (
    "Årsbokslut underlag för även på Café Saltå löner Göteborg Åkesson Söner bokslut och skatt kvitton moms maj juli "
    "Västra Götaland AB påminnelse ett meddelande väntar i klar sjukförsäkringsavgift 2025 – ”lager” Örnsköldsvik "
    "Falk AB, Revision, Skatt och Juridik i Stockholm; "
    "tilläggsbelopp enskild firma à é § 1 000 kr till & (utkast) ö å handläggningstidsförlängningsansökan"
)
ENGLISH = (
    "Year-end accounts 2025 Reminder: tasks are waiting for your reply, O’Neill & Sons Ltd. (draft) payroll Q3 £1,200 — "
    'naïve café “stock list” invoice #4711 a of the VAT Zoë Müller Renée "Bob" 100 % signed; [urgent] e-mail a/b is'
)
FIRMS = (
    "Falk AB, Revision, Skatt och Juridik i Stockholm och Uppsala med omnejd, numera i Hamngatan, Lidingö och Nacka",
    "Falk AB, Revision, Skatt och Juridik i Stockholm och Uppsala med omnejd, numera i Hamngatan, Liding och Nacka; vi",
    'Ek & Son "Revision", Skatt (Norr), skatt@ek.example; Juridik',
)
"""Names that need quotes: a comma parts two mailboxes."""
LONG = "https://klient.lindbergfalk.example/underlag/" + "0123456789abcdef" * 5


def some_words(dice: random.Random, chars_max: int) -> str:
    """A line of at most that many characters, as `header_line` leaves one: single spaces, none at the ends."""
    words = dice.choice((SWEDISH, ENGLISH)).split()
    chosen = [dice.choice(words) for _ in range(dice.randint(1, 30))]
    if dice.random() < 0.1:
        chosen.insert(dice.randrange(len(chosen) + 1), LONG)
    return " ".join(chosen)[:chars_max].strip()


def letters() -> list[dict[str, str]]:
    """The same on every Python."""
    dice = random.Random(311)
    made = []
    for number in range(HOW_MANY):
        subject, firm, name = some_words(dice, 200), some_words(dice, 120), some_words(dice, 120)
        if number % 50 == 0:
            firm, name = dice.choice(FIRMS), dice.choice(FIRMS)
        to = f"{'petra.' * (number % 9)}holm@holm.example"
        mail = empty_mail()
        mail["Message-ID"] = message_id = f"<{'x' * (number % 180)}{number}@klient.lindbergfalk.example>"
        mail["From"] = mailbox(firm, SYSTEM_ADDRESS)
        mail["To"] = mailbox(name, to)
        mail["Reply-To"] = mailbox(firm, SYSTEM_ADDRESS)
        mail["Subject"] = subject
        mail["References"] = references = thread_reference("0193a1" * (number % 30 + 1), SYSTEM_ADDRESS)
        mail.set_content("Hej\n", cte="quoted-printable")
        raw = mail.as_bytes().decode("ascii")
        known = {"subject": subject, "firm": firm, "name": name, "to": to, "id": message_id, "references": references}
        made.append(known | {"raw": raw})
    return made


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(letters()))
