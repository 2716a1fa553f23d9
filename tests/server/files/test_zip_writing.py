"""The zip that is written while it is sent: opened by the programs that people have, whole or known to be broken."""

from __future__ import annotations

import io
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.files import zip_writing
from server.files.zip_writing import Broken, Entry

pytestmark = pytest.mark.anyio
STOCKHOLM = ZoneInfo("Europe/Stockholm")
AT = datetime(2026, 11, 20, 9, 15, 42, tzinfo=STOCKHOLM)
FILES: Mapping[str, bytes] = {
    "Kvitton/Åre – hotell.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 300,
    "Kvitton/tom.txt": b"",
    "bokslut.txt": "Årets resultat: 1 250 kr\n".encode() * 40,
    "日本語.csv": b"a;b\n1;2\n",
}


def entries(files: Mapping[str, bytes] = FILES, at: datetime = AT) -> list[Entry]:
    return [Entry(name, len(content), zlib.crc32(content), at) for name, content in files.items()]


async def zipped(files: Mapping[str, bytes] = FILES, at: datetime = AT) -> bytes:
    async def content(entry: Entry) -> AsyncIterator[bytes]:
        whole = files[entry.name]
        for begin in range(0, len(whole), 1_000):
            yield whole[begin : begin + 1_000]

    some = entries(files, at)
    made = b"".join([piece async for piece in zip_writing.written(some, content)])
    assert len(made) == zip_writing.length(some)
    return made


def opened_by_unzip(made: bytes, path: Path) -> str:
    """What Info-ZIP finds in it, which has tested every entry."""
    file = path / "made.zip"
    file.write_bytes(made)
    tested = subprocess.run(["unzip", "-t", str(file)], capture_output=True, text=True, check=False)
    assert (tested.returncode, tested.stderr) == (0, ""), tested.stdout
    return subprocess.run(["zipinfo", "-v", str(file)], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("large_from", [0xFFFF_FFFF, 500], ids=["as-it-is", "as-if-it-were-large"])
async def test_whoever_opens_zips_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large_from: int) -> None:
    """Names in any script, empty files, and the records for what doesn't fit 32 bits."""
    monkeypatch.setattr(zip_writing, "LARGE_FROM", large_from)
    monkeypatch.setattr(zip_writing, "MANY_FROM", 0xFFFF if large_from > 500 else 3)
    made = await zipped()
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == dict(FILES)
        assert {one.date_time for one in opened.infolist()} == {(2026, 11, 20, 9, 15, 42)}
        assert not any(one.flag_bits & 8 for one in opened.infolist())
    told = opened_by_unzip(made, tmp_path)
    assert told.count("compression method:                             none (stored)") == len(FILES)


async def test_an_empty_one_and_one_with_thousands(tmp_path: Path) -> None:
    many = {f"{number % 7}/{number}.txt": b"%d" % number for number in range(3_000)}
    for files in ({}, many):
        made = await zipped(files)
        with zipfile.ZipFile(io.BytesIO(made)) as opened:
            assert opened.namelist() == list(files)
    opened_by_unzip(await zipped(many), tmp_path)


@pytest.mark.parametrize("size", [65_476, 65_536, 65_535, 131_072])
async def test_no_length_of_a_file_ends_the_zip(size: int) -> None:
    """A library that does the same in even pieces ends where a file and the next one's head fill one."""
    files = {"a": bytes(size), "b": b"the second"}
    with zipfile.ZipFile(io.BytesIO(await zipped(files))) as opened:
        assert [len(opened.read(name)) for name in opened.namelist()] == [size, 10]


@pytest.mark.parametrize("at", [datetime(1960, 1, 1), datetime(2200, 12, 31, 23, 59, 59)], ids=["before", "behind"])  # noqa: DTZ001
async def test_a_time_that_no_zip_can_say_is_the_nearest_that_one_can(at: datetime) -> None:
    with zipfile.ZipFile(io.BytesIO(await zipped(FILES, at.replace(tzinfo=STOCKHOLM)))) as opened:
        assert {one.date_time[0] for one in opened.infolist()} == {min(max(at.year, 1980), 2107)}


@pytest.mark.parametrize("brought", [b"short", b"as long but another one", b"longer than it was said to be"])
async def test_other_bytes_than_were_said_break_it_off(brought: bytes) -> None:
    """Before more has gone than was said: what has come is no zip."""
    said = b"as long as this is here"
    entry = Entry("a.txt", len(said), zlib.crc32(said), AT)

    async def content(_: Entry) -> AsyncIterator[bytes]:
        yield brought

    came = b""

    async def all_of_it() -> None:
        nonlocal came
        async for piece in zip_writing.written([entry], content):
            came += piece

    with pytest.raises(Broken):
        await all_of_it()
    assert len(came) < zip_writing.length([entry])
    assert not zipfile.is_zipfile(io.BytesIO(came))


async def test_nothing_is_kept_of_what_has_gone() -> None:
    piece = bytes(256 * 1024)
    pieces = 400
    crc32 = 0
    for _ in range(pieces):
        crc32 = zlib.crc32(piece, crc32)
    some = [Entry(f"{number}.bin", pieces * len(piece), crc32, AT) for number in range(2)]

    async def content(_: Entry) -> AsyncIterator[bytes]:
        for _number in range(pieces):
            yield bytes(256 * 1024)

    tracemalloc.start()
    try:
        size = 0
        async for came in zip_writing.written(some, content):
            size += len(came)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == zip_writing.length(some)
    assert peak < 2 * 1024 * 1024
