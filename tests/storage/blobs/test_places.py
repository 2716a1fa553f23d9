"""The places for files, a folder and a bucket: what is told lasts, and a writer that lost its upload spoils nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest

from protocol.ids import new_id
from storage.blobs import bucket
from storage.blobs.bucket import Bucket
from storage.blobs.folder import Folder
from storage.blobs.places import FilesAway, Part, Place, blob_name
from tests.buckets import S3

pytestmark = pytest.mark.anyio
FIRM = new_id()


@pytest.fixture
def upload() -> str:
    return new_id()


@pytest.fixture(params=["folder", "bucket"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    place: Place
    if request.param == "folder":
        place = Folder(tmp_path / "blobs")
    else:
        s3: S3 = request.getfixturevalue("s3")
        place = s3.place(tmp_path)
    yield place
    await place.close()


async def read(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def brought(place: Place, upload: str, *content: bytes) -> list[Part]:
    writer = place.writer(FIRM, upload, [], new_id(), alone=True)
    await writer.write(content)
    parts = await writer.sync(everything=True)
    await writer.close()
    return parts


async def test_what_was_synced_is_gone_on_with_and_what_was_not_is_cut_off(place: Place, upload: str) -> None:
    writer = place.writer(FIRM, upload, [], new_id(), alone=True)
    await writer.write([b"one", b"two"])
    parts = await writer.sync(everything=True)
    await writer.write([b"never told"])
    await writer.close()
    assert [part.size for part in parts] == [6]
    assert await read(place.read_parts(FIRM, upload, parts)) == b"onetwo"
    writer = place.writer(FIRM, upload, parts, new_id(), alone=True)
    await writer.write([b"three"])
    parts = await writer.sync(everything=True)
    await writer.close()
    assert len(parts) == 1
    assert await read(place.read_parts(FIRM, upload, parts)) == b"onetwothree"
    name = blob_name("ab" * 32, upload)
    await place.settle(FIRM, upload, parts, name)
    await place.settle(FIRM, upload, parts, name)
    assert await read(place.read(FIRM, name, 0, 11)) == b"onetwothree"
    assert await read(place.read(FIRM, name, 3, 6)) == b"two"
    assert await read(place.read(FIRM, name, 6, 6)) == b""
    async with place.as_file(FIRM, name) as path:
        assert path.read_bytes() == b"onetwothree"


async def test_a_writer_that_lost_its_upload_spoils_nothing(place: Place, upload: str) -> None:
    frozen = place.writer(FIRM, upload, [], new_id(), alone=True)
    await frozen.write([b"good"])
    parts = await frozen.sync(everything=True)
    other = place.writer(FIRM, upload, parts, new_id(), alone=False)
    await other.write([b"-night"])
    parts = await other.sync(everything=True)
    await other.close()
    await frozen.write([b"-grief"])
    await frozen.sync(everything=True)
    await frozen.close()
    name = blob_name("cd" * 32, upload)
    await place.settle(FIRM, upload, parts, name)
    assert await read(place.read(FIRM, name, 0, 10)) == b"good-night"
    await place.clear(FIRM, upload)
    await place.clear(FIRM, upload)
    with pytest.raises(FilesAway):
        await read(place.read_parts(FIRM, upload, parts))
    await place.remove(FIRM, name)
    await place.remove(FIRM, name)
    with pytest.raises(FilesAway):
        await read(place.read(FIRM, name, 0, 10))


async def test_a_large_file_is_put_together_and_read_in_small_pieces(place: Place, upload: str) -> None:
    content = os.urandom(7 * 1024 * 1024 + 17)
    step = 1024 * 1024
    writer = place.writer(FIRM, upload, [], new_id(), alone=True)
    for at in range(0, len(content), step):
        await writer.write([content[at : at + step]])
    parts = await writer.sync(everything=True)
    await writer.close()
    name = blob_name("ef" * 32, upload)
    await place.settle(FIRM, upload, parts, name)
    pieces = [piece async for piece in place.read(FIRM, name, 5, len(content))]
    assert max(map(len, pieces)) <= 256 * 1024
    assert b"".join(pieces) == content[5:]
    with pytest.raises(FilesAway):
        await read(place.read(FIRM, name, 0, len(content) + 1))


async def test_a_file_of_nothing_is_one(place: Place, upload: str) -> None:
    name = blob_name("00" * 32, upload)
    await place.settle(FIRM, upload, [], name)
    assert await read(place.read(FIRM, name, 0, 0)) == b""
    async with place.as_file(FIRM, name) as path:
        assert path.read_bytes() == b""


async def test_clearing_one_upload_leaves_the_others(place: Place, upload: str) -> None:
    parts, other = await brought(place, upload, b"mine"), upload[:-1] + ("0" if upload[-1] != "0" else "1")
    others = await brought(place, other, b"theirs")
    await place.clear(FIRM, upload)
    assert await read(place.read_parts(FIRM, other, others)) == b"theirs"
    with pytest.raises(FilesAway):
        await read(place.read_parts(FIRM, upload, parts))


async def test_a_part_that_is_not_there_is_said_to_be_away(place: Place, upload: str) -> None:
    with pytest.raises(FilesAway):
        await place.settle(
            FIRM, upload, [Part(name="gone", size=3), Part(name="too", size=3)], blob_name("aa" * 32, upload)
        )


async def test_a_place_that_can_be_written_takes_a_probe_and_keeps_nothing_of_it(tmp_path: Path, s3: S3) -> None:
    blobs, there = Folder(tmp_path / "blobs"), s3.place(tmp_path)
    await blobs.probe()
    await blobs.close()
    assert os.listdir(tmp_path / "blobs") == []  # noqa: PTH208
    await there.probe()
    assert [meta async for some in obstore.list(there.store) for meta in some] == []


# the folder


async def test_a_folder_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file stands where the folder should be")
    blobs = Folder(tmp_path / "blobs")
    with pytest.raises(FilesAway):
        await blobs.probe()
    with pytest.raises(FilesAway):
        await blobs.writer(FIRM, new_id(), [], new_id(), alone=True).write([b"x"])
    await blobs.close()


async def test_nothing_is_told_before_the_file_and_its_name_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upload: str
) -> None:
    """What the kernel is asked, in order: a power cut can't be had in a test, but the calls that bear one can be seen."""
    asked: list[str] = []

    def named(descriptor: int) -> str:
        return Path(f"/proc/self/fd/{descriptor}").resolve().name

    def seen(name: str) -> Any:
        real = getattr(os, name)

        def call(descriptor: int, *rest: Any) -> Any:
            asked.append(f"{name} {named(descriptor).partition('.')[0]}")
            return real(descriptor, *rest)

        return call

    for name in ("fsync", "fdatasync", "pwritev"):
        monkeypatch.setattr(os, name, seen(name))
    blobs = Folder(tmp_path / "blobs")
    parts = await brought(blobs, upload, b"content")
    assert asked[-3:] == [f"pwritev {upload}", f"fdatasync {upload}", "fsync incoming"]
    asked.clear()
    await blobs.settle(FIRM, upload, parts, blob_name("ab" * 32, upload))
    assert asked[-1] == "fsync ab"
    await blobs.close()


# the bucket


async def test_a_client_that_sends_little_at_a_time_leaves_few_objects(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upload: str
) -> None:
    monkeypatch.setattr(bucket, "PART_BYTES", 100)
    place = s3.place(tmp_path)
    parts: list[Part] = []
    for _ in range(40):
        writer = place.writer(FIRM, upload, parts, new_id(), alone=True)
        await writer.write([b"0123456789"])
        parts = await writer.sync(everything=True)
        await writer.close()
    assert [part.size for part in parts] == [100] * 4
    assert await read(place.read_parts(FIRM, upload, parts)) == b"0123456789" * 40


async def test_a_bucket_that_is_not_there_or_that_nobody_answers_for_is_away(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Bucket("no-such-bucket", scratch=tmp_path, endpoint=s3.endpoint, access_key="k", secret_key="s")
    with pytest.raises(FilesAway):
        await nowhere.probe()
    monkeypatch.setattr(bucket, "PATIENCE", timedelta(seconds=1))
    deaf = Bucket("files", scratch=tmp_path, endpoint="http://127.0.0.1:9", access_key="k", secret_key="s")
    with pytest.raises(FilesAway):
        await deaf.probe()
