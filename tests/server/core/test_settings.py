"""What is in the environment of a real server: addresses as people write them, and variables that others put there."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.setting_values import MailServer
from server.core.settings import Settings, SettingsError, from_environ

PUBLIC = "CHATTAR_PUBLIC_URL"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused
KUBERNETES = {
    "CHATTAR_SERVICE_HOST": "10.96.0.17",
    "CHATTAR_SERVICE_PORT": "8000",
    "CHATTAR_SERVICE_PORT_HTTP": "8000",
    "CHATTAR_PORT": "tcp://10.96.0.17:8000",
    "CHATTAR_PORT_8000_TCP": "tcp://10.96.0.17:8000",
    "CHATTAR_PORT_8000_TCP_PROTO": "tcp",
    "CHATTAR_PORT_8000_TCP_PORT": "8000",
    "CHATTAR_PORT_8000_TCP_ADDR": "10.96.0.17",
}


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://chat.falk.example", "https://chat.falk.example"),
        ("https://Chat.Falk.Example", "https://chat.falk.example"),
        ("HTTPS://chat.falk.example/", "https://chat.falk.example"),
        ("https://chat.falk.example:443", "https://chat.falk.example"),
        ("https://chat.falk.example:8443", "https://chat.falk.example:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://chat.företaget.example", "https://chat.xn--fretaget-n4a.example"),
        ("https://faß.example", "https://xn--fa-hia.example"),
        ("https://ab--cd.example", "https://ab--cd.example"),
        ("https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"),
    ],
)
def test_addresses_of_pages_are_read_as_browsers_write_them(written: str, origin: str) -> None:
    settings = from_environ({PUBLIC: written})
    assert (settings.own_url, origin in settings.origins) == (origin, True)
    allowed = from_environ({"CHATTAR_ALLOWED_ORIGINS": f"https://www.falk.example, {written}"})
    assert allowed.allowed_origins == ["https://www.falk.example", origin]


@pytest.mark.parametrize(
    ("variable", "written", "read"),
    [
        ("CHATTAR_MAIL_FROM", "post@FÖRETAGET.example", "post@xn--fretaget-n4a.example"),
        ("CHATTAR_MAIL_FROM", "post@faß.example", "post@xn--fa-hia.example"),
        ("CHATTAR_MAIL_FROM", "no-reply@localhost", "no-reply@localhost"),
        (
            "CHATTAR_SMTP_URL",
            "smtp://anv:l%C3%B6sen@mejl.faß.example:587",
            "smtp://anv:l%C3%B6sen@mejl.xn--fa-hia.example:587",
        ),
        ("CHATTAR_REDIS_URL", "redis://:ß@faß.example:6379/0", "redis://:ß@xn--fa-hia.example:6379/0"),
        ("CHATTAR_MONGO_URL", "mongodb://a:ß@faß.example:1,b:2/?x=ß", "mongodb://a:ß@xn--fa-hia.example:1,b:2/?x=ß"),
    ],
)
def test_hosts_with_letters_are_asked_for_by_idna_2008(variable: str, written: str, read: str) -> None:
    """Python's own codec, which sockets use, would make fass.example of it: another owner's."""
    assert getattr(from_environ({variable: written}), variable.removeprefix("CHATTAR_").lower()) == read


@pytest.mark.parametrize(
    "environ",
    [
        {PUBLIC: "https://chat.falk.example/portal"},
        {"CHATTAR_MAIL_FROM": "pe..tra@falk.example"},
        {"CHATTAR_MAIL_FROM": "påminnelse@falk.example"},
        {"CHATTAR_MAIL_FROM": "post@falk_redovisning.example"},
        {"CHATTAR_MAIL_FROM": "post@falk.example."},
        {"CHATTAR_SMTP_URL": "smtp://mejl.💩.example"},
        {PUBLIC: "https://chat.falk.example?x=1"},
        {PUBLIC: "https://anna@chat.falk.example"},
        {PUBLIC: "chat.falk.example"},
        {PUBLIC: "ftp://chat.falk.example"},
        {PUBLIC: "https://"},
        {PUBLIC: "https://chat_falk.example"},
        {PUBLIC: "https://chat.falk.example:70000"},
        {"CHATTAR_ALLOWED_ORIGINS": "https://www.falk.example,*"},
        {"CHATTAR_TRUSTED_PROXIES": "*"},
        {"CHATTAR_TRUSTED_PROXIES": "proxy.internal"},
        {"CHATTAR_TRUSTED_PROXIES": "10.0.0.0/40"},
        {"CHATTAR_TRUSTED_PROXIES": "10.0.0.1/8"},
        {"CHATTAR_TRUSTED_PROXIES": "0.0.0.0/0"},
        {"CHATTAR_TRUSTED_PROXIES": "127.0.0.1,::/0"},
        {"CHATTAR_SMTP_URL": "smtp://user:p#geheim@mail.falk.example:587"},
        {"CHATTAR_SMTP_URL": "smtp://user:p@geheim@mail.falk.example"},
        {"CHATTAR_SMTP_URL": "smtp://user:p/geheim@mail.falk.example"},
        {"CHATTAR_SMTP_URL": "smtp://user:100%geheim@mail.falk.example"},
        {"CHATTAR_SMTP_URL": "smtp://mail.falk.example:smtp"},
        {"CHATTAR_SMTP_URL": "smtp://mail.falk.example:99999"},
        {"CHATTAR_SMTP_URL": "smtp://mail.falk.example:0"},
        {"CHATTAR_PUBLIC_URL": "https://chat.falk.example:0"},
        {"CHATTAR_SMTP_URL": "smtp://:587"},
        {"CHATTAR_SMTP_URL": "smtp+plain://anna:geheim@mail.falk.example"},
        {"CHATTAR_SMTP_URL": "smtp+plain://:geheim@10.0.0.7:25"},
        {"CHATTAR_SMTP_URL": "smtp+tls://mail.falk.example"},
        {"CHATTAR_REDIS_URL": "redis://:geheim@redis.example:63790000"},
        {"CHATTAR_DEVELOPMENT": "true", "CHATTAR_HOST": EVERYWHERE},
        {"CHATTAR_DEVELOPMENT": "true", "CHATTAR_HOST": "192.0.2.7"},
        {"CHATTAR_SERVICE_HOTS": "10.96.0.17"},
    ],
)
def test_what_would_fail_later_is_refused_at_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        from_environ(environ)
    assert next(iter(environ)) in str(refused.value)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({"CHATTAR_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1,2001:db8::/32"}, "trusted_proxies",
         ["10.0.0.0/8", "127.0.0.1/32", "2001:db8::/32"]),
        ({"CHATTAR_SMTP_URL": "smtp://user:p%23w%40x@mail.falk.example:587"}, "smtp_url",
         "smtp://user:p%23w%40x@mail.falk.example:587"),
        ({"CHATTAR_DEVELOPMENT": "true", "CHATTAR_HOST": "localhost"}, "development", True),
        # A service of a Kubernetes cluster that is called `chattar` is announced to every pod beside it.
        (KUBERNETES, "port", 8000),
        (KUBERNETES | {"PORT": "9000"}, "port", 9000),
    ],
)  # fmt: skip
def test_what_the_world_writes_is_understood(environ: dict[str, str], name: str, value: Any) -> None:
    assert getattr(from_environ(environ), name) == value


def test_a_service_of_the_cluster_changes_nothing_else() -> None:
    assert from_environ(KUBERNETES) == Settings()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:1025", MailServer("127.0.0.1", 1025, "none")),
        ("smtp://localhost", MailServer("localhost", 25, "none")),
        ("smtp://[::1]", MailServer("::1", 25, "none")),
        ("smtp://anna:hemligt@127.0.0.1", MailServer("127.0.0.1", 25, "none", "anna", "hemligt")),
        ("smtp://mail.falk.example", MailServer("mail.falk.example", 25, "starttls")),
        ("smtp://10.0.0.7:25", MailServer("10.0.0.7", 25, "starttls")),
        ("smtp://user:p%23w%40x@mail.falk.example:587", MailServer("mail.falk.example", 587, "starttls", "user", "p#w@x")),
        ("smtp+starttls://localhost", MailServer("localhost", 587, "starttls")),
        ("smtps://mail.falk.example", MailServer("mail.falk.example", 465, "from_the_start")),
        ("smtp+plain://postfix:25", MailServer("postfix", 25, "none")),
    ],
)  # fmt: skip
def test_tls_is_said_by_the_address_of_the_mail_server(url: str, server: MailServer) -> None:
    """A password goes over a network in TLS or not at all."""
    assert from_environ({"CHATTAR_SMTP_URL": url}).mail_server == server


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("tcp://clamd.falk.example:3310", "tcp://clamd.falk.example:3310"),
        ("tcp://Clamd", "tcp://clamd:3310"),
        ("tcp://[2001:DB8:0::1]:3311/", "tcp://[2001:db8::1]:3311"),
        ("tcp://faß.example:1", "tcp://xn--fa-hia.example:1"),
        ("unix:/run/clamav/clamd.ctl", "unix:/run/clamav/clamd.ctl"),
        ("unix:///run/clamav/clamd.ctl", "unix:/run/clamav/clamd.ctl"),
    ],
)
def test_where_the_virus_scanner_listens_is_read_as_it_is_asked(written: str, read: str) -> None:
    assert from_environ({"CHATTAR_CLAMD": written}).clamd == read


@pytest.mark.parametrize(
    "written",
    [
        "clamd:3310", "http://clamd:3310", "tcp://", "tcp://clamd:0", "tcp://clamd:65536", "tcp://clamd:x",
        "tcp://u:p@clamd", "tcp://clamd/x", "tcp://clamd?x", "tcp://a b", "unix:", "unix:run/clamd.ctl", "unix:/run/",
        "unix://host/run/clamd.ctl", "unix:/" + "x" * 107, "unix:/run/clamd.ctl?x",
    ],
)  # fmt: skip
def test_what_cannot_be_a_virus_scanners_address_is_refused_with_what_was_expected(written: str) -> None:
    with pytest.raises(SettingsError, match=r"CHATTAR_CLAMD: expected (tcp://host:3310, or unix:|a port)"):
        from_environ({"CHATTAR_CLAMD": written})
