"""What a mail server said, as it is kept and shown."""

import pytest
from aiosmtplib import SMTPResponseException, SMTPServerDisconnected

from scheduler.mail.verdict import TEXT_CHARS_MAX, Evidence, Step, Verdict, judge, words, words_of
from storage.letters import ServerWords


@pytest.mark.parametrize(
    ("code", "text", "enhanced", "kept"),
    [
        (550, "5.1.1 <x@y.example>: Recipient address rejected", "5.1.1", "<x@y.example>: Recipient address rejected"),
        (550, "Unrouteable address", "", "Unrouteable address"),
        (550, "5.7.1 one\n5.7.1 two\r\n5.7.1 three", "5.7.1", "one two three"),
        (451, "4.7.1\tGreylisted\x00, come \u2028back", "4.7.1", "Greylisted , come back"),
        (554, "5.1.1.7 is no such code", "", "5.1.1.7 is no such code"),
        (250, "", "", ""),
    ],
)  # fmt: skip
def test_a_reply_is_kept_on_one_line_with_its_enhanced_code(code: int, text: str, enhanced: str, kept: str) -> None:
    assert words(code, text) == ServerWords(text=kept, code=code, enhanced=enhanced)


def test_it_is_kept_in_bounds() -> None:
    assert len(words(550, "no " * 10_000).text) <= TEXT_CHARS_MAX


def test_what_was_no_reply_says_what_it_was() -> None:
    assert words_of(SMTPServerDisconnected("Connection lost")).code == 0
    assert "Connection lost" in words_of(SMTPServerDisconnected("Connection lost")).text
    assert words_of(SMTPResponseException(550, "5.1.1 no")) == ServerWords(text="no", code=550, enhanced="5.1.1")
    assert words_of(SMTPResponseException(-1, "Malformed SMTP response line: #!")).code == 0


RELAY, RELAY_GOES_ON = Verdict("relay", pauses=True), Verdict("relay")
RECIPIENT, RECIPIENT_ENDS = Verdict("recipient"), Verdict("recipient", ends=True)
LETTER, LETTER_ENDS = Verdict("letter"), Verdict("letter", ends=True)
THREE, AGAIN = Evidence(in_a_row=3), Evidence(again=True)


@pytest.mark.parametrize(
    ("step", "reply", "alone", "third", "again"),
    [
        # The relay's, whatever it says.
        ("connect", "0 refused", RELAY, RELAY, RELAY),
        ("connect", "554 5.7.1 your address is on a list", RELAY, RELAY, RELAY),
        ("connect", "535 5.7.8 wrong password", RELAY, RELAY, RELAY),
        ("MAIL", "530 5.7.0 log in first", RELAY, RELAY, RELAY_GOES_ON),
        ("MAIL", "550 5.1.8 sender's domain not found", RELAY, RELAY, RELAY_GOES_ON),
        ("MAIL", "501 5.1.7 bad sender", RELAY, RELAY, RELAY_GOES_ON),
        ("MAIL", "452 4.3.1 disk full", RELAY, RELAY, RELAY_GOES_ON),
        ("RCPT", "0 connection lost", RELAY, RELAY, RELAY_GOES_ON),
        ("RCPT", "421 4.3.2 going down", RELAY, RELAY, RELAY_GOES_ON),
        ("RCPT", "554 5.7.1 relay access denied", RELAY, RELAY, RELAY_GOES_ON),
        ("RCPT", "553 5.7.1 sender address rejected: not owned by user", RELAY, RELAY, RELAY_GOES_ON),
        ("RCPT", "550 5.1.8 sender address rejected: domain not found", RELAY, RELAY, RELAY_GOES_ON),
        ("RCPT", "530 log in first", RELAY, RELAY, RELAY_GOES_ON),
        ("RCPT", "550 5.3.5 server configuration error", RELAY, RELAY, RELAY_GOES_ON),
        ("end", "0 connection lost", RELAY, RELAY, RELAY_GOES_ON),
        ("end", "452 4.3.1 disk full", RELAY, RELAY, RELAY_GOES_ON),
        # The recipient's.
        ("RCPT", "550 5.1.1 no such mailbox", RECIPIENT_ENDS, RELAY, RECIPIENT_ENDS),
        ("RCPT", "552 5.2.2 mailbox full", RECIPIENT_ENDS, RELAY, RECIPIENT_ENDS),
        ("RCPT", "450 4.2.0 greylisted", RECIPIENT, RECIPIENT, RECIPIENT),
        ("RCPT", "451 later", RECIPIENT, RECIPIENT, RECIPIENT),
        # The letter's.
        ("end", "552 5.3.4 too large", LETTER, RELAY, LETTER_ENDS),
        ("end", "550 5.6.0 no such line", LETTER, RELAY, LETTER_ENDS),
        ("end", "554 5.7.1 spam", LETTER, RELAY, LETTER_ENDS),
        ("end", "451 4.7.1 the scanner is away", LETTER, LETTER, LETTER),
        # Nobody says whose: Exim's "Unrouteable address", and its "relay not permitted".
        ("RCPT", "550 Unrouteable address", RECIPIENT, RELAY, RECIPIENT_ENDS),
        ("RCPT", "550 relay not permitted", RECIPIENT, RELAY, RECIPIENT_ENDS),
        ("DATA", "554 no valid recipients", LETTER, RELAY, LETTER_ENDS),
        ("end", "550 no", LETTER, RELAY, LETTER_ENDS),
        ("end", "550 5.5.0 no", LETTER, RELAY, LETTER_ENDS),
        ("end", "550 5.2.2 mailbox full", RECIPIENT, RELAY, RECIPIENT_ENDS),
    ],
)  # fmt: skip
def test_whose_refusal_it_is(step: Step, reply: str, alone: Verdict, third: Verdict, again: Verdict) -> None:
    """`third`: as the third different recipient in a row; `again`: a second time, with others' letters taken since."""
    code, _, text = reply.partition(" ")
    said = words(int(code), text)
    assert [judge(step, said, evidence) for evidence in (Evidence(), THREE, AGAIN)] == [alone, third, again]


@pytest.mark.parametrize(
    ("reply", "long"),
    [
        ("554 5.7.1 spam", LETTER_ENDS),
        ("552 5.3.4 too large", LETTER_ENDS),
        ("550 5.6.0 no such line", LETTER_ENDS),
        ("550 no", LETTER),
        ("451 4.7.1 the scanner is away", LETTER),
    ],
)
def test_what_is_refused_for_long_enough_ends_where_it_says_why(reply: str, long: Verdict) -> None:
    """But never while the server refuses three different people one after the other."""
    code, _, text = reply.partition(" ")
    said = words(int(code), text)
    assert judge("end", said, Evidence(in_a_row=2, for_long=True)) == long
    if said.code >= 500:
        assert judge("end", said, Evidence(in_a_row=3, for_long=True)) == RELAY
        assert judge("end", said, Evidence(in_a_row=3, again=True)) == RELAY_GOES_ON
        assert judge("end", said, Evidence(in_a_row=3, again=True, for_long=True)) == LETTER_ENDS
