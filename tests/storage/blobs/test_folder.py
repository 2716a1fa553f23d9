"""The folder for files: what is acknowledged lasts, and a writer that lost its upload spoils nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import new_id
from storage.blobs.folder import Folder
from storage.blobs.places import FilesAway, Part, blob_name

pytestmark = pytest.mark.anyio
FIRM, UPLOAD = new_id(), new_id()


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Folder]:
    folder = Folder(tmp_path / "blobs")
    yield folder
    await folder.close()


async def read(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def test_what_was_synced_is_gone_on_with_and_what_was_not_is_cut_off(folder: Folder, tmp_path: Path) -> None:
    writer = folder.writer(FIRM, UPLOAD, [], new_id(), alone=True)
    await writer.write([b"one", b"two"])
    parts = await writer.sync(everything=True)
    await writer.write([b"never told"])
    await writer.close()
    assert [part.size for part in parts] == [6]
    assert await read(folder.read_parts(FIRM, UPLOAD, parts)) == b"onetwo"
    writer = folder.writer(FIRM, UPLOAD, parts, new_id(), alone=True)
    await writer.write([b"three"])
    parts = await writer.sync(everything=True)
    await writer.close()
    assert len(parts) == 1
    assert await read(folder.read_parts(FIRM, UPLOAD, parts)) == b"onetwothree"
    name = blob_name("ab" * 32, UPLOAD)
    await folder.settle(FIRM, UPLOAD, parts, name)
    await folder.settle(FIRM, UPLOAD, parts, name)
    assert await read(folder.read(FIRM, name, 0, 11)) == b"onetwothree"
    assert await read(folder.read(FIRM, name, 3, 6)) == b"two"
    assert [path.name for path in (tmp_path / "blobs" / FIRM / "incoming").iterdir()] == []


async def test_a_writer_that_lost_its_upload_spoils_nothing(folder: Folder) -> None:
    frozen = folder.writer(FIRM, UPLOAD, [], new_id(), alone=True)
    await frozen.write([b"good"])
    parts = await frozen.sync(everything=True)
    other = folder.writer(FIRM, UPLOAD, parts, new_id(), alone=False)
    await other.write([b"-night"])
    parts = await other.sync(everything=True)
    await other.close()
    await frozen.write([b"-grief"])
    await frozen.sync(everything=True)
    await frozen.close()
    name = blob_name("cd" * 32, UPLOAD)
    await folder.settle(FIRM, UPLOAD, parts, name)
    assert await read(folder.read(FIRM, name, 0, 10)) == b"good-night"
    await folder.clear(FIRM, UPLOAD)
    await folder.remove(FIRM, name)
    await folder.remove(FIRM, name)
    with pytest.raises(FilesAway):
        await read(folder.read(FIRM, name, 0, 10))


async def test_pieces_are_small_and_a_part_that_is_too_short_is_said_to_be(folder: Folder) -> None:
    writer = folder.writer(FIRM, UPLOAD, [], new_id(), alone=True)
    await writer.write([b"x" * 1_000_000])
    parts = await writer.sync(everything=True)
    await writer.close()
    name = blob_name("ef" * 32, UPLOAD)
    await folder.settle(FIRM, UPLOAD, parts, name)
    sizes = [len(piece) async for piece in folder.read(FIRM, name, 0, 1_000_000)]
    assert max(sizes) <= 256 * 1024
    assert sum(sizes) == 1_000_000
    with pytest.raises(FilesAway):
        await read(folder.read(FIRM, name, 0, 1_000_001))
    with pytest.raises(FilesAway):
        await folder.settle(FIRM, UPLOAD, [Part(name="gone", size=3)], blob_name("aa" * 32, UPLOAD))


async def test_a_folder_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file stands where the folder should be")
    folder = Folder(tmp_path / "blobs")
    with pytest.raises(FilesAway):
        await folder.probe()
    with pytest.raises(FilesAway):
        await folder.writer(FIRM, UPLOAD, [], new_id(), alone=True).write([b"x"])
    await folder.close()
