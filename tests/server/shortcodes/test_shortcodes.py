"""Shortcodes: every one on days that are easily got wrong, in both languages; what they become, and when (SC)."""

import itertools
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from protocol.accounts import AccountAssign, AccountDescribe
from protocol.body import (
    Block,
    Body,
    Break,
    BulletList,
    Inline,
    ListItem,
    Mention,
    Paragraph,
    Text,
    paragraph,
    plain_text,
)
from protocol.contacts import ContactCreate, ContactDescribe, LinkUpdate
from protocol.custom_fields import CustomFieldCreate, CustomFieldDelete, CustomFieldUpdate, FieldKind, FieldOf
from protocol.errors import Forbidden, Invalid
from protocol.firms import FirmUpdate
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend, MessageSent
from protocol.people import Language
from protocol.shortcodes import CODES, DATE_CODES, ShortcodeResolve, ShortcodesResolved, shortcodes_in
from protocol.tasks import TaskToAdd
from protocol.threads import Thread, ThreadCreate, ThreadList
from server.core.settings import Settings
from storage.accounts import AccountDoc
from tests.world import Person, World, new_world

pytestmark = pytest.mark.anyio

PARTS = ("DAY_FULL_DATE", "DAY_NUMBER", "DAY_NAME", "WEEK", "MONTH_NUMBER", "MONTH_NAME", "QUARTER", "YEAR")
# By hand, from a calendar: half an hour after midnight in the firm's zone, when it is still yesterday in UTC.
DAYS = {
    # 1 January
    "2026-01-01": (
        "31 december 2025|31|onsdag|52|12|december|4|2025",
        "1 januari 2026|1|torsdag|1|1|januari|1|2026",
        "2 januari 2026|2|fredag|2|2|februari|2|2027",
    ),
    # 29 February
    "2028-02-29": (
        "28 februari 2028|28|måndag|8|1|januari|4|2027",
        "29 februari 2028|29|tisdag|9|2|februari|1|2028",
        "1 mars 2028|1|onsdag|10|3|mars|2|2029",
    ),
    # 31 December, in week 53
    "2026-12-31": (
        "30 december 2026|30|onsdag|52|11|november|3|2025",
        "31 december 2026|31|torsdag|53|12|december|4|2026",
        "1 januari 2027|1|fredag|1|1|januari|1|2027",
    ),
    # in week 53 of the year before
    "2027-01-01": (
        "31 december 2026|31|torsdag|52|12|december|4|2026",
        "1 januari 2027|1|fredag|53|1|januari|1|2027",
        "2 januari 2027|2|lördag|1|2|februari|2|2028",
    ),
    # the day after one of 23 hours: 24 hours ago it was the day before yesterday
    "2026-03-30": (
        "29 mars 2026|29|söndag|13|2|februari|4|2025",
        "30 mars 2026|30|måndag|14|3|mars|1|2026",
        "31 mars 2026|31|tisdag|15|4|april|2|2027",
    ),
    # a day of 25 hours: in 24 hours it is still today
    "2026-10-25": (
        "24 oktober 2026|24|lördag|42|9|september|3|2025",
        "25 oktober 2026|25|söndag|43|10|oktober|4|2026",
        "26 oktober 2026|26|måndag|44|11|november|1|2027",
    ),
    # the specification's own example
    "2026-03-03": (
        "2 mars 2026|2|måndag|9|2|februari|4|2025",
        "3 mars 2026|3|tisdag|10|3|mars|1|2026",
        "4 mars 2026|4|onsdag|11|4|april|2|2027",
    ),
}
ENGLISH = {
    "januari": "January", "februari": "February", "mars": "March", "april": "April", "september": "September",
    "oktober": "October", "november": "November", "december": "December", "måndag": "Monday", "tisdag": "Tuesday",
    "onsdag": "Wednesday", "torsdag": "Thursday", "fredag": "Friday", "lördag": "Saturday", "söndag": "Sunday",
}  # fmt: skip
PETRA = {
    "first_name": "Petra", "middle_name": "Maria", "last_name": "Holm", "phone": "+46 8 123 45 67",
    "company_name": "Holm & Döttrar", "street": "Storgatan 1", "zip": "111 22", "city": "Stockholm",
    "state": "Uppland", "country": "Sverige",
}  # fmt: skip
OF_PEOPLE = {
    "ACCOUNT_NAME": "Holm & Döttrar Bygg AB", "CONTACT_NAME": "Petra Holm", "FIRST_NAME": "Petra",
    "MIDDLE_NAME": "Maria", "LAST_NAME": "Holm", "PHONE_NUMBER": "+46 8 123 45 67", "COUNTRY": "Sverige",
    "COMPANY_NAME": "Holm & Döttrar", "STREET_ADDRESS": "Storgatan 1", "CITY": "Stockholm",
    "STATE / PROVINCE": "Uppland", "ZIP / POSTAL CODE": "111 22",
}  # fmt: skip


def expected(day: str, language: Language) -> dict[str, str]:
    found = dict(OF_PEOPLE)
    for period, values in zip(("LAST", "CURRENT", "NEXT"), DAYS[day], strict=True):
        for part, value in zip(PARTS, values.split("|"), strict=True):
            words = [ENGLISH[word] if language == "en" and word in ENGLISH else word for word in value.split()]
            found[f"{period}_{part}"] = " ".join(words)
    return found


def at(day: str, hour: int = 0, minute: int = 30) -> int:
    local = datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=ZoneInfo("Europe/Stockholm"))
    return int(local.timestamp() * 1000)


async def resolved(world: World, text: str | Body, person: Person | None = None, **more: Any) -> ShortcodesResolved:
    body = paragraph(text) if isinstance(text, str) else text
    asked = ShortcodeResolve(**{"account_id": world.holm.id, "body": body, **more})
    found: ShortcodesResolved = await world.do(person or world.anna, asked)
    return found


async def says(world: World, text: str | Body, person: Person | None = None, **more: Any) -> str:
    found = await resolved(world, text, person, **more)
    assert found.body is not None
    return plain_text(found.body)


async def described(world: World, **details: Any) -> None:
    await world.do(
        world.anna, ContactDescribe(account_id=world.holm.id, contact_id=world.petra.id, **(details or PETRA))
    )


async def created(world: World, person: Person | None = None, account: AccountDoc | None = None, **more: Any) -> Thread:
    said = {"subject": "Moms", "body": paragraph("Hej!"), "client_message_id": new_id(), **more}
    thread: Thread = (
        await world.do(person or world.anna, ThreadCreate(account_id=(account or world.holm).id, **said))
    ).thread
    return thread


async def bodies_in(world: World, stream: str) -> list[str]:
    stored = await world.store.streams.read(stream, 0, 100)
    return [plain_text(one.event.body) for one in stored if isinstance(one.event, MessageSent)]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("day", DAYS)
async def test_every_shortcode_on_a_day_in_a_language(world_settings: Settings, day: str, language: Language) -> None:
    """SC-2 to SC-5: all 36, in the firm's zone and language, whatever UTC says."""
    async with new_world(world_settings, at(day)) as world:
        await world.do(world.anna, FirmUpdate(language=language))
        await described(world)
        body = Body(content=[Paragraph(content=[Text(text=f"[{code}]")]) for code in sorted(CODES)])
        found = dict(zip(sorted(CODES), (await says(world, body)).split("\n"), strict=True))
        assert found == expected(day, language)
        assert len(found) == 36
        # To the last minute of the day.
        world.clock.advance(s=(at(day, 23, 59) - at(day)) / 1000)
        assert dict(zip(sorted(CODES), (await says(world, body)).split("\n"), strict=True)) == found
        world.clock.advance(s=60)
        assert await says(world, "[LAST_DAY_FULL_DATE]") == found["CURRENT_DAY_FULL_DATE"]


def test_the_table_names_every_shortcode() -> None:
    """SC-3."""
    assert set(expected("2026-01-01", "sv")) == CODES
    assert {f"{period}_{part}" for period, part in itertools.product(("LAST", "CURRENT", "NEXT"), PARTS)} == DATE_CODES


async def test_the_day_is_the_firms_wherever_that_is(world_settings: Settings) -> None:
    """SC-4."""
    async with new_world(world_settings, at("2026-06-10")) as world:
        for zone, date in (("Pacific/Kiritimati", "10"), ("America/New_York", "9"), ("Europe/Stockholm", "10")):
            await world.do(world.anna, FirmUpdate(time_zone=zone))
            assert await says(world, "[CURRENT_DAY_NUMBER]") == date


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[CITY] och [STATE / PROVINCE], [ZIP / POSTAL CODE]", ["CITY", "STATE / PROVINCE", "ZIP / POSTAL CODE"]),
        ("[CITYY] [First_Name] [state/province] [PDF] [AB:c]", None),
        ("[1] [se nedan] [ CITY] [] [[CITY]] [x]", ["CITY"]),
        ("[ACCOUNT_CUSTOM_FIELD:Org  nr] [ACCOUNT_CUSTOM_FIELD: ]", ["ACCOUNT_CUSTOM_FIELD"]),
        ("[CITY\u2028] [" + "X" * 500 + "]", []),
    ],
)
def test_what_is_a_shortcode_what_is_meant_as_one_and_what_is_somebodys_brackets(
    text: str, codes: list[str] | None
) -> None:
    """SC-1, SC-5."""
    found = list(shortcodes_in(text))
    if codes is None:
        assert [text[code.start : code.end] for code in found] == text.split(" ")
        assert not any(code.known for code in found)
    else:
        assert [code.code for code in found if code.known] == codes


async def test_what_there_is_not_stays_and_what_is_empty_leaves_nothing_and_both_are_said(world: World) -> None:
    """SC-6: also the custom field that the firm hasn't."""
    found = await resolved(
        world,
        "Hej [FIRST_NAME] från [CITY]! [FIRSTNAME] [CITY] [ACCOUNT_CUSTOM_FIELD:Org.nr] [se här]",
        subject="[LAST_YER] för [ACCOUNT_NAME]",
        tasks=["Kvitton från [LAST_MONTH_NAM]"],
    )
    assert found.body is not None
    assert plain_text(found.body) == "Hej Petra från ! [FIRSTNAME]  [ACCOUNT_CUSTOM_FIELD:Org.nr] [se här]"
    assert found.subject == "[LAST_YER] för Holm & Döttrar Bygg AB"
    assert found.tasks == ["Kvitton från [LAST_MONTH_NAM]"]
    assert [(gap.token, gap.why) for gap in found.gaps] == [
        ("[LAST_YER]", "unknown"),
        ("[LAST_MONTH_NAM]", "unknown"),
        ("[CITY]", "empty"),
        ("[FIRSTNAME]", "unknown"),
        ("[ACCOUNT_CUSTOM_FIELD:Org.nr]", "unknown"),
    ]


@pytest.mark.parametrize("name", ["<b>Fet</b> & Co", "[CITY] AB", "{{ account.name }} %s ${x}", "[ACCOUNT_NAME] \\1"])
async def test_a_value_is_text_and_is_not_read_again(world: World, name: str) -> None:
    """SC-8: markup stays what it looks like, and so does what looks like a shortcode."""
    await described(world)
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"name": name}})
    thread = await created(world, subject="Till [ACCOUNT_NAME]", body=paragraph("[ACCOUNT_NAME] i [CITY]"))
    assert thread.subject == f"Till {name}"
    assert await bodies_in(world, thread_stream(thread.id)) == [f"{name} i Stockholm"]


async def test_marks_lists_links_and_mentions_stay_around_a_value(world: World) -> None:
    """SC-3: in every place of a body; one that is half in bold is one all the same, with the marks it begins with."""
    await described(world)
    link = "https://example.com/[CITY]"
    mention = Mention(id=world.erik.id, name="Erik Falk")
    written: list[Inline] = [
        Text(text="Hej [FIRST", strong=True),
        Text(text="_NAME]!", em=True),
        mention,
        Text(text="[CI"),
        Break(),
        Text(text="TY] "),
        Text(text="[CITY]", link=link),
        Text(text=" [MIDDLE_NAME]", strong=True),
        Text(text="[COUNTRY]", strong=True),
    ]
    items: list[Block] = [Paragraph(content=[Text(text="[CITY]")]), BulletList(items=[ListItem(content=[Paragraph()])])]
    found = await resolved(
        world, Body(content=[Paragraph(content=written), BulletList(items=[ListItem(content=items)])])
    )
    assert found.body is not None
    said, bullets = found.body.content
    assert isinstance(said, Paragraph)
    assert said.content == [
        Text(text="Hej Petra", strong=True),
        Text(text="!", em=True),
        mention,
        Text(text="[CI"),
        Break(),
        Text(text="TY] "),
        Text(text="Stockholm", link=link),
        Text(text=" MariaSverige", strong=True),
    ]
    assert isinstance(bullets, BulletList)
    assert bullets.items[0].content == [Paragraph(content=[Text(text="Stockholm")]), items[1]]


async def test_a_chat_keeps_what_they_stood_for_when_it_was_created(world_settings: Settings) -> None:
    """TH-5, SC-5, P2: subject, message and tasks; a retry on another day finds the first chat."""
    async with new_world(world_settings, at("2026-12-31", 23, 59)) as world:
        command = ThreadCreate(
            account_id=world.holm.id,
            client_message_id=new_id(),
            subject="Bokslut [CURRENT_YEAR] för [ACCOUNT_NAME]",
            body=paragraph("Hej [FIRST_NAME]! Det gäller [LAST_MONTH_NAME]."),
            tasks=[TaskToAdd(text="Kvitton [CURRENT_QUARTER]/[CURRENT_YEAR]", client_task_id=new_id())],
        )
        thread: Thread = (await world.do(world.sofia, command)).thread
        world.clock.advance(days=1)
        again: Thread = (await world.do(world.sofia, command)).thread
        assert again.id == thread.id
        assert again.subject == "Bokslut 2026 för Holm & Döttrar Bygg AB"
        assert await bodies_in(world, thread_stream(thread.id)) == ["Hej Petra! Det gäller november."]
        (task,) = await world.store.tasks.of_thread(world.firm.id, thread.id)
        assert task.text == "Kvitton 4/2026"
        other = await created(world, world.sofia, world.eken, subject="Till [ACCOUNT_NAME] [CURRENT_YEAR]")
        assert other.subject == "Till Brf Eken 4 2027"


async def test_what_says_nothing_or_does_not_fit_with_its_values_creates_nothing(world: World) -> None:
    """TH-13: with the place, and how long it would be."""
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"name": "Å" * 150}})
    for wrong, path, expected_words in (
        ({"subject": "[CITY]"}, "$.subject", "some text"),
        ({"subject": "[ACCOUNT_NAME] [ACCOUNT_NAME]"}, "$.subject", "at most 200 characters"),
        ({"body": paragraph("[CITY] [MIDDLE_NAME]")}, "$.body", "some text"),
        ({"body": paragraph("[ACCOUNT_NAME]" * 200)}, "$.body", "at most 20000 characters"),
        ({"tasks": [TaskToAdd(text="Ja"), TaskToAdd(text="[CITY]")]}, "$.tasks[1].text", "some text"),
        ({"tasks": [TaskToAdd(text="[ACCOUNT_NAME]" * 4)]}, "$.tasks[0].text", "at most 500 characters"),
    ):
        with pytest.raises(Invalid, match=expected_words) as refused:
            await created(world, **wrong)
        assert refused.value.problem.path == path
    assert (await world.do(world.anna, ThreadList())).threads == []


async def test_staff_write_them_in_a_thread_too_and_contacts_have_none(world: World) -> None:
    """SC-2, SS-4: a saved reply that was put in, also an internal one; what a contact writes is what they wrote."""
    thread = await world.thread()

    async def send(person: Person, text: str, *, internal: bool = False) -> None:
        message = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal)
        await world.do(person, message)

    await send(world.sofia, "Hej [FIRST_NAME]! [OKÄND]")
    await send(world.petra, "Hej [FIRST_NAME]!")
    await send(world.sofia, "[ACCOUNT_NAME] har svarat", internal=True)
    assert (await bodies_in(world, thread_stream(thread.id)))[1:] == ["Hej Petra! [OKÄND]", "Hej [FIRST_NAME]!"]
    assert await bodies_in(world, notes_stream(thread.id)) == ["Holm & Döttrar Bygg AB har svarat"]
    with pytest.raises(Invalid, match="some text"):
        await send(world.sofia, "[CITY]")
    theirs = await created(world, world.petra, subject="[ACCOUNT_NAME]", body=paragraph("[CITY]"))
    assert theirs.subject == "[ACCOUNT_NAME]"
    assert await bodies_in(world, thread_stream(theirs.id)) == ["[CITY]"]


async def test_of_several_contacts_the_first_who_can_log_in_stands_for_all(world: World) -> None:
    """SC-7: whoever asks first learns that there are more."""
    found = await resolved(world, "[CONTACT_NAME]")
    assert (found.contact, found.others) == ("Petra Holm", 1)
    without = await resolved(world, "[ACCOUNT_NAME] [CURRENT_YEAR]")
    assert (without.contact, without.others) == ("", 0)
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
    found = await resolved(world, "[CONTACT_NAME] [LAST_NAME]")
    assert found.body is not None
    assert (plain_text(found.body), found.contact, found.others) == ("Linn Holm Holm", "Linn Holm", 0)
    nobody = await resolved(world, "[CONTACT_NAME]", account_id=world.salt.id)
    assert [(gap.token, gap.why) for gap in nobody.gaps] == [("[CONTACT_NAME]", "empty")]


async def test_who_knows_no_more_of_a_contact_than_a_typed_name_writes_no_more(world: World) -> None:
    """P7: what is known of somebody elsewhere comes into no message of a colleague who may not see it."""
    await world.store.people.change_staff(
        world.firm.id, world.olle.id, {"rights": ["manage_contacts", "manage_accounts"]}
    )
    await world.do(world.anna, AccountAssign(account_id=world.salt.id, staff_id=world.olle.id, assigned=True))
    await world.do(
        world.olle,
        ContactCreate(account_id=world.salt.id, name="Frun", email=world.gunilla.email, login=True),
    )
    await world.do(
        world.anna, ContactDescribe(account_id=world.eken.id, contact_id=world.gunilla.id, city="Nacka", first_name="G")
    )
    text = "[CONTACT_NAME]|[FIRST_NAME]|[CITY]"
    assert await says(world, text, world.olle, account_id=world.salt.id) == "Frun||"
    assert await says(world, text, world.anna, account_id=world.salt.id) == "Gunilla Wester|G|Nacka"
    thread = await created(world, world.olle, world.salt, body=paragraph(f"{text}!"))
    assert await bodies_in(world, thread_stream(thread.id)) == ["Frun||!"]
    with pytest.raises(Forbidden, match="elsewhere"):
        await world.do(world.olle, ContactDescribe(account_id=world.salt.id, contact_id=world.gunilla.id, city="X"))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Petra Holm", "Petra", "Holm"), ("Anna Maria von Essen", "", ""), ("Cher", "", ""), ("Holm, Petra", "", "")],
)
async def test_of_a_name_of_two_words_first_and_last_are_known_and_of_others_nothing_is_guessed(
    world: World, name: str, first: str, last: str
) -> None:
    await world.store.people.change_contact(world.firm.id, world.petra.id, {"name": name})
    assert await says(world, "[FIRST_NAME]|[MIDDLE_NAME]|[LAST_NAME]") == f"{first}||{last}"
    await described(world, last_name="Holm")
    assert await says(world, "[FIRST_NAME]|[MIDDLE_NAME]|[LAST_NAME]") == "||Holm"


async def defined(world: World, name: str, kind: FieldKind = "text", *, of: FieldOf = "account", **more: Any) -> str:
    created = await world.do(
        world.anna, CustomFieldCreate(client_field_id=new_id(), of=of, name=name, kind=kind, **more)
    )
    field_id: str = created.id
    return field_id


async def filled(world: World, field_id: str, texts: list[str], of: FieldOf = "account") -> None:
    """Say it of Holm, or of Petra."""
    place, custom = world.holm.id, {field_id: texts}
    if of == "account":
        await world.do(world.anna, AccountDescribe(account_id=place, custom=custom))
    else:
        await world.do(world.anna, ContactDescribe(account_id=place, contact_id=world.petra.id, custom=custom))


FIELDS: list[tuple[FieldKind, list[str], str, str]] = [
    ("text", ["K2 [CITY] <b>"], "K2 [CITY] <b>", "K2 [CITY] <b>"),
    ("number", ["-1234.50"], "\u22121234,50", "-1234.50"),
    ("money", ["1234567.5"], "1\u00a0234\u00a0567,50\u00a0kr", "SEK\u00a01,234,567.50"),
    ("date", ["2028-02-29"], "29 februari 2028", "29 February 2028"),
    ("choice", ["Ja"], "Ja", "Ja"),
    ("choices", ["Moms", "Ja"], "Ja, Moms", "Ja, Moms"),
    ("email", ["petra@holm.example"], "petra@holm.example", "petra@holm.example"),
    ("url", ["https://holm.example"], "https://holm.example", "https://holm.example"),
    ("phone", ["08-123 45 67"], "08-123 45 67", "08-123 45 67"),
]


@pytest.mark.parametrize("of", ["account", "contact"])
@pytest.mark.parametrize(("kind", "texts", "swedish", "english"), FIELDS)
async def test_a_custom_field_of_each_type_stands_in_a_text_in_the_firms_language(
    world: World, kind: FieldKind, texts: list[str], swedish: str, english: str, of: FieldOf
) -> None:
    """SC-1, SC-3, SC-8, SC-9: several are joined by a comma; a value is text and is not read again."""
    more: dict[str, Any] = {"options": ["Ja", "Nej", "Moms"]} if kind in ("choice", "choices") else {}
    more |= {"currency": "SEK"} if kind == "money" else {}
    field_id = await defined(world, "Vad det är", kind, of=of, **more)
    token = f"[{of.upper()}_CUSTOM_FIELD:Vad det är]"
    assert [(gap.token, gap.why) for gap in (await resolved(world, token)).gaps] == [(token, "empty")]
    await filled(world, field_id, texts, of)
    said: tuple[tuple[Language, str], ...] = (("sv", swedish), ("en", english))
    for language, expected in said:
        await world.do(world.anna, FirmUpdate(language=language))
        found = await resolved(world, f"a {token} b", subject=token)
        assert found.body is not None
        assert (plain_text(found.body), found.subject, found.gaps) == (f"a {expected} b", expected, [])
        assert found.contact == ("Petra Holm" if of == "contact" else "")
    thread = await created(world, subject=token, body=paragraph(token))
    assert await bodies_in(world, thread_stream(thread.id)) == [english]
    assert thread.subject == " ".join(english.split())  # as of every subject


async def test_a_custom_field_is_found_by_its_name_and_by_no_other(world: World) -> None:
    """SC-1, SC-6: capitals and blanks don't count, whose it is does; a former name is unknown, and so is a deleted one."""
    field_id = await defined(world, "Org. nr")
    await filled(world, field_id, ["556677-8899"])
    text = "[ACCOUNT_CUSTOM_FIELD: org.  NR ] [CONTACT_CUSTOM_FIELD:Org. nr]"
    assert await says(world, text) == "556677-8899 [CONTACT_CUSTOM_FIELD:Org. nr]"
    await world.do(world.anna, CustomFieldUpdate(custom_field_id=field_id, name="Nummer"))
    assert await says(world, f"{text} [ACCOUNT_CUSTOM_FIELD:Nummer]") == f"{text} 556677-8899"
    await world.do(world.anna, CustomFieldDelete(custom_field_id=field_id))
    found = await resolved(world, "[ACCOUNT_CUSTOM_FIELD:Nummer]")
    assert [(gap.token, gap.why) for gap in found.gaps] == [("[ACCOUNT_CUSTOM_FIELD:Nummer]", "unknown")]


async def test_what_another_firm_says_of_a_field_of_the_same_name_stands_nowhere_here(world: World) -> None:
    """P7."""
    theirs = await world.do(
        world.grace, CustomFieldCreate(client_field_id=new_id(), of="account", name="Nr", kind="text")
    )
    await world.do(world.grace, AccountDescribe(account_id=world.harbour.id, custom={theirs.id: ["hemligt"]}))
    assert await says(world, "[ACCOUNT_CUSTOM_FIELD:Nr]") == "[ACCOUNT_CUSTOM_FIELD:Nr]"
    await defined(world, "Nr")
    assert await says(world, "a[ACCOUNT_CUSTOM_FIELD:Nr]b") == "ab"


async def test_a_contacts_custom_field_stays_with_who_knows_them(world: World) -> None:
    """P7: as their other details do, where a colleague knows only the name that was typed."""
    field_id = await defined(world, "Hund", of="contact")
    await world.do(
        world.anna,
        ContactDescribe(account_id=world.eken.id, contact_id=world.gunilla.id, custom={field_id: ["Bamse"]}),
    )
    rights = {"rights": ["manage_contacts", "manage_accounts"]}
    await world.store.people.change_staff(world.firm.id, world.olle.id, rights)
    await world.do(world.anna, AccountAssign(account_id=world.salt.id, staff_id=world.olle.id, assigned=True))
    await world.do(
        world.olle, ContactCreate(account_id=world.salt.id, name="Frun", email=world.gunilla.email, login=True)
    )
    text = "a[CONTACT_CUSTOM_FIELD:Hund]b"
    assert await says(world, text, world.olle, account_id=world.salt.id) == "ab"
    assert await says(world, text, world.anna, account_id=world.salt.id) == "aBamseb"
