"""What a letter may say, to whom, and what it never carries (spec 3.16, RM-18, NS-9; acceptance 11, 28, 29)."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.letters.colours import CONTRAST_MIN, DARK_SURFACE, LIGHT_SURFACE, contrast, readable
from scheduler.letters.words import words
from scheduler.letters.writing import Activity, Firm, Kind, Letter, LetterRefused, Said, Task, languages, render
from tests.scheduler.letters.letter_gallery import (
    AT,
    IN_ENGLISH,
    LETTER,
    LETTERS,
    NO_TASKS,
    SAID,
    SYSTEM_ADDRESS,
    mail_of,
    parts,
    pictures,
)  # fmt: skip

replace = msgspec.structs.replace


class Page(HTMLParser):
    """What a reader sees of the HTML part, its links, and whatever would load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self._hidden += tag in {"style", "title"}
        if tag == "a":
            self.links.append(values["href"] or "")
        # What the mail brings along is nothing to load.
        self.loads += [v for k, v in attrs if k in {"src", "background", "srcset"} and v and not v.startswith("cid:")]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.shown.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())


def page_of(letter: Letter) -> Page:
    return Page(parts(mail_of(letter))[1])


def text_of(letter: Letter) -> str:
    return parts(mail_of(letter))[0]


def received(mail: EmailMessage) -> EmailMessage:
    """The mail after the journey: as bytes, parsed by somebody else."""
    parsed = message_from_bytes(mail.as_bytes(), policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


every_kind = pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)


def test_the_gallery_holds_every_kind_of_letter_in_every_language() -> None:
    """What isn't there is neither checked nor looked at."""
    assert {letter.kind for letter in LETTERS.values()} == set(get_args(Kind))
    assert {letter.activity for letter in LETTERS.values() if letter.to_staff} == set(get_args(Activity))
    assert {activity for letter in LETTERS.values() for activity in letter.also} == set(get_args(Activity))
    assert {letter.firm.language for letter in LETTERS.values()} == set(languages())


# ---------------------------------------------------------------- both parts


@every_kind
def test_both_parts_state_the_same_facts(letter: Letter) -> None:
    """EM-4, RM-18."""
    text, page = " ".join(text_of(letter).split()), page_of(letter)
    stated = [letter.firm.name, letter.account_name, letter.greeting_name, letter.firm.phone]
    if letter.show_tasks:
        stated += [task.text for task in letter.tasks_open]
    if letter.show_text:
        stated += [letter.messages[0].text.splitlines()[-1]]
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
    """VD-4."""
    letter = LETTERS["sv-client_messages_with_text"]
    assert "https://www.loom.com/share/0123456789abcdef0123456789abcdef" in page_of(letter).text


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
    assert found[1] in {words(code).say(f"page.{key}").bare for code in ("sv", "en")
                        for key in ("preheader", "preheader_account", "preheader_activate")}  # fmt: skip


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
    assert "kontakt hos Lindberg & Falk Redovisning" in text_of(alone)


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
    with pytest.raises(LetterRefused, match="valid_hours"):
        mail_of(replace(LETTERS["en-invitation"], valid_hours=0))


# ---------------------------------------------------------------- headers


def test_headers_of_a_client_letter() -> None:
    """EM-3; RFC 3834."""
    mail = received(mail_of(LETTER))
    assert mail["From"] == f"Lindberg & Falk Redovisning <{SYSTEM_ADDRESS}>"
    assert mail["To"] == "Petra Holm <petra@holm.example>"
    assert mail["Reply-To"] == "svar@lindbergfalk.se"
    assert mail["Subject"] == "Anna Lindberg har skrivit till dig"
    assert mail["Message-ID"] == "<l-0193a1@mail.example>"
    assert mail["Date"] == "Mon, 01 Dec 2025 09:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_letter_is_dated_by_the_firms_clock() -> None:
    """As every other time that the firm and its clients see."""
    firm = replace(LETTER.firm, time_zone="Europe/Stockholm")
    assert received(mail_of(replace(LETTER, firm=firm)))["Date"] == "Mon, 01 Dec 2025 10:00:00 +0100"


@every_kind
def test_the_letters_about_a_thread_refer_to_one_id_and_others_to_none(letter: Letter) -> None:
    mail = received(mail_of(letter))
    about_a_thread = letter.kind not in {"invitation", "password_reset"}
    assert mail.get_all("References", []) == (["<0193a1@mail.example>"] if about_a_thread else [])
    assert mail["Message-ID"] != mail["References"]


def test_no_header_with_ids_is_ever_encoded() -> None:
    """Encoded words stand where people read, never in ids: no parser but Python's own decodes them there."""
    letter = replace(LETTER, thread_id="t" * 180, thread_subject="å" * 200, show_text=True, to_name="Ö" * 120)
    mail = render(letter, message_id=f"<{'m' * 180}@mail.example>", at=AT, system_address=SYSTEM_ADDRESS)
    head = bytes(mail).partition(b"\r\n\r\n")[0]
    encoded = {line.partition(b":")[0] for line in head.replace(b"\r\n ", b" ").split(b"\r\n") if b"=?" in line}
    assert encoded == {b"Subject", b"To"}
    assert b"\r\nReferences: <" + b"t" * 180 + b"@mail.example>\r\n" in head
    assert b"Message-ID: <" + b"m" * 180 + b"@mail.example>\r\n" in head


@every_kind
def test_no_line_is_longer_than_any_server_takes(letter: Letter) -> None:
    lines = bytes(mail_of(letter)).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@every_kind
def test_no_line_of_the_text_begins_as_a_quotation_does(letter: Letter) -> None:
    said = tuple(Said(who="> Bo", text=f"> {'quoted ' * 14}> {'again ' * 20}\n>>> deeper") for _ in range(2))
    odd = replace(letter, messages=said, thread_subject="> " * 60, firm=replace(letter.firm, name="> Firm"))
    lines = text_of(odd).splitlines()
    assert not [line for line in lines if line.startswith(">")]
    assert max(len(line) for line in lines if "https://" not in line) <= 74


def test_a_second_try_is_the_same_mail() -> None:
    """Same Message-ID, date and words; only the boundary between the parts is made anew."""
    first, second = mail_of(LETTER), mail_of(LETTER)
    assert parts(first) == parts(second)
    del first["Content-Type"], second["Content-Type"]
    assert first.items() == second.items()


def test_the_blind_copy_is_in_no_header() -> None:
    """EM-3, NS-10."""
    assert b"arkiv@" not in mail_of(replace(LETTER, bcc="arkiv@lindbergfalk.se")).as_bytes()


@pytest.mark.parametrize(
    "evil",
    ["Eva\r\nBcc: spy@evil.example", "Eva\nX-Evil: 1", "Eva\u2028Bcc: spy@evil.example", '"Eva" <spy@evil.example>,',
     "Eva, spy@evil.example", "=?utf-8?q?Eva=0D=0ABcc:_spy=40evil.example?=", "Åsa, <spy@evil.example>\x00\x1b"],
)  # fmt: skip
def test_no_name_or_subject_can_write_a_header(evil: str) -> None:
    firm = replace(LETTER.firm, name=evil)
    letter = replace(LETTER, firm=firm, to_name=evil, who=evil, thread_subject=evil, show_text=True)
    mail = received(mail_of(letter))
    expected = {"Message-ID", "Date", "From", "To", "Reply-To", "Subject", "Content-Language", "Auto-Submitted",
                "References",                 "X-Auto-Response-Suppress", "MIME-Version", "Content-Type"}  # fmt: skip
    assert set(mail.keys()) == expected
    assert [a.addr_spec for a in mail["From"].addresses] == [SYSTEM_ADDRESS]
    assert [a.addr_spec for a in mail["To"].addresses] == ["petra@holm.example"]


NASTY = st.lists(
    st.sampled_from(
        [
            "=?utf-8?q?",
            "=?us-ascii?b?",
            "=0D=0A",
            "?=",
            "<",
            ">",
            ",",
            '"',
            "\\",
            "\r\n",
            "Bcc: x@y.z",
            "@",
            "(",
            ";",
        ]
    )
    | st.text(max_size=20),
    max_size=12,
).map("".join)


@given(NASTY, NASTY)
def test_whatever_people_are_called_the_mail_has_one_sender_and_one_addressee(firm: str, name: str) -> None:
    letter = replace(LETTER, firm=replace(LETTER.firm, name="Firm " + firm), to_name=name, who=name)
    mail = received(mail_of(letter))
    assert [a.addr_spec for a in mail["From"].addresses] == [SYSTEM_ADDRESS]
    assert [a.addr_spec for a in mail["To"].addresses] == ["petra@holm.example"]
    assert all(len(line) <= 998 for line in mail.as_bytes().split(b"\r\n"))


@pytest.mark.parametrize(
    "bad", ["", "petra", "petra@", "@holm.example", "petra@holm.example\r\nBcc: x@y.z", "a b@holm.example",
            "petra@holm.example, x@y.z", "Petra <petra@holm.example>", "petra@holm..example", "p" * 65 + "@x.example"],
)  # fmt: skip
def test_a_bad_address_is_refused(bad: str) -> None:
    with pytest.raises(LetterRefused, match="to_email: expected one e-mail address"):
        mail_of(replace(LETTER, to_email=bad))


def test_an_international_domain_goes_out_in_ascii() -> None:
    letter = replace(LETTER, to_email="petra@döttrar.example")
    assert [a.addr_spec for a in mail_of(letter)["To"].addresses] == ["petra@xn--dttrar-wxa.example"]


def test_a_domain_with_sharp_s_is_not_that_of_another_owner() -> None:
    """Python's own codec makes fass.example of it (IDNA 2003)."""
    letter = replace(LETTER, to_email="c@faß.example", reply_to="svar@faß.example")
    assert [a.addr_spec for a in mail_of(letter)["To"].addresses] == ["c@xn--fa-hia.example"]
    assert [a.addr_spec for a in mail_of(letter)["Reply-To"].addresses] == ["svar@xn--fa-hia.example"]


@pytest.mark.parametrize("bad", ["", "l@x", "<l>", "<l@x>\r\nBcc: y", "<l@x> <m@y>"])
def test_a_bad_message_id_is_refused(bad: str) -> None:
    with pytest.raises(LetterRefused, match="message_id"):
        render(LETTER, message_id=bad, at=AT, system_address=SYSTEM_ADDRESS)


# ---------------------------------------------------------------- links


@pytest.mark.parametrize(
    "url",
    ["https://x.example/t?session=abc", "https://x.example/t?token=abc", "https://x.example/t#access_token=abc",
     "https://u:p@x.example/t", "javascript:alert(1)", "//x.example/t", "/t", "https://x.example/a b",
     "https://x.example/\r\nt"],
)  # fmt: skip
def test_a_link_that_could_carry_a_session_or_worse_is_refused(url: str) -> None:
    """EM-10."""
    with pytest.raises(LetterRefused, match="button_url"):
        mail_of(replace(LETTER, button_url=url))


def test_a_link_may_say_where_to_go_after_login() -> None:
    url = "https://x.example/login?next=/portal/threads/0193a1"
    assert page_of(replace(LETTER, button_url=url)).links[0] == url


# ---------------------------------------------------------------- markup and words


def test_a_name_with_markup_is_shown_as_it_is() -> None:
    """SC-8, acceptance 11."""
    evil = '<b>Bo</b><img src=x onerror="alert(1)"> {firm} & "Co"'
    letter = replace(
        LETTER,
        firm=replace(LETTER.firm, name=evil, legal_name=evil, address=evil),
        who=evil, thread_subject=evil, greeting_name=evil, account_name=evil,
        tasks_open=(Task(text=evil),), tasks_total=1,
        show_text=True, messages=(Said(who=evil, text=f"<script>x</script>\n{evil}"),),
    )  # fmt: skip
    page = page_of(letter)
    assert not page.tags & {"b", "img", "script"}
    assert page.text.count(evil) >= 8
    assert "<script>x</script>" in page.text
    assert evil in text_of(letter)


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
