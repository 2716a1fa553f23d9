"""How texts are kept and compared: one å, whichever keyboard it came from, and found without it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.accounts import AccountCreate
from protocol.body import paragraph
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.sessions import MeRead, SessionCreate
from protocol.tasks import TaskToAdd
from protocol.texts import WORD_CHARACTERS_MAX, WORDS_MAX, composed, folded, normal, words_of
from protocol.threads import ThreadCreate, ThreadList

DECOMPOSED = unicodedata.normalize("NFD", "Åsa Björk")


@pytest.mark.parametrize(
    ("text", "as_compared"),
    [
        ("Åsa", "asa"),
        (DECOMPOSED, "asa bjork"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Café Saltå", "cafe salta"),
        ("ﬁrma", "firma"),
        ("Øresund", "oresund"),
        ("Æbleskiver", "aebleskiver"),
        ("İstanbul", "istanbul"),
        ("ΌΣΟΣ", "οσοσ"),
        ("plain ASCII", "plain ascii"),
    ],
)
def test_texts_are_compared_without_case_and_marks(text: str, as_compared: str) -> None:
    assert folded(text) == as_compared


@given(st.text(max_size=60))
def test_both_forms_of_a_text_are_one_and_folding_it_again_changes_nothing(text: str) -> None:
    assert normal(unicodedata.normalize("NFD", text)) == normal(text)
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))
    assert folded(folded(text)) == folded(text)
    assert folded(text.upper().lower()) == folded(text.lower())


def test_words_are_runs_of_letters_and_digits_and_runs_of_signs_each_once_and_not_too_many() -> None:
    assert words_of("Holm & Döttrar Bygg AB", "HB1") == ["holm", "&", "dottrar", "bygg", "ab", "hb1"]
    assert words_of("a-kassa a-kassa 2025/26 _x_") == ["a", "-", "kassa", "2025", "/", "26", "_", "x"]
    assert words_of("(", "😀 .*.*") == ["(", "😀", ".*.*"]
    assert words_of(" \n", "") == []
    many = words_of(" ".join(f"{number}{'x' * 100}" for number in range(100)))
    assert len(many) == WORDS_MAX
    assert {len(word) for word in many} == {WORD_CHARACTERS_MAX}


def test_what_people_type_is_composed_and_what_programs_choose_is_not() -> None:
    account = AccountCreate(name=DECOMPOSED, kind="company", client_account_id="key-12345")
    assert composed(account).name == "Åsa Björk"
    login = composed(SessionCreate(email=f"{DECOMPOSED[:3]}@x.example".replace(" ", ""), password=DECOMPOSED))
    assert (login.password, unicodedata.is_normalized("NFC", login.email)) == ("Åsa Björk", True)
    assert composed(ThreadList(search=DECOMPOSED)).search == "Åsa Björk"
    thread = ThreadCreate(
        account_id=new_id(),
        client_message_id=new_id(),
        subject=DECOMPOSED,
        body=paragraph(DECOMPOSED),
        tasks=[TaskToAdd(text="Kvitton"), TaskToAdd(text=DECOMPOSED)],
    )
    kept = composed(thread)
    assert kept.subject == "Åsa Björk"
    assert [task.text for task in kept.tasks] == ["Kvitton", "Åsa Björk"]
    assert kept.body is thread.body


def test_a_command_that_is_composed_already_stays_the_same_object() -> None:
    for command in (
        MeRead(),
        MessageSend(thread_id=new_id(), client_message_id=new_id(), body=paragraph("Hej Åsa")),
        ThreadList(search="Åsa"),
    ):
        assert composed(command) is command
