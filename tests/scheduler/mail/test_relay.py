"""The conversation with a mail server over real sockets: TLS by the address, our name, time limits, the first error."""

from pathlib import Path

import pytest

from scheduler.mail import relay
from scheduler.mail.relay import REFUSALS_IN_A_ROW_MAX, Conversation, Fault, Lost, greeting_name
from server.core.setting_values import MailServer, read_mail_server
from tests.scheduler.mail.scripted import DROP, Scripted, certificate, context_of, scripted

pytestmark = pytest.mark.anyio

MAIL = b"Subject: x\r\n\r\n.a line that begins with a dot\r\n"
PUBLIC = "https://chat.falk.example"


def plain(script: Scripted, **said: str) -> MailServer:
    return MailServer(host="127.0.0.1", port=script.port, tls="none", **said)


async def hands_over(talk: Conversation, recipient: str = "petra@holm.example", mail: bytes = MAIL) -> str:
    await talk.address("post@chattar.example", recipient)
    await talk.announce()
    return (await talk.hand_over(mail)).text


async def test_a_letter_is_handed_over_and_the_connection_kept_for_the_next() -> None:
    async with scripted() as script, Conversation(plain(script), PUBLIC) as talk:
        assert await hands_over(talk) == "queued"
        assert await hands_over(talk, "linn@holm.example") == "queued"
    assert (script.connections, script.recipients) == (1, ["petra@holm.example", "linn@holm.example"])


@pytest.mark.parametrize(
    ("public_url", "name"),
    [
        ("https://chat.falk.example", "chat.falk.example"),
        ("https://xn--frtaget-q1a.example:8443", "xn--frtaget-q1a.example"),
        ("https://chat_falk.example", "[192.0.2.7]"),
        ("http://localhost:8000", "[192.0.2.7]"),
        ("http://127.0.0.1:8000", "[192.0.2.7]"),
        ("https://chat", "[192.0.2.7]"),
        ("https://[2001:db8::1]", "[192.0.2.7]"),
    ],
)
def test_we_call_ourselves_by_the_public_addresss_host(public_url: str, name: str) -> None:
    assert greeting_name(public_url, "192.0.2.7") == name


def test_an_address_of_six_is_a_literal_too() -> None:
    assert greeting_name("http://localhost", "fe80::1%eth0") == "[IPv6:fe80::1]"


async def test_that_name_is_what_the_server_hears() -> None:
    async with scripted() as script, Conversation(plain(script), PUBLIC) as talk:
        await hands_over(talk)
    assert script.greetings == ["chat.falk.example"]


async def test_a_server_that_knows_no_underscores_takes_letters_from_a_host_that_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exim answers 501 to such a name (RFC 5321, 4.1.2), whether it is the public address's or the machine's own."""
    monkeypatch.setattr("socket.getfqdn", lambda name="": "web_1")
    script = Scripted(answer=lambda at, said: "501 invalid" if at in ("EHLO", "HELO") and "_" in said else None)
    async with scripted(script), Conversation(plain(script), "https://chat_falk.example") as talk:
        assert await hands_over(talk) == "queued"
    assert script.greetings == ["[127.0.0.1]"]


async def test_plain_stays_plain_where_starttls_is_offered(tmp_path: Path) -> None:
    """Debian's Exim and Postfix offer it with a certificate of their own making."""
    script = Scripted(tls=context_of(certificate(tmp_path, "debian")))
    async with scripted(script), Conversation(read_mail_server(f"smtp://127.0.0.1:{script.port}"), PUBLIC) as talk:
        await hands_over(talk)
    assert script.encrypted == [False]


async def test_starttls_is_insisted_on_and_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate(tmp_path, "localhost")
    script = Scripted(tls=context_of(made), extensions=("AUTH PLAIN",))
    async with scripted(script):
        address = read_mail_server(f"smtp+starttls://anna:hemligt@localhost:{script.port}")
        async with Conversation(address, PUBLIC) as talk:
            with pytest.raises(Fault, match="certificate") as refused:
                await hands_over(talk)
        assert refused.value.step == "connect"
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
        async with Conversation(address, PUBLIC) as talk:
            await hands_over(talk)
    assert script.encrypted == [True]


async def test_a_password_stays_with_us_where_starttls_is_not_offered() -> None:
    script = Scripted(extensions=("AUTH PLAIN LOGIN",))
    async with scripted(script):
        address = read_mail_server(f"smtp+starttls://anna:hemligt@localhost:{script.port}")
        async with Conversation(address, PUBLIC) as talk:
            with pytest.raises(Fault, match="STARTTLS"):
                await hands_over(talk)
    assert not [line for line in script.heard if line.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize(
    ("step", "answer", "code"),
    [
        ("greeting", "554 no", 554),
        ("EHLO", "550 5.7.1 not you", 550),
        ("AUTH", "535 5.7.8 wrong", 535),
        ("MAIL", "530 5.7.0 log in first", 530),
        ("RCPT", "550 5.1.1 nobody", 550),
        ("RCPT", "421 4.3.2 going down", 421),
        ("DATA", "451 4.3.0 later", 451),
        ("end", "552 5.3.4 too large", 552),
        ("MAIL", DROP, 0),
        ("RCPT", DROP, 0),
        ("DATA", DROP, 0),
    ],
)
async def test_the_first_error_is_the_one_that_is_told(step: str, answer: str, code: int) -> None:
    """A 421 makes the library close the connection, and the next command says only that."""
    said = [answer]
    script = Scripted(extensions=("AUTH PLAIN",), answer=lambda at, _: said.pop() if said and at == step else None)
    async with scripted(script), Conversation(plain(script, user="anna", password="x"), PUBLIC) as talk:
        with pytest.raises(Fault) as refused:
            await hands_over(talk)
        assert refused.value.said.code == code
        assert refused.value.step == {"greeting": "connect", "EHLO": "connect", "AUTH": "connect"}.get(step, step)
        assert not isinstance(refused.value, Lost)
        assert await hands_over(talk) == "queued"


@pytest.mark.parametrize("answer", [DROP, "what?", "7"])
async def test_only_after_354_nobody_knows(answer: str) -> None:
    said = [answer]
    script = Scripted(answer=lambda at, _: said.pop() if said and at == "end" else None)
    async with scripted(script), Conversation(plain(script), PUBLIC) as talk:
        with pytest.raises(Lost):
            await hands_over(talk)
        assert await hands_over(talk) == "queued"


async def test_five_refusals_in_a_row_are_enough_for_a_connection() -> None:
    """Exim ends a session at the twelfth RSET; Postfix answers slower each time."""
    script = Scripted(answer=lambda at, who: "550 5.1.1 nobody" if at == "RCPT" and "nobody" in who else None)
    async with scripted(script), Conversation(plain(script), PUBLIC) as talk:
        for number in range(2 * REFUSALS_IN_A_ROW_MAX):
            with pytest.raises(Fault):
                await hands_over(talk, f"nobody{number}@holm.example")
        assert await hands_over(talk) == "queued"
    assert script.connections == 3


async def test_a_connection_that_has_gone_meanwhile_is_no_fault() -> None:
    said = [DROP]
    script = Scripted(answer=lambda at, _: said.pop() if at == "MAIL" and script.recipients and said else None)
    async with scripted(script), Conversation(plain(script), PUBLIC) as talk:
        await hands_over(talk)
        assert await hands_over(talk) == "queued"
    assert script.connections == 2


async def test_time_limits_are_those_of_the_rfc(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5321, 4.5.3.2: a virus scanner may take its minutes, and the same letter must not come again meanwhile."""
    assert (relay.GREETING_S, relay.MAIL_S, relay.RCPT_S, relay.DATA_S, relay.END_S) == (300, 300, 300, 120, 600)
    monkeypatch.setattr(relay, "RCPT_S", 0.1)
    script = Scripted(answer=lambda at, _: "250-this answer never ends" if at == "RCPT" else None)
    async with scripted(script), Conversation(plain(script), PUBLIC) as talk:
        with pytest.raises(Fault, match="imed out") as refused:
            await hands_over(talk)
        assert refused.value.step == "RCPT"
