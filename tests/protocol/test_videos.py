"""Addresses of videos, and what is made of them: the same in the browser (web_client/test/messages/videos.test.ts)."""

import json
import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from protocol.body import Body, BulletList, ListItem, Paragraph, Text, check, paragraph, plain_text, video_paragraph
from protocol.errors import Invalid
from protocol.videos import HOSTS, Video, frame_of, is_normal, link_of, video_of

CASES = json.loads((Path(__file__).parents[2] / "protocol" / "client" / "videos.json").read_text(encoding="utf-8"))
FRAMES = re.compile(
    r"https://www\.youtube-nocookie\.com/embed/[\w-]{11}(\?start=[0-9]+)?"
    r"|https://player\.vimeo\.com/video/[0-9]+(\?h=[0-9a-f]+)?"
    r"|https://www\.loom\.com/embed/[0-9a-f]{32}"
    r"|https://drive\.google\.com/file/d/[\w-]+/preview",
    re.ASCII,
)


@pytest.mark.parametrize("case", CASES["videos"], ids=[f"{n}: {c['row']}" for n, c in enumerate(CASES["videos"])])
def test_an_address_of_a_video_becomes_that_of_its_frame(case: dict[str, Any]) -> None:
    """VD-2, row by row; what is made is again the same video, so that nothing of what was written is kept."""
    video = video_of(case["address"])
    assert video is not None
    assert msgspec.to_builtins(video) == case["video"]
    assert (link_of(video), frame_of(video)) == (case["link"], case["frame"])
    assert FRAMES.fullmatch(frame_of(video))
    assert any(frame_of(video).startswith(f"{host}/") for host in HOSTS)
    assert is_normal(video)
    check(Body(content=[video_paragraph(video)]))


@pytest.mark.parametrize("case", CASES["refused"], ids=[case["why"] for case in CASES["refused"]])
def test_anything_else_is_no_video(case: dict[str, str]) -> None:
    """VD-3."""
    assert video_of(case["address"]) is None


@pytest.mark.parametrize("odd", ["https://www.loom.com/share/" + "a-" * 1000, "https://" + "a." * 1000, "?" * 100_000])
def test_the_oddest_address_is_looked_through_at_once(odd: str) -> None:
    before = time.process_time()
    assert video_of(odd) is None
    assert time.process_time() - before < 0.1


LOOM = Video(provider="loom", id="0123456789abcdef" * 2)
WRONG = {
    "another provider's id": {"provider": "youtube", "id": "76979871"},
    "a list": {"provider": "youtube", "id": "videoseries"},
    "another provider's detail": {"provider": "loom", "id": LOOM.id, "start": 5},
    "a short hash": {"provider": "vimeo", "id": "76979871", "hash": "ab"},
    "a hash of none": {"provider": "youtube", "id": "dQw4w9WgXcQ", "hash": "8272103f6e"},
    "another provider": {"provider": "evil", "id": "dQw4w9WgXcQ"},
    "an address for an id": {"provider": "loom", "id": "https://evil.example/"},
    "a field that nobody knows": {"provider": "loom", "id": LOOM.id, "src": "https://evil.example/"},
    "a start beyond all": {"provider": "youtube", "id": "dQw4w9WgXcQ", "start": 360_000},
    "an address alone": {"src": "https://youtu.be/dQw4w9WgXcQ"},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_program_sends_is_a_video_of_its_provider_or_refused(name: str) -> None:
    """VD-3: ids by strict pattern, whoever sends them."""
    said = f"Video: {link_of(LOOM)}"
    sent = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": said}], "video": WRONG[name]}]}
    with pytest.raises((msgspec.ValidationError, Invalid)):
        check(msgspec.convert(sent, Body))


@pytest.mark.parametrize(
    "content",
    [[], [Text(text=link_of(LOOM))], [Text(text="Video: https://evil.example/")], [
        Text(text=f"Video: {link_of(LOOM)}", link="https://evil.example/")
    ], [*video_paragraph(LOOM).content, Text(text="!")]],
    ids=["nothing", "no word", "another address", "another link", "more"],
)  # fmt: skip
def test_what_older_readers_show_of_it_is_its_own_link(content: list[Text]) -> None:
    """Nobody writes one video and shows the other."""
    check(Body(content=[video_paragraph(LOOM)]))
    with pytest.raises(Invalid) as refused:
        check(Body(content=[Paragraph(content=list(content), video=LOOM)]))
    assert link_of(LOOM) in str(refused.value.problem.expected)
    with pytest.raises(Invalid):
        check(Body(content=[Paragraph(content=video_paragraph(LOOM).content, table=True, video=LOOM)]))


@pytest.mark.parametrize("codec", [msgspec.json, msgspec.msgpack], ids=["json", "msgpack"])
def test_both_codecs_carry_it_and_who_does_not_know_videos_reads_its_link(codec: Any) -> None:
    """docs/protocol.md, How the protocol changes; VD-4."""
    body = Body(content=[*paragraph("Se:").content, BulletList(items=[ListItem(content=[video_paragraph(LOOM)])])])
    assert codec.decode(codec.encode(body), type=Body) == body
    assert plain_text(body) == f"Se:\n- Video: {link_of(LOOM)}"
    plain = codec.decode(codec.encode(body))["content"][1]["items"][0]["content"][0]
    assert (plain["type"], plain["content"]) == (
        "paragraph",
        [{"type": "text", "text": f"Video: {link_of(LOOM)}"}],
    )
