"""What stands in a letter's headers and links, whatever people are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol.body import paragraph
from scheduler.letters.writing import Letter, LetterRefused, Said, render
from tests.scheduler.letters.letter_gallery import AT, LETTER, SYSTEM_ADDRESS, mail_of, parts
from tests.scheduler.letters.letter_parts import every_kind, page_of, received, text_of

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
    about_a_thread = letter.kind not in {"invitation", "password_reset", "staff_documents"}
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
    said = tuple(Said(who="> Bo", body=paragraph(f"> {'quoted ' * 14}> {'again ' * 20}\n>>> deeper")) for _ in range(2))
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
