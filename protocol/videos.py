"""Videos in bodies: which addresses are one, and what is shown of it (VD-1 to VD-3).

A video is its provider and an id that has the provider's form, never an address that somebody wrote: link and frame are
made from those. The tables are exported to TypeScript (web_client/src/messages/videos.gen.ts), and both readings of them
are held to client/videos.json. Refuses to know who shows it, and fetches nothing.
"""

import re
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from protocol.wire import Wire

VideoProvider = Literal["youtube", "vimeo", "loom", "google_drive"]

ADDRESS_CHARACTERS_MAX: Final = 2_048
START_SECONDS_MAX: Final = 359_999
"""Just under a hundred hours."""

VideoId = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,100}\Z", description="1 to 100 letters, digits, - or _")
]
VideoHash = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9a-f]{1,32}\Z", description="1 to 32 lower-case hexadecimal digits")
]


class Video(Wire, forbid_unknown_fields=True):
    """A video at one of four providers."""

    provider: VideoProvider
    id: VideoId
    """As the provider writes it."""
    hash: VideoHash | None = None
    """Of Vimeo: what opens an unlisted one."""
    start: Annotated[int, msgspec.Meta(ge=0, le=START_SECONDS_MAX)] = 0
    """Of YouTube: at which second it begins."""


class Provider(NamedTuple):
    """One who shows videos. `{id}` stands for the id, `{}` for the detail, which stands only where a video has one."""

    name: str
    """As people know it."""
    id: str
    """Pattern of its ids."""
    link: str
    """Where people watch it."""
    frame: str
    """What a page may frame: the last column of VD-2's table."""
    referrer: str
    """What its frame is told of the page (VD-3)."""
    detail: str = ""
    """The field of Video that it has."""
    link_detail: str = ""
    frame_detail: str = ""


PROVIDERS: Final[dict[VideoProvider, Provider]] = {
    "youtube": Provider(
        name="YouTube",
        id="[A-Za-z0-9_-]{11}",
        link="https://www.youtube.com/watch?v={id}",
        frame="https://www.youtube-nocookie.com/embed/{id}",
        referrer="strict-origin",
        detail="start",
        link_detail="&t={}",
        frame_detail="?start={}",
    ),
    "vimeo": Provider(
        name="Vimeo",
        id="[1-9][0-9]{0,11}",
        link="https://vimeo.com/{id}",
        frame="https://player.vimeo.com/video/{id}",
        referrer="no-referrer",
        detail="hash",
        link_detail="/{}",
        frame_detail="?h={}",
    ),
    "loom": Provider(
        name="Loom",
        id="[0-9a-f]{32}",
        link="https://www.loom.com/share/{id}",
        frame="https://www.loom.com/embed/{id}",
        referrer="no-referrer",
    ),
    "google_drive": Provider(
        name="Google Drive",
        id="[A-Za-z0-9_-]{20,100}",
        link="https://drive.google.com/file/d/{id}/view",
        frame="https://drive.google.com/file/d/{id}/preview",
        referrer="no-referrer",
    ),
}


class Form(NamedTuple):
    """One way to write an address: host and path, `<id>` and `<hash>` where those stand."""

    provider: VideoProvider
    pattern: str
    id_in: str = ""
    """The field of the query that bears the id, where the path doesn't."""


_HASH: Final = "[0-9a-f]{8,32}"
_NAME: Final = "[A-Za-z0-9_-]{1,100}"
_YOUTUBE: Final = r"(?:www\.|m\.|music\.)?youtube\.com"
NO_IDS: Final = ("videoseries", "live_stream")
"""They stand where YouTube's ids stand, have as many letters, and show whatever the query says."""

FORMS: Final = tuple(
    Form(provider, pattern.replace("<id>", f"({PROVIDERS[provider].id})").replace("<hash>", f"({_HASH})"), id_in)
    for provider, pattern, id_in in (
        Form("youtube", rf"{_YOUTUBE}/watch/?", "v"),
        Form("youtube", rf"{_YOUTUBE}/(?:embed|v|shorts|live)/<id>/?"),
        Form("youtube", r"youtu\.be/<id>/?"),
        Form("youtube", r"(?:www\.)?youtube-nocookie\.com/embed/<id>/?"),
        Form("vimeo", rf"(?:www\.)?vimeo\.com/(?:channels/{_NAME}/|groups/{_NAME}/videos/)?<id>/?"),
        Form("vimeo", r"(?:www\.)?vimeo\.com/<id>/<hash>/?"),
        Form("vimeo", r"player\.vimeo\.com/video/<id>/?"),
        Form("loom", r"(?:www\.)?loom\.com/share/(?:[A-Za-z0-9_.~%-]{1,300}-)?<id>/?"),
        Form("loom", r"(?:www\.)?loom\.com/embed/<id>/?"),
        Form("google_drive", r"drive\.google\.com/file/d/<id>/(?:view|preview|edit)/?"),
        Form("google_drive", r"drive\.google\.com/(?:open|uc)/?", "id"),
    )
)
"""VD-2's table. The first group of a pattern is the id, the second the hash."""

# Neither a user name nor a port is let in, nor anything but letters that both languages read alike.
ADDRESS: Final = r"^(?:[hH][tT][tT][pP][sS]://)?([A-Za-z0-9.-]+)(/[!-\"$->@-~]*)(?:\?([!-\"$-~]*))?(?:#[!-~]*)?$"
START: Final = "^(?:([0-9]{1,2})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,6})s?)?$"
HASH: Final = f"^{_HASH}$"

_ADDRESS: Final = re.compile(ADDRESS[:-1] + r"\Z")
_START: Final = re.compile(START[:-1] + r"\Z")
_FORMS: Final = [(form, re.compile(form.pattern)) for form in FORMS]


def video_of(address: str) -> Video | None:
    """The video that an address leads to (VD-2); None where it is no address of one. `https://` may be left out."""
    parts = _ADDRESS.match(address) if len(address) <= ADDRESS_CHARACTERS_MAX else None
    if parts is None:
        return None
    query = [part.partition("=")[::2] for part in (parts[3] or "").split("&")]
    for form, pattern in _FORMS:
        if found := pattern.fullmatch(parts[1].lower() + parts[2]):
            groups = [*found.groups(), None, None]
            return _video(form, groups[0], groups[1], query)
    return None


def _video(form: Form, video_id: str | None, code: str | None, query: list[tuple[str, str]]) -> Video | None:
    provider = PROVIDERS[form.provider]
    if form.id_in:
        ids = [value for name, value in query if name == form.id_in]
        # Of two, a page takes the one and a player the other.
        video_id = ids[0] if len(ids) == 1 and re.fullmatch(provider.id, ids[0]) else None
    if video_id is None or video_id in NO_IDS:
        return None
    if provider.detail == "start":
        starts = [value for name in ("t", "start") for key, value in query if key == name]
        return Video(provider=form.provider, id=video_id, start=_seconds(starts[0]) if starts else 0)
    if provider.detail == "hash" and code is None:
        code = next((value for name, value in query if name == "h" and re.fullmatch(_HASH, value)), None)
    return Video(provider=form.provider, id=video_id, hash=code)


def _seconds(written: str) -> int:
    """`90`, `90s` and `1m30s`; what can't be read is the beginning."""
    found = _START.match(written)
    if found is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return total if total <= START_SECONDS_MAX else 0


def link_of(video: Video) -> str:
    """Where people watch it: what mail and plain text say (VD-4)."""
    provider = PROVIDERS[video.provider]
    return _made(video, provider, provider.link, provider.link_detail)


def frame_of(video: Video) -> str:
    """What a page frames: the last column of VD-2's table."""
    provider = PROVIDERS[video.provider]
    return _made(video, provider, provider.frame, provider.frame_detail)


def words_of(video: Video) -> str:
    """What stands for it where only text is shown: a word that reads alike in our languages, and its link."""
    return f"Video: {link_of(video)}"


def is_normal(video: Video) -> bool:
    """It is what its own link leads to: its id has the form of its provider, and it has no detail of another one."""
    return video_of(link_of(video)) == video


def _made(video: Video, provider: Provider, whole: str, detail: str) -> str:
    value = {"start": video.start, "hash": video.hash}.get(provider.detail)
    return whole.replace("{id}", video.id) + (detail.replace("{}", str(value)) if value else "")


HOSTS: Final = tuple(sorted({"/".join(provider.frame.split("/")[:3]) for provider in PROVIDERS.values()}))
"""The origins that pages may frame."""
