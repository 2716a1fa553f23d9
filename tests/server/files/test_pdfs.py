"""Pages of PDF as pictures: which page, how large, and what becomes of files of which none can be drawn (issue 9, 4;
facts about files, 7 and 3.3)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from protocol.previews import Preview
from server.files.fence.keeper import Fence
from server.files.fence.made import Made
from tests.server.files import samples

pytestmark = pytest.mark.anyio
A4 = (595.0, 842.0)


def pdf(*, size: tuple[float, float] = A4, pages: int = 1, dark: int = 0, password: str = "", form: str = "") -> bytes:
    """By reportlab: pages of a size, of which one is dark, or with a field that is filled in."""
    out = io.BytesIO()
    canvas = Canvas(
        out, pagesize=size, encrypt=StandardEncryption(password, password, strength=128) if password else None
    )
    for page in range(1, pages + 1):
        if page == dark:
            canvas.rect(0, 0, *size, fill=1)
        if form:
            canvas.acroForm.textfield(value=form, x=20, y=20, width=size[0] - 40, height=size[1] - 40, fontSize=60)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


async def drawn(tmp_path: Path, content: bytes, job: str = "look", page: int = 1) -> Made | None:
    path = tmp_path / "file"
    path.write_bytes(content)
    fence = Fence()
    made = await fence.make(path, job, "pdf", page)
    assert fence.broken == 0
    return made


def brightness(made: Made | None) -> float:
    assert made is not None
    data = Image.open(io.BytesIO(made.picture)).convert("L").tobytes()
    return sum(data) / len(data)


async def test_its_first_page_is_its_thumbnail_and_any_is_had_for_the_whole_screen(tmp_path: Path) -> None:
    content = pdf(pages=3, dark=2)
    look = await drawn(tmp_path, content)
    assert look is not None
    assert look.preview == Preview(width=362, height=512, pages=3)
    assert brightness(look) > 250
    second = await drawn(tmp_path, content, "picture", 2)
    assert second is not None
    assert max(second.preview.width, second.preview.height) == 2048
    assert brightness(second) < 5
    assert brightness(await drawn(tmp_path, content, "picture", 3)) > 250
    assert await drawn(tmp_path, content, "picture", 4) is None


async def test_what_somebody_has_filled_in_is_drawn(tmp_path: Path) -> None:
    empty, filled = [await drawn(tmp_path, pdf(size=(400, 200), form=said)) for said in (" ", "MMMMMM")]
    assert brightness(filled) < brightness(empty) - 3


@pytest.mark.parametrize("size", [(14_400, 14_400), (2, 14_000), (3, 3)])
async def test_a_picture_is_as_large_as_asked_for_whatever_the_page_says(
    tmp_path: Path, size: tuple[float, float]
) -> None:
    made = await drawn(tmp_path, pdf(size=size))
    assert made is not None
    assert max(made.preview.width, made.preview.height) in range(510, 514)


@pytest.mark.parametrize(
    "content",
    [
        pdf(password="hemligt"),
        samples.pdf("halv")[:400],
        b"%PDF-1.7\n" + b"x" * 5_000,
        pdf(size=(90_000, 90_000)),
    ],
    ids=["locked", "broken off", "no pdf", "a kilometre"],
)
async def test_a_file_of_which_no_page_can_be_drawn_is_a_plain_file(tmp_path: Path, content: bytes) -> None:
    assert await drawn(tmp_path, content) is None
