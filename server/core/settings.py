"""How a server is set up: one frozen struct, read once from the environment. No other module reads the environment.

Knows names, types and defaults. All faults of a set-up come out in one message, so that nobody has to start twice to
find the second one. The table in docs/operations.md is made from this struct.
"""

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from server.core import forwarding, setting_values
from server.core.setting_values import MailServer, is_service_link, read_mail_server

PREFIX: Final = "CHATTAR_"
ALIASES: Final[Mapping[str, str]] = {"mongo_url": "MONGO_URL", "redis_url": "REDIS_URL", "port": "PORT"}
"""What hosting platforms call these; our own names win where both are set."""

DAY_S: Final = 86_400
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

HttpUrl = Annotated[str, Meta(pattern=r"^https?://(\[[0-9a-f:.]+\]|[a-z0-9.\-]+)(:[0-9]+)?\Z")]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Seconds = Annotated[int, Meta(ge=0)]
Whole = Annotated[int, Meta(ge=1)]


READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "public_url": setting_values.origin,
    "allowed_origins": setting_values.origin,
    "trusted_proxies": lambda text: str(forwarding.network(text)),
    "smtp_url": lambda text: setting_values.ascii_hosts(setting_values.mail_server(text)),
    "redis_url": lambda text: setting_values.ascii_hosts(setting_values.redis(text)),
    "mongo_url": setting_values.ascii_hosts,
    "mail_from": setting_values.sender,
    "blobs": setting_values.bucket,
    "clamd": setting_values.clamd,
}
"""What a value, or each of a list, is read by before it is held against its type."""


class SettingsError(Exception):
    """The set-up has faults; the text names every one of them."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The set-up. A field `x` is the variable `CHATTAR_X`; lists are written with commas between."""

    mongo_url: Annotated[str, Meta(pattern="^mongodb(\\+srv)?://", description="MongoDB: a replica set")] = (
        "mongodb://127.0.0.1:27017/?replicaSet=chattar"
    )
    mongo_database: Annotated[str, Meta(min_length=1, max_length=38, description="Name of the database")] = "chattar"
    redis_url: Annotated[str, Meta(pattern="^(rediss?|unix)://", description="Redis 7 or later, or Valkey")] = (
        "redis://127.0.0.1:6379/0"
    )
    host: Annotated[str, Meta(min_length=1, description="Address to listen on")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port to listen on")] = 8000
    scheduler_port: Annotated[
        Port | None, Meta(description="Port on which a scheduler says how it is, at the same address. Default: none")
    ] = None
    public_url: Annotated[
        HttpUrl | None,
        Meta(description="Where browsers find this server: scheme and host only. Default: the loopback address"),
    ] = None
    allowed_origins: Annotated[
        list[HttpUrl], Meta(description="Further origins whose pages may use the session cookie")
    ] = []
    trusted_proxies: Annotated[
        list[str], Meta(description="Addresses and networks of reverse proxies whose X-Forwarded-For is believed")
    ] = []
    development: Annotated[
        bool, Meta(description="Demo logins on the start page, the mail inbox, the movable clock. Never in production")
    ] = False
    widget_demo_port: Annotated[
        Port | None, Meta(description="Development: port of a foreign page that shows the widget")
    ] = None
    smtp_url: Annotated[
        str,
        Meta(
            pattern=r"^smtp(s|\+starttls|\+plain)?://[^/\s]+\Z",
            description="Mail server: smtp://user:password@host:587; with STARTTLS unless it is this machine itself",
        ),
    ] = "smtp://127.0.0.1:1025"
    mail_from: Annotated[str, Meta(pattern=r"^[^@\s<>]+@[^@\s<>]+\Z", description="Sender address of all mail")] = (
        "no-reply@localhost"
    )
    mail_delay_s: Annotated[
        Seconds, Meta(description="How long a message stays unread before a mail tells of it (EM-8)")
    ] = 180
    mails_per_hour_max: Annotated[
        Whole, Meta(description="Message mails to one contact about one thread in an hour (EM-8)")
    ] = 4
    web_dist: Annotated[Path, Meta(description="Folder of the built web client")] = (
        Path(__file__).resolve().parents[2] / "web_client" / "dist"
    )
    data: Annotated[Path, Meta(description="Folder for what is neither in MongoDB nor in Redis")] = Path("var")
    blobs: Annotated[
        str,
        Meta(
            description="Where files are kept: s3://bucket/prefix. Default: the folder `blobs` in CHATTAR_DATA, which all "
            "processes must share"
        ),
    ] = ""
    s3_endpoint: Annotated[
        HttpUrl | None, Meta(description="Address of an S3-compatible server. Default: Amazon's of the region")
    ] = None
    s3_region: Annotated[str, Meta(min_length=1, description="Region of the bucket")] = "us-east-1"
    s3_access_key: Annotated[
        str,
        Meta(description="Access key of the bucket. Default: what the machine's own surroundings say (role, profile)"),
    ] = ""
    s3_secret_key: Annotated[str, Meta(description="Secret of that key")] = ""
    clamd: Annotated[
        str,
        Meta(
            description="Virus scanner: tcp://host:3310, or unix:/path/to/clamd.ctl. A file is offered to the other side "
            "only when it is clean. Default: none"
        ),
    ] = ""
    upload_bytes_max: Annotated[Whole, Meta(description="Largest file that can be brought, in bytes (DC-11)")] = (
        300 * 1024 * 1024
    )
    upload_unfinished_s: Annotated[
        Whole,
        Meta(description="How long a file that was begun, or brought and not saved, is kept after its last bytes"),
    ] = DAY_S
    upload_stall_s: Annotated[
        Whole,
        Meta(description="How long somebody who brings a file may send next to nothing before the line is given up"),
    ] = 60
    uploads_per_person_max: Annotated[
        Whole, Meta(description="Files that one person may have begun or brought and not saved")
    ] = 2_000
    firm_bytes_max: Annotated[
        Whole, Meta(description="What all files of one firm may take up, in bytes, each content counted once")
    ] = 100 * 1024**3
    browser_session_s: Annotated[
        Whole, Meta(description="How long a browser stays logged in after its last renewal")
    ] = 14 * DAY_S
    token_session_s: Annotated[Whole, Meta(description="How long a program's token holds after its last renewal")] = (
        30 * DAY_S
    )
    invitation_s: Annotated[Whole, Meta(description="How long an invitation's link works")] = 14 * DAY_S
    password_reset_s: Annotated[Whole, Meta(description="How long the link for a new password works")] = 3_600
    reset_letters_per_hour_max: Annotated[
        Whole,
        Meta(description="Letters with a link for a new password to one person in an hour, whoever asks for them"),
    ] = 3
    connections_max: Annotated[
        Whole,
        Meta(description="Sockets of people who are logged in that one process accepts, if it may open as many files"),
    ] = 20_000
    sockets_per_person_max: Annotated[Whole, Meta(description="Sockets that one person may have at one process")] = 100
    sockets_per_address_max: Annotated[
        Whole, Meta(description="Sockets that one network address may have at one process")
    ] = 5_000
    strangers_per_address_max: Annotated[
        Whole,
        Meta(description="Requests, and sockets that have not logged in yet, from one network address at one process"),
    ] = 500
    commands_per_s: Annotated[
        Whole, Meta(description="Command cost that one person may spend in a second, on average")
    ] = 20
    commands_burst: Annotated[Whole, Meta(description="Command cost that one person may spend at once")] = 100
    logins_per_email: Annotated[
        Whole, Meta(description="Failed logins of one person from one network address in 15 minutes")
    ] = 10
    logins_per_email_from_everywhere: Annotated[
        Whole,
        Meta(
            description="Failed logins of one person in 15 minutes from all network addresses together; "
            "beyond it only those go on from which this person has logged in before"
        ),
    ] = 100
    logins_per_address: Annotated[
        Whole, Meta(description="Attempts to log in, reset or accept from one network address in 15 minutes")
    ] = 60
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="What is logged")] = "info"
    log_format: Annotated[Literal["console", "json"], Meta(description="How it is logged")] = "json"

    @property
    def blobs_folder(self) -> Path:
        """The folder of files, where no bucket is set."""
        return self.data / "blobs"

    @property
    def own_url(self) -> str:
        """Where browsers find this server, without a slash at the end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def https(self) -> bool:
        """Whether browsers reach this server by TLS only."""
        return self.own_url.startswith("https://")

    @property
    def mail_server(self) -> MailServer:
        """Where mail is handed over, and how."""
        return read_mail_server(self.smtp_url)

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may act with the session cookie: our own, and the allowed ones."""
        own = [self.own_url, *self.allowed_origins]
        if self.development:
            # A developer types either name of the same machine.
            port = urlsplit(self.own_url).port or self.port
            own += [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
        return frozenset(own)


def from_environ(environ: Mapping[str, str]) -> Settings:
    """The settings that an environment describes. Raises SettingsError with every fault in one text."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    hints = get_type_hints(Settings, include_extras=True)
    known = {PREFIX + name.upper(): name for name in hints}
    for variable in environ:
        if variable.startswith(PREFIX) and variable not in known and not is_service_link(variable, environ[variable]):
            near = difflib.get_close_matches(variable, known, n=1)
            faults.append(f"{variable}: there is no such setting" + (f"; {near[0]}?" if near else ""))
    for variable, name in known.items():
        text = environ.get(variable, "")
        if not text or is_service_link(variable, text):
            text = environ.get(ALIASES.get(name, ""), "")
        if not text:
            continue
        try:
            read = _read(name, _parted(hints[name], text))
            values[name] = msgspec.convert(read, hints[name], strict=False, dec_hook=_path)
        except (ValueError, msgspec.ValidationError) as error:
            faults.append(f"{variable}: {error} (is {_shown(name, text)})")
    if not faults:
        faults += _disagreements(values)
    if faults:
        raise SettingsError("\n".join(["The settings have faults:", *(f"  {fault}" for fault in faults)]))
    return Settings(**values)


def _parted(hint: Any, text: str) -> str | list[str]:
    if "list[" not in str(hint):
        return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _read(name: str, text: str | list[str]) -> str | list[str]:
    """A value, or each of a list, as its reader has it. Raises ValueError."""
    reader = READERS.get(name)
    if reader is None:
        return text
    return [reader(part) for part in text] if isinstance(text, list) else reader(text)


def _path(kind: type, text: str) -> Path:
    """msgspec's hook for the one type that it doesn't know."""
    if kind is not Path:
        # Not unfinished: by msgspec's contract for `dec_hook`, this is how a hook says that it doesn't know a type either.
        raise NotImplementedError(f"a setting of type {kind}")
    return Path(text)


def _shown(name: str, text: str) -> str:
    """A value as it may be shown: addresses can carry a password."""
    return (
        "not shown" if name in {"mongo_url", "redis_url", "smtp_url", "s3_access_key", "s3_secret_key"} else repr(text)
    )


def _disagreements(values: Mapping[str, Any]) -> list[str]:
    """Faults that no single value has."""
    settings = Settings(**values)
    faults = []
    loopback = urlsplit(settings.own_url).hostname in LOOPBACK
    if settings.development and not loopback:
        faults.append("CHATTAR_DEVELOPMENT: only where CHATTAR_PUBLIC_URL is this machine itself")
    if not settings.development and not loopback and not settings.https:
        faults.append("CHATTAR_PUBLIC_URL: must begin with https:// unless it is this machine itself")
    if settings.development and settings.host not in LOOPBACK:
        faults.append(
            "CHATTAR_DEVELOPMENT: only where CHATTAR_HOST is a loopback address: anybody could log in as anybody"
        )
    if settings.mail_server.tells_the_password:
        faults.append(
            "CHATTAR_SMTP_URL: a password goes to another machine by smtp:// (which insists on STARTTLS) "
            "or smtps:// only; smtp+plain:// would let everybody on the way read it"
        )
    if bool(settings.s3_access_key) != bool(settings.s3_secret_key):
        faults.append("CHATTAR_S3_ACCESS_KEY: goes with CHATTAR_S3_SECRET_KEY, and only with it")
    if settings.commands_burst < settings.commands_per_s:
        faults.append("CHATTAR_COMMANDS_BURST: must not be below CHATTAR_COMMANDS_PER_S")
    return faults


def table() -> str:
    """The settings as a Markdown table, for docs/operations.md."""
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        field = next(field for field in msgspec.structs.fields(Settings) if field.name == name)
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        shown = "" if default in (None, []) else "`web_client/dist`" if name == "web_dist" else f"`{_default(default)}`"
        also = f" (or `{ALIASES[name]}`)" if name in ALIASES else ""
        rows.append(f"| `{PREFIX}{name.upper()}`{also} | {shown} | {_meaning(hint)} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meaning(hint: Any) -> str:
    said = [meta.description for meta in hint.__metadata__ if isinstance(meta, Meta) and meta.description]
    return str(said[-1])
