"""What goes on in the demo world: its firms, their accounts, and what was said, ticked, read and assigned when.

Data only. Times are days ago and a time of day in the firm's zone; of today (0), minutes ago.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from protocol.body import paragraph
from protocol.custom_fields import CustomFieldCreate
from protocol.people import Language
from protocol.reminders import ReminderSetting
from protocol.templates import TemplateCreate
from protocol.wire import Wire
from server.development.demo_cast import LINDBERG, MARLOWE


class Account(Wire):
    """An account with who works for it and who belongs to it."""

    firm: str
    name: str
    key: str
    staff: list[str] = []
    contacts: list[str] = []
    notify_off: list[str] = []
    kind: Literal["company", "individual", "other"] = "company"


class Step(Wire):
    """Something that somebody did in a thread."""

    by: str
    days_ago: int
    time: str
    text: str = ""
    internal: bool = False
    mentions: str = ""
    ticks: list[int] = []
    reads: bool = False
    assigns: str = ""
    archives: bool = False


class Story(Wire):
    """A thread from its beginning."""

    account: str
    key: str
    by: str
    days_ago: int
    time: str
    subject: str
    text: str
    tasks: list[str] = []
    reminders: int = 0
    steps: list[Step] = []


FIRMS: Final[Mapping[str, tuple[Language, dict[str, Any]]]] = {
    LINDBERG: (
        "sv",
        {
            "time_zone": "Europe/Stockholm",
            "accent": "#0B5C7A",
            "address": "Södra Hamngatan 11, 411 14 Göteborg",
            "phone": "031-12 34 56",
            "website": "https://lindbergfalk.example",
            "answer_hours": 1,
        },
    ),
    MARLOWE: (
        "en",
        {
            "time_zone": "Europe/London",
            "accent": "#5B3A8C",
            "address": "14 Quay Street, Bristol BS1 4DJ",
            "phone": "0117 496 0123",
            "website": "https://marlowereed.example",
        },
    ),
}

HOLM, EKEN, WESTER = "Holm & Döttrar Bygg AB", "Brf Eken 4", "Wester Konsult AB"
NORDVIK, SALTA, STUDIO = "Nordvik Advokater KB", "Café Saltå AB", "Brightwater Studio Ltd"
VINTERHAV, AKESSON, HARBOUR = "Vinterhav Design AB", "Ivar Åkesson", "Harbour Books Ltd"
ANNA, ERIK, SOFIA, OSKAR = "Anna Lindberg", "Erik Falk", "Sofia Rahimi", "Oskar Nyman"
PETRA, LINN, GUNILLA, JOHAN = "Petra Holm", "Linn Holm", "Gunilla Wester", "Johan Ek"
MARIA, EMMA, KLARA = "Maria Salt", "Emma Clarke", "Klara Vinter"
GRACE, TOM, OLIVIA = "Grace Marlowe", "Tom Reed", "Olivia Hart"

ACCOUNTS: Final = (
    Account(
        firm=LINDBERG, name=HOLM, key="demo-holm", staff=[ANNA, SOFIA], contacts=[PETRA, LINN], notify_off=[LINN]
    ),
    Account(firm=LINDBERG, name=EKEN, key="demo-eken", staff=[SOFIA], contacts=[GUNILLA]),
    Account(firm=LINDBERG, name=WESTER, key="demo-wester", contacts=[GUNILLA]),
    Account(firm=LINDBERG, name=NORDVIK, key="demo-nordvik", staff=[SOFIA], contacts=[JOHAN]),
    Account(firm=LINDBERG, name=SALTA, key="demo-salta", staff=[ANNA], contacts=[MARIA]),
    Account(firm=LINDBERG, name=STUDIO, key="demo-studio", staff=[ERIK], contacts=[EMMA]),
    Account(firm=LINDBERG, name=VINTERHAV, key="demo-vinterhav", staff=[ANNA], contacts=[KLARA]),
    Account(firm=LINDBERG, name=AKESSON, key="demo-akesson", kind="individual"),
    Account(firm=MARLOWE, name=HARBOUR, key="demo-harbour", staff=[TOM], contacts=[OLIVIA]),
)  # fmt: skip

THREADS: Final = (
    Story(
        account=HOLM, key="demo-thread-skatt", by=ANNA, days_ago=24, time="10:05",
        subject="Preliminärskatt 2025",
        text="Hej Petra! Skatteverket har skickat ett nytt beslut. Ni betalar 18 400 kr i månaden från november.",
        steps=[
            Step(by=PETRA, days_ago=24, time="11:40", text="Tack, då vet vi det.", reads=True),
            Step(by=ANNA, days_ago=20, time="09:00", reads=True, archives=True),
        ],
    ),
    Story(
        account=SALTA, key="demo-thread-kassa", by=ANNA, days_ago=8, time="08:30",
        subject="Kassarapporter v. 48",
        text="Hej Maria! Jag behöver kassarapporterna för att bokföra veckan.",
        tasks=["Kassarapport måndag–onsdag", "Kassarapport torsdag–lördag", "Dagsavslut söndag"],
        reminders=2,
        steps=[
            Step(by=MARIA, days_ago=6, time="15:10", reads=True, ticks=[0, 1]),
            Step(by=MARIA, days_ago=1, time="09:41", text="Nu är den sista rapporten också klar.", ticks=[2]),
            Step(by=ANNA, days_ago=1, time="09:58", text="Tack Maria, då stämmer allt. Jag bokför i dag.", reads=True),
            Step(by=ANNA, days_ago=1, time="09:59", assigns=ANNA),
            Step(by=MARIA, days_ago=1, time="10:20", reads=True),
        ],
    ),
    Story(
        account=WESTER, key="demo-thread-moms", by=OSKAR, days_ago=3, time="13:15",
        subject="Moms oktober – rättelse",
        text="Hej Gunilla! Vi har rättat momsen för oktober. Rättelsen är inskickad till Skatteverket.",
        steps=[
            Step(
                by=OSKAR, days_ago=2, time="11:02", internal=True, mentions=ANNA,
                text="stäm av 2641 innan vi stänger perioden",
            ),
        ],
    ),
    Story(
        account=NORDVIK, key="demo-thread-lon", by=SOFIA, days_ago=4, time="09:15",
        subject="Lönekörning december",
        text="Hej Johan! Lönerna körs den 15 december. Finns det övertid att ta med?",
        tasks=["Bekräfta övertid för november", "Skicka uppgifter om nyanställda", "Bekräfta semesterdagar"],
        reminders=1,
        steps=[
            Step(by=SOFIA, days_ago=4, time="09:16", assigns=SOFIA),
            Step(by=JOHAN, days_ago=2, time="16:20", reads=True, ticks=[0]),
            Step(
                by=JOHAN, days_ago=0, time="55",
                text="Två nyanställda från 1 december, skickar underlagen i eftermiddag.",
            ),
        ],
    ),
    Story(
        account=STUDIO, key="demo-thread-vat", by=ERIK, days_ago=5, time="14:00",
        subject="VAT return, November",
        text="Hi Emma, please send the November invoices when you have them.",
        steps=[
            Step(by=ERIK, days_ago=5, time="14:01", assigns=ERIK),
            Step(by=EMMA, days_ago=1, time="17:32", reads=True, text="Here is the list, the Adobe one is from Ireland."),
            Step(by=EMMA, days_ago=0, time="84", text="Two more came in this morning."),
            Step(by=EMMA, days_ago=0, time="82", text="Could you confirm the reverse charge on the Adobe invoice?"),
        ],
    ),
    Story(
        account=EKEN, key="demo-thread-stamma", by=GUNILLA, days_ago=1, time="18:05",
        subject="Årsmöte och revision",
        text="Protokollet är justerat. Vad behöver ni mer av oss inför revisionen?",
    ),
    Story(
        account=HOLM, key="demo-thread-bokslut", by=ANNA, days_ago=8, time="09:05",
        subject="Årsbokslut 2025 – underlag",
        text="Hej Petra! Nu börjar vi med bokslutet. Nedan står vad vi behöver från er.",
        tasks=[
            "Ladda upp lagerlista per 30 november", "Skicka bilkvitton för okt och nov",
            "Godkänn preliminär resultatrapport", "Ladda upp bankutdrag sep–nov", "Bekräfta firmatecknare",
        ],
        reminders=3,
        steps=[
            Step(by=ANNA, days_ago=8, time="09:06", assigns=ANNA),
            Step(by=PETRA, days_ago=7, time="16:03", reads=True, ticks=[4]),
            Step(
                by=PETRA, days_ago=2, time="09:48", ticks=[3],
                text="Hej! Här kommer utdragen för hela hösten. Lagret inventerar vi på fredag.",
            ),
            Step(
                by=ANNA, days_ago=2, time="10:12", reads=True,
                text="Toppen, tack! Jag går igenom dem i veckan och hör av mig om något saknas.",
            ),
            Step(by=PETRA, days_ago=2, time="10:42", reads=True),
            Step(by=LINN, days_ago=2, time="12:15", reads=True),
            Step(
                by=ERIK, days_ago=1, time="14:20", internal=True, mentions=ANNA,
                text="oktoberhyran är bokförd två gånger, 18 400 kr. Rättar du?",
            ),
            Step(
                by=PETRA, days_ago=0, time="31",
                text="En fråga om momsen för november, ska fakturan från Stockholms Trä med?",
            ),
        ],
    ),
    Story(
        account=HARBOUR, key="demo-thread-payroll", by=OLIVIA, days_ago=3, time="11:20",
        subject="Payroll question",
        text="Our new colleague starts on the 15th. Is half a month's salary enough for you to know?",
        steps=[Step(by=TOM, days_ago=3, time="12:05", reads=True, text="Yes, and her tax code, please.", assigns=TOM)],
    ),
    Story(
        account=HARBOUR, key="demo-thread-accounts", by=TOM, days_ago=4, time="10:00",
        subject="Year-end accounts",
        text="Hello Olivia, here is what we need from you for the year-end accounts.",
        tasks=["Upload the stock list", "Send the loan statement", "Confirm the directors"],
        reminders=2,
        steps=[
            Step(by=OLIVIA, days_ago=2, time="15:45", reads=True, ticks=[2]),
            Step(
                by=GRACE, days_ago=1, time="09:30", internal=True, mentions=TOM,
                text="ask for the lease as well, it was missing last year",
            ),
        ],
    ),
)  # fmt: skip

TEMPLATES = (
    (ANNA, TemplateCreate(
        client_template_id="demo-template-bokslut", name="Årsbokslut, begäran om underlag",
        subject="Årsbokslut [CURRENT_YEAR] för [ACCOUNT_NAME]",
        body=paragraph(
            "Hej [FIRST_NAME]!\n"
            "Nu är det dags för bokslut. Gå igenom uppgifterna och skicka underlagen här i chatten."
        ),
        tasks=["Ladda upp bankutdrag", "Lagerlista per bokslutsdagen"],
        reminder=ReminderSetting(enabled=True, days=3, number=3),
    )),
    (ANNA, TemplateCreate(
        client_template_id="demo-template-moms", name="Moms, påminnelse om kvitton", subject="Kvitton till momsen",
        body=paragraph("Hej! Skicka kvittona för [LAST_MONTH_NAME], så hinner vi deklarera momsen i tid."),
    )),
    (GRACE, TemplateCreate(
        client_template_id="demo-template-year", name="Year-end, request for papers",
        subject="Year-end accounts [CURRENT_YEAR]",
        body=paragraph("Hello [FIRST_NAME]! Here is what we need from you for the year-end accounts."),
        tasks=["Upload the stock list", "Send the loan statement"],
        reminder=ReminderSetting(enabled=True, days=3, number=3),
    )),
)  # fmt: skip

FIELDS = (
    (ANNA, HOLM, CustomFieldCreate(
        client_field_id="demo-field-orgnr", of="account", name="Organisationsnummer", kind="text",
    ), ["556677-8899"]),
    (ANNA, HOLM, CustomFieldCreate(
        client_field_id="demo-field-regelverk", of="account", name="Regelverk", kind="choice", options=["K1", "K2", "K3"],
    ), ["K3"]),
    (ANNA, HOLM, CustomFieldCreate(
        client_field_id="demo-field-bokslut", of="account", name="Bokslut klart senast", kind="date",
    ), ["2027-04-30"]),
    (ANNA, HOLM, CustomFieldCreate(
        client_field_id="demo-field-arvode", of="account", name="Arvode per månad", kind="money", currency="SEK",
    ), ["4500"]),
    (ANNA, PETRA, CustomFieldCreate(
        client_field_id="demo-field-talar", of="contact", name="Talar", kind="choices",
        options=["svenska", "engelska", "finska"],
    ), ["svenska", "finska"]),
    (GRACE, HARBOUR, CustomFieldCreate(
        client_field_id="demo-field-number", of="account", name="Company number", kind="text",
    ), ["01234567"]),
    (GRACE, HARBOUR, CustomFieldCreate(
        client_field_id="demo-field-due", of="account", name="Accounts due", kind="date",
    ), ["2027-03-31"]),
)  # fmt: skip
"""Who defines a custom field, of which account or contact it says what."""
