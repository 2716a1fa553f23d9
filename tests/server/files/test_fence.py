"""The fence: what a process may do that looks into somebody's file, and what a file can do to the others (issue 9, 4)."""

from __future__ import annotations

import asyncio
import io
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.files.family import Family
from server.files.fence import limits
from server.files.fence.keeper import Busy, Fence
from server.files.fence.made import Made
from tests.server.files import samples

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[3]
GPS, MAKER = 0x8825, 0x010F


def done_behind_the_fence(act: str) -> str:
    """What comes of some Python in a process that lives within the limits: what it prints, or the kind of its error."""
    script = (
        "import os, socket, subprocess, sys\n"
        "from server.files.fence import limits\n"
        "limits.put_on()\n"
        "try:\n"
        f"    print({act})\n"
        "except BaseException as error:\n"
        "    print(type(error).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        ("1 + 1", "2"),
        ("socket.socket()", "PermissionError"),
        ("subprocess.run(['true'])", "PermissionError"),
        ("os.fork()", "PermissionError"),
        ("open('/etc/hostname').read()", "OSError"),
        ("open('/tmp/left-behind', 'w')", "OSError"),
        ("os.pipe()", "OSError"),
        ("len(bytearray(2 * 1024**3))", "MemoryError"),
    ],
)
def test_a_process_behind_the_fence_opens_starts_and_takes_nothing(act: str, outcome: str) -> None:
    assert done_behind_the_fence(act) == outcome


async def made(
    tmp_path: Path, content: bytes, family: str, job: str = "look", fence: Fence | None = None, page: int = 1
) -> Made | None:
    path = tmp_path / "file"
    path.write_bytes(content)
    return await (fence or Fence()).make(path, job, family, page)


@pytest.mark.parametrize(("how", "clock_s"), [("hang", 1.0), ("crash", 30.0), ("flood", 30.0), ("babble", 30.0)])
async def test_a_file_that_breaks_the_fence_harms_nobody(tmp_path: Path, how: str, clock_s: float) -> None:
    """It is shown without a picture; the loop goes on meanwhile, and the next file has its turn."""
    fence = Fence(at_once=1, clock_s=clock_s, worker="tests.server.files.misbehaving")
    late = 0.0

    async def watch() -> None:
        nonlocal late
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)  # what is measured is how late this one comes
            late = max(late, time.monotonic() - before)

    watching = asyncio.create_task(watch())
    assert await made(tmp_path, b"x", "jpeg", how, fence) is None
    assert await made(tmp_path, b"x", "jpeg", how, fence) is None
    watching.cancel()
    assert fence.broken == 2
    assert late < 1.0


async def test_what_is_given_up_is_ended(tmp_path: Path) -> None:
    """Whoever doesn't wait any longer leaves no process behind, and no place taken."""
    fence = Fence(at_once=1, worker="tests.server.files.misbehaving")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await made(tmp_path, b"x", "jpeg", "hang", fence)
    assert await made(tmp_path, b"x", "jpeg", "crash", fence) is None


async def test_where_too_many_wait_the_next_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.files.fence.keeper.WAITING_MAX", 1)
    fence = Fence(at_once=1, clock_s=1.0, worker="tests.server.files.misbehaving")
    first = asyncio.create_task(made(tmp_path, b"x", "jpeg", "hang", fence))
    await asyncio.sleep(0)  # it is begun
    with pytest.raises(Busy):
        await made(tmp_path, b"x", "jpeg", "hang", fence)
    assert await first is None


async def look(tmp_path: Path, content: bytes, family: str, job: str = "look") -> tuple[Image.Image, bytes, int]:
    """The picture that is made of a file, as a picture and as bytes, and how many pages it has."""
    answer = await made(tmp_path, content, family, job)
    assert answer is not None
    image = Image.open(io.BytesIO(answer.picture))
    assert image.format == "WEBP"
    assert image.size == (answer.preview.width, answer.preview.height)
    return image, answer.picture, answer.preview.pages


def is_blue(image: Image.Image, x: float, y: float) -> bool:
    red, _, blue = image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))  # type: ignore[misc]
    return bool(blue > 150 > 80 > red)


@pytest.mark.parametrize(
    ("family", "content"),
    [
        (Family.JPEG, samples.picture("JPEG")),
        (Family.JPEG, samples.picture("JPEG", mode="CMYK")),
        (Family.PNG, samples.picture("PNG")),
        (Family.PNG, samples.picture("PNG", mode="P")),
        (Family.WEBP, samples.picture("WEBP")),
        (Family.GIF, samples.picture("GIF", mode="P")),
        (Family.AVIF, samples.picture("AVIF")),
        (Family.TIFF, samples.picture("TIFF")),
        (Family.TIFF, samples.picture("TIFF", compression="tiff_lzw")),
        (Family.BMP, samples.picture("BMP")),
        (Family.JPEG2000, samples.picture("JPEG2000")),
    ],
)
async def test_every_kind_of_picture_is_shown(tmp_path: Path, family: Family, content: bytes) -> None:
    image, _, _ = await look(tmp_path, content, family)
    assert image.size == (60, 40)
    assert is_blue(image, 0.2, 0.5)
    assert not is_blue(image, 0.8, 0.5)


async def test_a_telephones_picture_is_turned_once(tmp_path: Path) -> None:
    """HEIC says it in two ways, of which only one counts."""
    image, _, _ = await look(tmp_path, samples.HEIC, Family.HEIC)
    assert image.size == (32, 48)


@pytest.mark.parametrize(
    ("orientation", "size", "blue"),
    [(1, (60, 40), (0.2, 0.5)), (6, (40, 60), (0.5, 0.2)), (3, (60, 40), (0.8, 0.5)), (8, (40, 60), (0.5, 0.8))],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_a_picture_is_turned_as_it_was_held(
    tmp_path: Path, form: str, orientation: int, size: tuple[int, int], blue: tuple[float, float]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image, _, _ = await look(tmp_path, samples.picture(form, exif=exif.tobytes()), form.lower())
    assert image.size == size
    assert is_blue(image, *blue)


@pytest.mark.parametrize("job", ["look", "picture"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
async def test_where_and_when_a_picture_was_taken_stays_in_the_original(tmp_path: Path, form: str, job: str) -> None:
    exif = Image.Exif()
    exif[MAKER] = "Telefonen AB"
    exif[GPS] = {1: "N", 2: (59.0, 19.0, 30.0), 3: "E", 4: (18.0, 4.0, 0.0)}
    more: dict[str, Any] = {"xmp": b"<x:xmpmeta>Telefonen AB, Drottninggatan</x:xmpmeta>"} if form != "PNG" else {}
    if form == "JPEG":
        more["comment"] = b"Telefonen AB"
    content = samples.picture(form, exif=exif.tobytes(), **more)
    assert b"Telefonen AB" in content
    image, shown, _ = await look(tmp_path, content, form.lower(), job)
    assert b"Telefonen" not in shown
    assert b"Drottninggatan" not in shown
    assert not image.getexif()
    assert not image.info.keys() & {"exif", "xmp", "icc_profile", "comment"}


@pytest.mark.parametrize(("job", "longest"), [("look", 512), ("picture", 2048)])
async def test_a_large_picture_is_shrunk_and_a_small_one_stays(tmp_path: Path, job: str, longest: int) -> None:
    image, content, _ = await look(tmp_path, samples.picture("JPEG", (4000, 3000)), Family.JPEG, job)
    assert image.size == (longest, longest * 3 // 4)
    assert len(content) < limits.ANSWER_BYTES_MAX
    image, _, _ = await look(tmp_path, samples.picture("PNG", (10, 8)), Family.PNG, job)
    assert image.size == (10, 8)


async def test_a_scan_of_sixteen_bits_is_not_white(tmp_path: Path) -> None:
    """Facts about files, 1.3: cut at 255, all of it would be."""
    grey = Image.new("I;16", (2400, 1600), 30_000)
    out = io.BytesIO()
    grey.save(out, "PNG")
    image, _, _ = await look(tmp_path, out.getvalue(), Family.PNG)
    low, high = image.convert("L").getextrema()
    assert (low, high) == pytest.approx((117, 117), abs=3)


async def test_a_fax_is_as_high_as_it_was_and_says_its_pages(tmp_path: Path) -> None:
    pages = [Image.new("1", (1728, 1100), 1) for _ in range(3)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", compression="group4", dpi=(204, 98), save_all=True, append_images=pages[1:])
    image, _, count = await look(tmp_path, out.getvalue(), Family.TIFF)
    assert count == 3
    assert image.width / image.height == pytest.approx(1728 / (1100 * 204 / 98), rel=0.03)
    assert await made(tmp_path, out.getvalue(), Family.TIFF, "picture", page=3) is not None
    assert await made(tmp_path, out.getvalue(), Family.TIFF, "picture", page=4) is None


async def test_a_picture_of_more_pixels_than_any_camera_makes_is_not_decoded(tmp_path: Path) -> None:
    """The file says 40,000 by 40,000, which would be 4.8 GB, in some hundred bytes."""
    whole = bytearray(samples.picture("PNG", (4, 4)))
    whole[16:24] = struct.pack(">II", 40_000, 40_000)
    whole[29:33] = struct.pack(">I", zlib.crc32(whole[12:29]))
    assert await made(tmp_path, bytes(whole), Family.PNG) is None


@pytest.mark.parametrize("cut", [0, 1, 20, 200, 0.5, 0.9])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
async def test_a_picture_that_is_broken_off_breaks_nothing(tmp_path: Path, form: str, cut: float) -> None:
    content = samples.picture(form, (300, 200))
    fence = Fence()
    part = content[: int(len(content) * cut) if 0 < cut < 1 else int(cut)]
    assert await made(tmp_path, part, form.lower(), "look", fence) is None
    assert fence.broken == 0


def test_the_server_itself_loads_no_decoder() -> None:
    """Fact 2 of the design rules: Pillow, pdfium and the calendar's reader are never in the server's process."""
    script = """
import sys
import server.__main__, scheduler.__main__
from server.app import create_app
from server.core.settings import Settings
create_app(Settings())
print([name for name in ("PIL", "pi_heif", "pypdfium2_raw", "icalendar", "defusedxml") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
