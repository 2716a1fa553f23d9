"""A firm's logo: set by command within limits, kept without what doesn't draw, shown, sent along, and taken back."""

import random
from collections.abc import AsyncIterator
from contextlib import suppress
from email.message import EmailMessage
from html import escape

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from protocol.audit import SecurityList
from protocol.body import paragraph
from protocol.errors import Forbidden, Invalid
from protocol.firms import FirmRead, FirmUpdate, FirmView
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.sessions import MeRead
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.doors import logos
from server.doors.page_headers import SafeHeaders
from server.firms.logo import BYTES_MAX, SIDE_PX_MAX, WANTED, read
from tests.scheduler.conftest import DELAY_S, means, sink
from tests.scheduler.sink import Sink
from tests.server.firms.pictures import PNG, chunk, given, interlaced, jpeg, png, segment
from tests.world import World

__all__ = ["means", "sink"]

pytestmark = pytest.mark.anyio

EXIF = b"Exif\0\0MM\0* 57.7089 11.9746 Anna's phone"
ZIP = b"PK\x03\x04 another file"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=logos.routes(world.means), middleware=[Middleware(SafeHeaders, settings=world.settings)])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def set_logo(world: World, data: bytes) -> str:
    """Where it is then."""
    view: FirmView = await world.do(world.anna, FirmUpdate(logo=given(data)))
    assert view.firm.logo is not None
    return view.firm.logo


async def letters_to_petra(world: World, sink: Sink) -> list[EmailMessage]:
    """What goes out once there is something new for her."""
    said = MessageSend(thread_id=(await world.thread()).id, client_message_id=new_id(), body=paragraph("Hej"))
    await world.do(world.sofia, said)
    await world.settled()
    world.clock.advance(s=DELAY_S)
    await mail.send_due(world.means, world.clock.now())
    # With a blind copy, which has the same To, there are two; they go in any order.
    return [one for one in sink.mails if world.petra.email in str(one["To"])]


@pytest.mark.parametrize(
    ("data", "kind"), [(png(), "png"), (interlaced(), "png"), (jpeg(), "jpeg"), (jpeg(120, 40, frame=0xC2), "jpeg")]
)
async def test_a_logo_is_kept_and_shown_at_its_address_to_anybody(
    world: World, client: httpx.AsyncClient, data: bytes, kind: str
) -> None:
    """Spec 2.1, EM-4: whoever is logged in is told where it is; what stands there never changes and runs nothing."""
    address = await set_logo(world, data)
    for person in (world.sofia, world.petra):
        assert (await world.do(person, MeRead())).firm.logo == address
    shown = await client.get(address)
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, data, f"image/{kind}")
    assert "immutable" in shown.headers["cache-control"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")
    (row,) = [row for row in (await world.do(world.anna, SecurityList())).rows if row.event == "firm.changed"]
    assert row.text == "logo"


async def test_another_logo_has_another_address_and_the_old_one_is_gone(
    world: World, client: httpx.AsyncClient
) -> None:
    old = await set_logo(world, png())
    new = await set_logo(world, jpeg())
    assert [(await client.get(address)).status_code for address in (old, new)] == [404, 200]
    other = new.replace(world.firm.id, world.other_firm.id)
    assert (await client.get(other)).status_code == 404
    assert await set_logo(world, jpeg()) == new


async def test_a_logo_is_taken_back_with_an_empty_text(
    world: World, means: Means, sink: Sink, client: httpx.AsyncClient
) -> None:
    """Spec 2.1: nothing of it stays, in the store, on pages or in letters."""
    address = await set_logo(world, png())
    view: FirmView = await world.do(world.anna, FirmUpdate(phone="08-1"))
    assert view.firm.logo == address
    view = await world.do(world.anna, FirmUpdate(logo=""))
    assert view.firm.logo is None
    assert (await client.get(address)).status_code == 404
    assert await world.store.logos.get(world.firm.id) is None
    (letter,) = await letters_to_petra(world, sink)
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]


async def test_what_does_not_draw_is_not_kept(world: World, client: httpx.AsyncClient) -> None:
    """P7: no place, no author, no second file."""
    spoken = chunk(b"tEXt", b"Author\0Anna") + chunk(b"eXIf", EXIF)
    shown = await client.get(await set_logo(world, png(noise=ZIP, more=spoken)))
    assert shown.content == png()
    shown = await client.get(await set_logo(world, jpeg(more=segment(0xE1, EXIF) + segment(0xFE, b"Anna"), noise=ZIP)))
    assert shown.content == jpeg()


NOISE = random.Random(1).randbytes(BYTES_MAX)


@pytest.mark.parametrize(
    ("text", "expected", "got"),
    [
        ("data:image/png;base64," + given(png()), f"{WANTED}, and nothing around it", "a data: address"),
        ("Bild!", f"{WANTED}, and nothing around it", "a text that isn't base64"),
        (given(SVG), WANTED, "an SVG or other text"),
        (given(b"\n <?xml version='1.0'?>" + SVG), WANTED, "an SVG or other text"),
        (given(b"GIF89a" + bytes(40)), WANTED, "a GIF"),
        (given(b"RIFF\x10\0\0\0WEBPVP8 " + bytes(40)), WANTED, "a WebP"),
        (given(b"hello"), WANTED, "something else"),
        (given(png(more=chunk(b"tEXt", NOISE))), f"at most {BYTES_MAX} bytes", f"{len(png()) + BYTES_MAX + 12} bytes"),
        (given(png(15, 40)), "16 to 1200 pixels each way", "15 × 40"),
        (given(jpeg(16, 8)), "16 to 1200 pixels each way", "16 × 8"),
        (given(png(SIDE_PX_MAX + 1, 20)), "16 to 1200 pixels each way", "1201 × 20"),
        (given(png(2**31 - 1, 2**31 - 1, rows=0)), "16 to 1200 pixels each way", "2147483647 × 2147483647"),
        (given(png(rows=35)), "a whole PNG that programs show", "one with more or fewer pixels than it says"),
        (given(png(rows=3600)), "a whole PNG that programs show", "one with more or fewer pixels than it says"),
        (given(png()[:-20]), "a whole PNG that programs show", "one that breaks off or is damaged"),
        (given(png()[:-4]), "a whole PNG that programs show", "one that breaks off or is damaged"),
        (given(png().replace(b"IDAT", b"IDAX")), "a whole PNG that programs show", "one that breaks off or is damaged"),
        (given(png(more=chunk(b"BABY"))), "a whole PNG that programs show", "one with parts that are unknown"),
        (given(PNG + chunk(b"IEND")), "a whole PNG that programs show", "one whose head is not in its place"),
        (given(jpeg()[:-2]), "a whole JPEG that programs show", "one that breaks off or is damaged"),
        (given(jpeg()[:60]), "a whole JPEG", "one that breaks off or is damaged"),
        (given(jpeg(frame=0xC9)), "a whole JPEG that programs show", "one that is coded in a way that programs don't show"),
        (given(jpeg(colours=4)), "a whole JPEG that programs show", "one in colours for print"),
        (given(b"\xff\xd8\xff\xd9"), "a whole JPEG that programs show", "one without a picture"),
    ],
)  # fmt: skip
async def test_what_is_no_logo_is_refused_with_what_was_expected(
    world: World, text: str, expected: str, got: str
) -> None:
    """Type, bytes, pixels, and a whole file, each with its place; and nothing is changed."""
    kept = await set_logo(world, png())
    with pytest.raises(Invalid) as refused:
        await world.do(world.anna, FirmUpdate(logo=text, phone="08-1"))
    problem = refused.value.problem
    assert (problem.path, problem.expected, problem.got) == ("$.logo", expected, got)
    view: FirmView = await world.do(world.anna, FirmRead())
    assert (view.firm.logo, view.firm.phone) == (kept, world.firm.firm.phone)


async def test_no_run_of_bytes_does_more_than_be_refused(world: World) -> None:
    """Cut off anywhere, or with any byte another one, it is a logo or Invalid, and nothing else happens."""
    chance = random.Random(7)
    for data in (png(20, 20), interlaced(), jpeg(24, 24)):
        for at in range(len(data)):
            spoiled = bytearray(data)
            spoiled[at] ^= 1 << chance.randrange(8)
            for one in (data[:at], bytes(spoiled)):
                with suppress(Invalid):
                    read("$.logo", world.firm.id, given(one))


async def test_only_who_leads_the_firm_sets_its_logo(world: World) -> None:
    """AC-4."""
    for person in (world.sofia, world.petra):
        with pytest.raises(Forbidden):
            await world.do(person, FirmUpdate(logo=given(png())))


async def test_a_letter_brings_the_logo_along(world: World, means: Means, sink: Sink) -> None:
    """EM-4: enclosed beside the page that shows it, since mail programs fetch nothing unasked and drop data: addresses;
    with the initials instead where pictures are off."""
    await set_logo(world, png(144, 72))
    (letter,) = await letters_to_petra(world, sink)
    plain, related = letter.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    page, picture = related.iter_parts()
    assert (page.get_content_type(), picture.get_content_type()) == ("text/html", "image/png")
    assert (picture.get_content(), picture.get_content_disposition()) == (png(144, 72), "inline")
    (tag,) = [part for part in page.get_content().split("<") if part.startswith("img ")]
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in tag
    assert all(part in tag for part in ('width="72"', 'height="36"', 'alt="LF"'))
    assert "http" not in tag
    assert escape(world.firm.firm.name) in page.get_content()


async def test_the_firms_copy_and_staffs_letters_have_it_too(world: World, means: Means, sink: Sink) -> None:
    """EM-3: the copy is the same to the byte."""
    await set_logo(world, jpeg(400, 20))
    await world.do(world.anna, FirmUpdate(bcc="arkiv@lindbergfalk.example"))
    await letters_to_petra(world, sink)
    await mail.send_due(world.means, world.clock.now())
    letter, copy = [one for one in sink.mails if world.petra.email in str(one["To"])]
    assert copy.as_bytes() == letter.as_bytes()
    (tag,) = [part for part in letter.get_body(("html",)).get_content().split("<") if part.startswith("img ")]  # type: ignore[union-attr]
    assert all(part in tag for part in ('width="108"', 'height="5"'))
