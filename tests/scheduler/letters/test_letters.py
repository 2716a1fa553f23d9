"""What a letter may say, to whom, and what it never carries (spec 3.16, RM-18, NS-9; acceptance 11, 28, 29)."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from html import unescape
from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from protocol.body import (
    Body,
    Break,
    BulletList,
    Inline,
    ListItem,
    Mention,
    OrderedList,
    Paragraph,
    Text,
    paragraph,
    plain_text,
    video_paragraph,
)
from protocol.videos import Video
from scheduler.letters.colours import CONTRAST_MIN, DARK_SURFACE, LIGHT_SURFACE, contrast, readable
from scheduler.letters.words import words
from scheduler.letters.writing import Activity, Firm, Kind, Letter, LetterRefused, Said, Task, languages
from tests.scheduler.letters.letter_gallery import (
    IN_ENGLISH,
    LETTER,
    LETTERS,
    NO_TASKS,
    SAID,
    SYSTEM_ADDRESS,
    mail_of,
    parts,
    pictures,
)
from tests.scheduler.letters.letter_parts import Page, every_kind, page_of, received, text_of


def test_the_gallery_holds_every_kind_of_letter_in_every_language() -> None:
    """What isn't there is neither checked nor looked at."""
    assert {letter.kind for letter in LETTERS.values()} == set(get_args(Kind))
    assert {letter.activity for letter in LETTERS.values() if letter.to_staff} == set(get_args(Activity))
    assert {activity for letter in LETTERS.values() for activity in letter.also} == set(get_args(Activity))
    assert {letter.firm.language for letter in LETTERS.values()} == set(languages())


DANA, TAX = "דנה לוי", "מס הכנסה"


@pytest.mark.parametrize("language", languages())
def test_what_is_written_from_the_right_turns_nothing_beside_it(language: str) -> None:
    """In the subject line, where no reader isolates anything, and within sentences of both parts."""
    firm = replace(LETTER.firm, language=language)
    letter = replace(
        LETTER, kind="staff_assigned", language=language, firm=firm, who=DANA, thread_subject=TAX, **NO_TASKS
    )
    letter = replace(letter, account_name="Holm", show_text=True)
    subject = str(make_header(decode_header(received(mail_of(letter))["Subject"])))
    assert subject.startswith(f"Holm: \u2068{DANA}\u2069 ")
    assert f"\u2068{TAX}\u2069" in subject
    text, html = parts(mail_of(letter))
    assert f"\u2068{TAX}\u2069" in text
    assert f"\u2068{TAX}\u2069" in html
    assert "\u2068Holm" not in text + html  # what turns nothing stays as it is


def test_a_subject_that_is_cut_is_closed() -> None:
    letter = replace(
        LETTER, kind="staff_assigned", who=DANA, thread_subject=TAX * 40, account_name="Holm", show_text=True
    )
    subject = str(make_header(decode_header(received(mail_of(letter))["Subject"])))
    assert len(subject) <= 200
    assert subject.count("\u2068") == subject.count("\u2069") == 2


# ---------------------------------------------------------------- both parts


@every_kind
def test_both_parts_state_the_same_facts(letter: Letter) -> None:
    """EM-4, RM-18."""
    text, page = " ".join(text_of(letter).split()), page_of(letter)
    stated = [letter.firm.name, letter.account_name, letter.greeting_name, letter.firm.phone]
    if letter.show_tasks:
        stated += [task.text for task in letter.tasks_open]
    if letter.show_text:
        stated += [plain_text(letter.messages[0].body).splitlines()[-1]]
    if letter.kind not in {"invitation", "password_reset"}:
        stated += [letter.thread_subject]
    for fact in filter(None, stated):
        assert fact in text
        assert fact in page.text
    # Who has no password yet is led to nothing that asks for one.
    urls = {letter.activate_url} if letter.activate_url else {letter.button_url, letter.login_url}
    shown = {url for url in urls if url}
    assert shown <= set(page.links)
    assert all(url in text for url in shown)


@every_kind
def test_a_letter_works_without_images_and_loads_nothing(letter: Letter) -> None:
    html = parts(mail_of(letter))[1]
    page = Page(html)
    assert page.loads == []
    assert not page.tags & {"link", "script", "iframe", "form", "object", "svg"}
    assert "url(" not in html
    assert "@import" not in html


@every_kind
def test_every_picture_came_along_and_every_one_that_came_is_shown(letter: Letter) -> None:
    """EM-4; RFC 2387, RFC 2392: there is one at most, the firm's logo, whole after the journey, in place of the mark."""
    mail = received(mail_of(letter))
    came, html = pictures(mail), parts(mail)[1]
    assert re.findall(r'<img [^>]*src="([^"]*)"', html) == list(came)
    assert [part.get_content() for part in came.values()] == ([letter.firm.logo.content] if letter.firm.logo else [])
    assert ('class="mark"' in html) == (letter.firm.logo is None)


@every_kind
def test_the_look_stands_in_style_attributes(letter: Letter) -> None:
    """Readers that drop style sheets still show the letter; the one sheet left holds media queries only."""
    html = parts(mail_of(letter))[1]
    assert re.search(r'<td class="card"[^>]* style="[^"]*background-color: #FFFFFF', html)
    sheets = re.findall(r"<style[^>]*>(.*?)</style>", html.split("<!--[if mso]>")[0], re.DOTALL)
    assert len(sheets) == 1
    assert "prefers-color-scheme: dark" in sheets[0]
    assert 'name="color-scheme" content="light dark"' in html


@every_kind
def test_no_placeholder_is_left_standing(letter: Letter) -> None:
    mail = mail_of(letter)
    for part in (str(mail["Subject"]), parts(mail)[0], page_of(letter).text):
        assert not re.search(r"\{\w*\}|None|Undefined", part)


# ---------------------------------------------------------------- what is not said


@pytest.mark.parametrize("kind", ["client_new_thread", "client_messages", "client_reminder", "staff_activity"])
def test_message_text_stays_out_by_default(kind: str) -> None:
    """EM-1, acceptance 28."""
    letter = msgspec.convert(
        msgspec.to_builtins(LETTER) | {"kind": kind, "waiting": "message", "messages": msgspec.to_builtins(SAID)},
        Letter,
    )
    whole = received(mail_of(letter)).as_bytes() + "".join(parts(mail_of(letter))).encode()
    assert b"Lagerlistan per den" not in whole
    assert b"loom.com" not in whole


def test_message_text_is_there_where_the_firm_allows_it() -> None:
    """EM-1."""
    letter = LETTERS["sv-client_messages_with_text"]
    assert "\n  Lagerlistan per den 30 november saknas fortfarande.\n" in text_of(letter).replace("\r\n", "\n")
    assert "Lagerlistan per den 30 november saknas fortfarande." in page_of(letter).text
    assert "aldrig i mejlet" not in text_of(letter)


def test_a_video_is_a_plain_link() -> None:
    """VD-4: in both parts, and nothing is fetched of its provider."""
    video = Video(provider="vimeo", id="76979871", hash="8272103f6e")
    body = Body(content=[*paragraph("Så gör ni:").content, video_paragraph(video)])
    letter = replace(LETTERS["sv-client_messages_with_text"], messages=(Said(who="Anna Lindberg", body=body),))
    page = page_of(letter)
    assert "https://vimeo.com/76979871/8272103f6e" in page.links
    assert "Video: https://vimeo.com/76979871/8272103f6e" in page.text
    text, html = parts(mail_of(letter))
    assert "Video: https://vimeo.com/76979871/8272103f6e" in text
    assert not re.search("<(iframe|video|embed|object)|player[.]vimeo", html)


def test_a_contact_who_has_not_activated_gets_the_banner_and_never_text() -> None:
    """NC-5, decision 1: even where the firm shows text."""
    letter = replace(LETTERS["sv-client_messages_to_activate"], show_text=True, messages=SAID)
    page = page_of(letter)
    assert page.text.index("Aktivera ditt konto") < page.text.index("Anna Lindberg har skrivit")
    assert page.links[0] == letter.activate_url
    assert "Lagerlistan" not in page.text + text_of(letter)
    assert "Årsbokslut" not in str(mail_of(letter)["Subject"])


@every_kind
def test_the_subject_line_names_the_thread_only_where_text_is_shown(letter: Letter) -> None:
    """EM-7: the thread's subject is content, and a subject line is read on lock screens."""
    if letter.kind in {"invitation", "password_reset"} or not letter.thread_subject:
        return
    hidden = mail_of(replace(letter, show_text=False))
    assert letter.thread_subject not in str(hidden["Subject"])
    shown = mail_of(replace(letter, show_text=True, activate_url=""))
    assert letter.thread_subject in str(shown["Subject"])


@pytest.mark.parametrize("words", ["Café Saltå årsbokslut", "för även på", "Åkesson & Söner", "bokslut och skatt"])
def test_subjects_and_names_say_the_same_wherever_they_are_folded(words: str) -> None:
    for before in range(80):
        text = f"{'x' * before} {words} {words}".strip()[:120].strip()
        letter = LETTERS["sv-client_messages"]
        firm = replace(letter.firm, name=text)
        mail = mail_of(replace(letter, show_text=True, thread_subject=text, firm=firm, to_name=text))
        assert unfolded(mail, "Subject") == f"Anna Lindberg: {text}"
        assert unfolded(mail, "From") == f"{text} <{SYSTEM_ADDRESS}>"
        assert unfolded(mail, "To") == f"{text} <{letter.to_email}>"


def unfolded(mail: EmailMessage, name: str) -> str:
    """A header as read by the standard library's older reader, which shares no code with what wrote it."""
    written = message_from_bytes(bytes(mail))[name]
    assert all(len(line) <= 78 for line in f"{name}: {written}".splitlines() if "=?" in line)
    return str(make_header(decode_header("".join(written.splitlines())))).replace('"', "").strip()


@every_kind
def test_the_preview_line_of_the_inbox_says_nothing(letter: Letter) -> None:
    html = parts(mail_of(replace(letter, show_text=True)))[1]
    found = re.search(r'<div class="preheader"[^>]*>([^<]*?)͏', html)
    assert found
    keys = ("preheader", "preheader_account", "preheader_activate", "preheader_documents")
    assert found[1] in {words(code).say(f"page.{key}").bare for code in ("sv", "en") for key in keys}


def test_a_letter_may_leave_the_thread_unnamed() -> None:
    letter = LETTERS["en-client_messages_no_subject"]
    assert "a new message is waiting for you." in text_of(letter)
    assert "Year-end" not in text_of(letter) + page_of(letter).text


@every_kind
def test_no_letter_names_the_product_or_offers_to_unsubscribe(letter: Letter) -> None:
    """EM-4. In Swedish the word is also the plural of chat, so English letters are the ones to search."""
    mail = mail_of(letter)
    assert "List-Unsubscribe" not in mail
    if letter.firm.language == "en":
        assert "chattar" not in (str(mail) + "".join(parts(mail))).lower()


# ---------------------------------------------------------------- tasks, accounts, reminders


def test_open_tasks_are_listed() -> None:
    """EM-2, TK-2."""
    text, page = text_of(LETTER), page_of(LETTER).text
    assert "Att göra (2 av 5 klara)" in text
    for task in LETTER.tasks_open:
        assert f"[ ] {task.text}\n" in text.replace("\r\n", "\n")
        assert task.text in page


def test_tasks_stay_out_where_the_firm_says_so() -> None:
    """EM-2's own setting."""
    letter = replace(LETTERS["sv-client_reminder_tasks"], show_tasks=False)
    assert "lagerlista" not in text_of(letter) + page_of(letter).text
    assert "3 uppgifter" in text_of(letter)


def test_a_long_list_of_tasks_ends_with_a_count() -> None:
    many = tuple(Task(text=f"Task {n}") for n in range(1, 26))
    letter = replace(IN_ENGLISH, tasks_open=many, tasks_total=25)
    assert "[ ] Task 20\nand 5 more tasks\n" in text_of(letter).replace("\r\n", "\n")
    assert "Task 21" not in page_of(letter).text
    assert "and 5 more tasks" in page_of(letter).text


def test_the_account_is_named_only_for_a_contact_with_several() -> None:
    """EM-5, acceptance 29."""
    assert text_of(LETTER).startswith("Lindberg & Falk Redovisning · Holm & Döttrar Bygg AB")
    alone = replace(LETTER, account_name="")
    assert "Holm & Döttrar" not in text_of(alone) + page_of(alone).text
    assert "har ett konto hos Lindberg & Falk Redovisning" in text_of(alone)


@pytest.mark.parametrize(
    ("name", "says", "never"),
    [
        ("client_reminder_reply", "Anna Lindberg väntar på ditt svar", "uppgift"),
        ("client_reminder_message", "ett meddelande från Anna Lindberg väntar", "uppgift"),
        ("client_reminder_both", "ett meddelande från Anna Lindberg och 3 uppgifter väntar", "svar"),
        ("client_reminder_tasks", "3 uppgifter väntar på dig", "meddelande"),
    ],
)
def test_a_reminder_speaks_of_what_is_true(name: str, says: str, never: str) -> None:
    """RM-18: with the client as last writer it speaks of the tasks, not of a waiting message."""
    letter = LETTERS[f"sv-{name}"]
    body = text_of(letter).split("Öppna chatten")[0]
    assert says in body
    assert never not in body
    assert str(mail_of(letter)["Subject"]).startswith("Påminnelse: ")


def test_a_reminder_of_one_task_is_in_the_singular() -> None:
    letter = replace(LETTERS["en-client_reminder_tasks"], tasks_open=IN_ENGLISH.tasks_open[:1])
    assert "Reminder: one task is waiting for you" in text_of(letter)


def test_a_reminder_of_nothing_is_refused() -> None:
    with pytest.raises(LetterRefused, match="waiting: expected a message, a reply or open tasks"):
        mail_of(replace(LETTER, kind="client_reminder", waiting="nothing", **NO_TASKS))


def test_letters_to_staff_have_a_button_to_the_chat_and_one_to_log_in() -> None:
    """NS-9."""
    letter = LETTERS["en-staff_mention"]
    assert page_of(letter).links[:2] == [letter.button_url, letter.login_url]
    assert f"Log in: {letter.login_url}" in text_of(letter)


def test_staff_read_their_own_language() -> None:
    letter = replace(LETTERS["sv-staff_assigned"], language="en")
    assert "has assigned a chat to you" in text_of(letter)
    assert mail_of(letter)["Content-Language"] == "en"


def test_a_one_time_link_says_how_long_it_works() -> None:
    assert "The link is valid for 7 days and works once." in text_of(LETTERS["en-invitation"])
    assert "The link is valid for one hour and works once." in text_of(LETTERS["en-password_reset"])
    told = {3_500: "one hour", 2_990: "51 minutes", 20: "one minute", 7_300: "2 hours", 170_000: "2 days"}
    for valid_s, left in told.items():
        assert f"The link is valid for {left} and works once." in text_of(
            replace(LETTERS["en-invitation"], valid_s=valid_s)
        )
    with pytest.raises(LetterRefused, match="valid_s"):
        mail_of(replace(LETTERS["en-invitation"], valid_s=0))


# ---------------------------------------------------------------- markup and words


def test_a_name_with_markup_is_shown_as_it_is() -> None:
    """SC-8, acceptance 11."""
    evil = '<b>Bo</b><img src=x onerror="alert(1)"> {firm} & "Co"'
    letter = replace(
        LETTER,
        firm=replace(LETTER.firm, name=evil, legal_name=evil, address=evil),
        who=evil, thread_subject=evil, greeting_name=evil, account_name=evil,
        tasks_open=(Task(text=evil),), tasks_total=1,
        show_text=True, messages=(Said(who=evil, body=paragraph(f"<script>x</script>\n{evil}")),),
    )  # fmt: skip
    page = page_of(letter)
    assert not page.tags & {"b", "img", "script"}
    assert page.text.count(evil) >= 8
    assert "<script>x</script>" in page.text
    assert evil in text_of(letter)


def test_addresses_in_a_message_are_links_and_made_links_say_where_they_lead() -> None:
    """MS-3 where the firm lets messages be printed (EM-1): in both parts."""
    body = Body(
        content=[
            Paragraph(
                content=[
                    Text(text="Läs  ", strong=True),
                    Text(text="här", link="https://a.example/?x=1&y=2"),
                    Text(text=" eller www.b.example, "),
                    Mention(id="0" * 32, name="Bo"),
                    Text(text=" <b>bo@c.example</b> https://user@evil.example"),
                ]
            ),
            BulletList(
                items=[ListItem(content=[Paragraph(content=[Text(text="d.example", link="https://d.example")])])]
            ),
        ]
    )
    letter = replace(LETTER, show_text=True, messages=(Said(who="Anna", body=body),))
    page, text = page_of(letter), text_of(letter)
    made = ["https://a.example/?x=1&y=2", "https://www.b.example", "mailto:bo@c.example", "https://d.example"]
    assert [link for link in page.links if "example" in link and "klient" not in link] == made
    assert "Läs här eller www.b.example, @Bo <b>bo@c.example</b> https://user@evil.example" in page.text
    alone = "Läs här (https://a.example/?x=1&y=2) eller www.b.example, @Bo <b>bo@c.example</b>"
    assert alone in " ".join(text.split())
    assert "  - d.example" in text.splitlines()


def test_lists_in_a_message_are_those_that_were_written() -> None:
    """MS-3: "see step 2" is of use only with numbers; what follows in an item begins none, and what is deeper stands so."""

    def says(text: str) -> Paragraph:
        return Paragraph(content=[Text(text=text)])

    deeper = BulletList(items=[ListItem(content=[says("med kod")]), ListItem(content=[says("utan kod")])])
    steps = [
        ListItem(content=[says("Logga in"), says("på bankens sida"), deeper]),
        ListItem(content=[Paragraph(content=[Text(text="Skicka filen"), Break(), Text(text="hit")])]),
    ]
    body = Body(content=[says("Gör så:"), OrderedList(items=steps), says("Tack")])
    letter = replace(LETTER, show_text=True, messages=(Said(who="Anna", body=body),))
    text = text_of(letter).split("Anna:\n")[1].split("\n\n")[0]
    assert text.splitlines() == [
        "  Gör så:",
        "  1. Logga in",
        "     på bankens sida",
        "     - med kod",
        "     - utan kod",
        "  2. Skicka filen",
        "     hit",
        "  Tack",
    ]
    html = parts(mail_of(letter))[1]
    shown = re.findall(r'<p class="said-line"[^>]*?style="([^"]*)"[^>]*>(.*?)</p>', html)
    assert [line for _, line in shown] == [line.strip() for line in text.splitlines()]
    indents = [[*re.findall(r"padding-left: ?(\d+)px", look), "0"][0] for look, _ in shown]
    assert indents == ["0", "0", "20", "20", "20", "0", "20", "0"]


def test_documents_of_a_message_are_told() -> None:
    """DC-1, EM-1: also of one that says nothing else, which else was counted and not shown."""
    said = (Said(who="Anna", body=paragraph("Se här"), attached=1), Said(who="Erik", body=paragraph(" "), attached=3))
    letter = replace(LETTERS["en-client_messages"], show_text=True, messages=said, count=2)
    for part in (page_of(letter).text, " ".join(text_of(letter).split())):
        for told in (
            "With a document, which you see in the chat.",
            "Erik",
            "With 3 documents, which you see in the chat.",
        ):
            assert told in part


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f"])
def test_an_amount_is_not_broken_between_its_thousands(blank: str) -> None:
    """As it is written in Swedish; broken, it is read as two."""
    amount = f"12{blank}500,00{blank}kr"
    for before in range(50, 75):
        said = Said(who="Anna", body=paragraph(f"{'x' * before} {amount} att betala"))
        letter = replace(LETTER, show_text=True, messages=(said,), thread_subject=f"Faktura på {amount}")
        for part in (text_of(letter), unescape(parts(mail_of(letter))[1]), str(received(mail_of(letter))["Subject"])):
            assert amount in part


def test_a_word_that_fits_no_line_stands_where_its_line_does() -> None:
    """Else it would stand under no name, or beside no box."""
    long = "https://www.skatteverket.example/" + "x" * 80
    letter = replace(
        LETTER, show_text=True, messages=(Said(who="Anna", body=paragraph(long)),), tasks_open=(Task(text=long),)
    )
    lines = text_of(letter).splitlines()
    assert f"  {long}" in lines
    assert f"[ ] {long}" in lines


def test_figures_in_a_message_keep_their_columns() -> None:
    """A table in the one part, tabs in the other."""
    rows = [["Konto", "Saldo", "<b>"], ["1930", "12 500,00", "www.a.example"]]
    content: list[Inline] = [Text(text="\t".join(rows[0])), Break(), Text(text="\t".join(rows[1]))]
    body = Body(content=[*paragraph("Siffrorna:").content, Paragraph(content=content, table=True)])
    letter = replace(LETTER, show_text=True, messages=(Said(who="Anna", body=body),))
    html, text = parts(mail_of(letter))[1], text_of(letter)
    cells = re.findall(r'<td class="said-cell"([^>]*)>(.*?)</td>', html)
    assert [re.sub(r"<a [^>]*>|</a>", "", said) for _, said in cells] == [*rows[0][:2], "&lt;b&gt;", *rows[1]]
    assert [number for number, (look, _) in enumerate(cells) if 'align="right"' in look] == [3, 4]
    # An amount is read as two where it breaks between its thousands.
    assert [number for number, (look, _) in enumerate(cells) if "nowrap" in look] == [3, 4]
    assert "https://www.a.example" in page_of(letter).links
    assert [line for line in text.splitlines() if "\t" in line] == ["  " + "\t".join(row) for row in rows]


def test_a_message_that_is_cut_keeps_its_links_whole() -> None:
    long = "https://a.example/" + "x" * 1_000
    body = paragraph("\n".join(["y" * 990] * 5 + [long, "z"]))
    letter = replace(LETTER, show_text=True, messages=(Said(who="Anna", body=body),))
    page = page_of(letter)
    assert long in page.links
    assert long not in page.text
    assert "  z" not in text_of(letter).splitlines()
    rows: list[Inline] = []
    for _ in range(100):
        rows += [Break(), Text(text=f"{'y' * 99}\tx")]
    body = Body(content=[Paragraph(content=rows[1:], table=True), *paragraph("z").content])
    lines = text_of(replace(LETTER, show_text=True, messages=(Said(who="Anna", body=body),))).splitlines()
    assert [line.split("\t") for line in lines if "\t" in line][48:] == [[f"  {'y' * 99}", "x"]] * 2 + [["  …", ""]]
    assert "  z" not in lines


def test_direction_marks_cannot_turn_a_name_around() -> None:
    letter = replace(LETTER, who="Anna\u202egnp.exe")
    assert "\u202e" not in text_of(letter) + parts(mail_of(letter))[1]


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    """Design 6: every string exists in both languages. A new file is held to the same."""
    assert set(languages()) >= {"en", "sv"}
    shapes = {code: dict(words(code).shape()) for code in languages()}
    for code, shape in shapes.items():
        assert shape == shapes["en"], code


def test_a_language_without_a_file_is_english_and_a_region_is_ignored() -> None:
    assert words("sv-SE").code == "sv"
    assert words("xx").code == "en"


@pytest.mark.parametrize("accent", ["#0B5C7A", "#FFFF00", "#FFFFFF", "#000000", "#B4501E", "#808080"])
def test_any_accent_is_made_readable_on_both_papers(accent: str) -> None:
    """Design 2.1."""
    for surface in (LIGHT_SURFACE, DARK_SURFACE):
        fill, on_fill = readable(accent, surface)
        assert contrast(fill, surface) >= CONTRAST_MIN
        assert contrast(on_fill, fill) >= CONTRAST_MIN
    assert readable("#0B5C7A", LIGHT_SURFACE) == ("#0B5C7A", "#FFFFFF")


@pytest.mark.parametrize("accent", ["red", "#12345", "#123456;background:url(https://evil.example)"])
def test_an_accent_that_is_no_colour_is_refused(accent: str) -> None:
    with pytest.raises(LetterRefused, match=r"firm\.accent: expected #RRGGBB"):
        mail_of(replace(LETTER, firm=Firm(name="F", mark="F", accent=accent)))
