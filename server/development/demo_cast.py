"""Who there is in the demo world: names as in the design's pictures, and what each of them is there to show."""

from typing import Final

from protocol.people import Right, Role, Side
from protocol.wire import Wire

PASSWORD: Final = "chattar-demo"  # noqa: S105 - public on purpose: on the start page, in development only
LINDBERG: Final = "Lindberg & Falk Redovisning"
MARLOWE: Final = "Marlowe & Reed Accountants"


class DemoLogin(Wire, omit_defaults=False):
    """One of the demo's people."""

    firm: str
    side: Side
    name: str
    email: str
    note: dict[str, str]
    """What this person shows, by language."""
    role: Role | None = None
    rights: list[Right] = []
    can_log_in: bool = True

    @property
    def initials(self) -> str:
        """Two letters, as in an avatar."""
        words = self.name.split()
        return (words[0][0] + words[-1][0]).upper()


def _staff(firm: str, name: str, email: str, role: Role, en: str, sv: str, *rights: Right) -> DemoLogin:
    return DemoLogin(
        firm=firm, side="staff", name=name, email=email, role=role, rights=list(rights), note={"en": en, "sv": sv}
    )


def _contact(firm: str, name: str, email: str, en: str, sv: str, *, can_log_in: bool = True) -> DemoLogin:
    return DemoLogin(
        firm=firm, side="contact", name=name, email=email, can_log_in=can_log_in, note={"en": en, "sv": sv}
    )


LOGINS: Final = (
    _staff(LINDBERG, "Anna Lindberg", "anna@lindbergfalk.example", "owner", "Owner", "Ägare"),
    _staff(LINDBERG, "Erik Falk", "erik@lindbergfalk.example", "admin", "Admin", "Administratör"),
    _staff(
        LINDBERG, "Sofia Rahimi", "sofia@lindbergfalk.example", "employee",
        "Employee, assigned to some accounts", "Medarbetare med några klienter", "manage_documents",
    ),
    _staff(
        LINDBERG, "Oskar Nyman", "oskar@lindbergfalk.example", "employee",
        "Employee with View all accounts", "Medarbetare som ser alla klienter", "view_all_accounts",
    ),
    _staff(
        LINDBERG, "Olle Berg", "olle@lindbergfalk.example", "employee",
        "Employee without any account", "Medarbetare utan klienter",
    ),
    _contact(LINDBERG, "Petra Holm", "petra@holmbygg.example", "Holm & Döttrar Bygg AB", "Holm & Döttrar Bygg AB"),
    _contact(
        LINDBERG, "Linn Holm", "linn@holmbygg.example",
        "Holm & Döttrar Bygg AB, e-mail off", "Holm & Döttrar Bygg AB, mejl avstängt",
    ),
    _contact(
        LINDBERG, "Gunilla Wester", "gunilla@wester.example",
        "Two accounts: Brf Eken 4 and Wester Konsult", "Två klienter: Brf Eken 4 och Wester Konsult",
    ),
    _contact(LINDBERG, "Johan Ek", "johan@nordvik.example", "Nordvik Advokater KB", "Nordvik Advokater KB"),
    _contact(LINDBERG, "Maria Salt", "maria@cafesalta.example", "Café Saltå AB", "Café Saltå AB"),
    _contact(LINDBERG, "Emma Clarke", "emma@brightwater.example", "Brightwater Studio Ltd", "Brightwater Studio Ltd"),
    _contact(
        LINDBERG, "Klara Vinter", "klara@vinterhav.example",
        "Vinterhav Design AB, invited, never activated", "Vinterhav Design AB, inbjuden men aldrig aktiverad",
        can_log_in=False,
    ),
    _staff(MARLOWE, "Grace Marlowe", "grace@marlowereed.example", "owner", "Owner", "Ägare"),
    _staff(
        MARLOWE, "Tom Reed", "tom@marlowereed.example", "employee",
        "Employee, assigned to Harbour Books", "Medarbetare med Harbour Books",
    ),
    _contact(MARLOWE, "Olivia Hart", "olivia@harbourbooks.example", "Harbour Books Ltd", "Harbour Books Ltd"),
)  # fmt: skip
"""Everybody whom the start page and the README list."""
