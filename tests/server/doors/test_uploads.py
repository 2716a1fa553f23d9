"""The door for files, as tus 1.0.0 has it: what it takes, what it refuses and in which words, and what lasts (DC-11)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.core.limits import Limits
from server.doors import uploads
from server.uploads import actions
from server.uploads.receiving import Receiver
from storage.uploads_doc import UploadDoc
from tests.server.doors.asking import OURS, as_
from tests.server.talking import PLENTY
from tests.world import Person, World

PATH = uploads.PATH
BYTES = {"content-type": uploads.BYTES}
pytestmark = pytest.mark.anyio


def client_of(world: World) -> httpx.AsyncClient:
    app = Starlette(
        routes=uploads.routes(world.means, Limits(world.settings, world.clock), Receiver(world.means)),
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("192.0.2.1", 1234))
    return httpx.AsyncClient(transport=transport, base_url=OURS, headers={"tus-resumable": "1.0.0"})


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    world.set(commands_per_s=PLENTY, commands_burst=PLENTY)
    async with client_of(world) as client:
        yield client


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


async def begun(
    world: World, client: httpx.AsyncClient, person: Person, size: int, name: str = "kvitto.pdf", **more: Any
) -> httpx.Response:
    metadata = f"filename {encoded(name)},filetype {encoded('application/pdf')}"
    headers = as_(world, person, upload_length=size, upload_metadata=metadata, **more)
    return await client.post(PATH, headers=headers)


async def sent(
    world: World, client: httpx.AsyncClient, person: Person, where: str, offset: int, content: bytes, **more: Any
) -> httpx.Response:
    headers = as_(world, person, upload_offset=offset, **more) | BYTES
    return await client.patch(where, headers=headers, content=content)


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["tus-resumable"] == "1.0.0"
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code
    return problem


async def the_upload(world: World, person: Person, where: str) -> UploadDoc:
    found = await world.store.uploads.get(person.firm_id, where.rpartition("/")[2], person.id)
    assert found is not None
    return found


def files_of(world: World) -> list[str]:
    return [path.name for path in world.settings.blobs_folder.rglob("*") if path.is_file()]


async def content_of(world: World, person: Person, where: str) -> bytes:
    upload = await the_upload(world, person, where)
    assert upload.sha256 is not None
    return b"".join([piece async for piece in world.store.blobs.read(person.firm_id, upload.sha256)])


async def test_a_file_comes_in_two_parts_and_is_found_by_its_hash(world: World, client: httpx.AsyncClient) -> None:
    content = bytes(range(256)) * 10_000
    answer = await begun(world, client, world.petra, len(content))
    assert answer.status_code == 201
    where = answer.headers["location"]
    assert answer.headers["upload-offset"] == "0"
    half = await sent(world, client, world.petra, where, 0, content[:1_000_000])
    assert (half.status_code, half.headers["upload-offset"]) == (204, "1000000")
    head = await client.head(where, headers=as_(world, world.petra))
    assert (head.status_code, head.headers["upload-offset"]) == (200, "1000000")
    assert head.headers["upload-length"] == str(len(content))
    assert head.headers["cache-control"] == "no-store"
    whole = await sent(world, client, world.petra, where, 1_000_000, content[1_000_000:])
    assert (whole.status_code, whole.headers["upload-offset"]) == (204, str(len(content)))
    upload = await the_upload(world, world.petra, where)
    assert upload.finished
    assert upload.sha256 == hashlib.sha256(content).hexdigest()
    assert (upload.name, upload.size) == ("kvitto.pdf", len(content))
    assert await world.store.blobs.size(world.firm.id, upload.sha256) == len(content)
    assert await content_of(world, world.petra, where) == content
    assert await world.store.blobs.taken(world.firm.id) == len(content)


async def test_a_file_may_come_with_the_request_that_lets_it_begin(world: World, client: httpx.AsyncClient) -> None:
    headers = as_(world, world.petra, upload_length=5, upload_metadata=f"filename {encoded('a.txt')}") | BYTES
    answer = await client.post(PATH, headers=headers, content=b"hello")
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "5")
    assert await content_of(world, world.petra, answer.headers["location"]) == b"hello"


async def test_an_empty_file_is_finished_from_the_start(world: World, client: httpx.AsyncClient) -> None:
    answer = await begun(world, client, world.petra, 0)
    assert answer.status_code == 201
    assert await content_of(world, world.petra, answer.headers["location"]) == b""


async def test_whoever_saves_an_upload_takes_it_and_its_bytes_stay(world: World, client: httpx.AsyncClient) -> None:
    where = (await begun(world, client, world.petra, 3)).headers["location"]
    upload_id = where.rpartition("/")[2]
    uploads_, mongo = world.store.uploads, world.store.mongo
    firm = world.firm.id
    assert await mongo.transact(lambda session: uploads_.take(firm, upload_id, world.petra.id, session)) is None
    await sent(world, client, world.petra, where, 0, b"abc")
    assert await mongo.transact(lambda session: uploads_.take(firm, upload_id, world.linn.id, session)) is None
    taken = await mongo.transact(lambda session: uploads_.take(firm, upload_id, world.petra.id, session))
    assert taken is not None
    assert taken.sha256 is not None
    assert taken.crc32 == 0x352441C2
    assert await uploads_.get(firm, upload_id, world.petra.id) is None
    assert await world.store.blobs.size(firm, taken.sha256) == 3
    refused(await client.patch(where, headers=as_(world, world.petra, upload_offset=3) | BYTES), 404, "not_found")


async def test_somebody_elses_upload_is_not_there(world: World, client: httpx.AsyncClient) -> None:
    where = (await begun(world, client, world.petra, 3)).headers["location"]
    for person in (world.linn, world.anna, world.grace):
        assert (await client.head(where, headers=as_(world, person))).status_code == 404
        refused(await sent(world, client, person, where, 0, b"abc"), 404, "not_found")
        refused(await client.delete(where, headers=as_(world, person)), 404, "not_found")
    assert (await client.head(where, headers=as_(world, world.petra))).headers["upload-offset"] == "0"


async def test_the_same_content_is_kept_once_in_a_firm_and_never_across(
    world: World, client: httpx.AsyncClient
) -> None:
    for person in (world.petra, world.anna, world.grace):
        where = (await begun(world, client, person, 4)).headers["location"]
        await sent(world, client, person, where, 0, b"same")
        assert await content_of(world, person, where) == b"same"
    sha256 = hashlib.sha256(b"same").hexdigest()
    ours = await world.store.blobs.find(world.firm.id, sha256)
    theirs = await world.store.blobs.find(world.other_firm.id, sha256)
    assert ours is not None
    assert theirs is not None
    assert ours.key != theirs.key
    assert await world.store.blobs.taken(world.firm.id) == 4


async def test_options_says_what_the_server_can(world: World, client: httpx.AsyncClient) -> None:
    answer = await client.options(PATH, headers={})
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
        "expiration",
        "checksum",
    }
    assert answer.headers["tus-max-size"] == str(300 * 1024 * 1024)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


# what is refused


@pytest.mark.parametrize(
    ("headers", "status", "path"),
    [
        ({"tus-resumable": "0.2.2"}, 412, "tus-resumable"),
        ({"tus-resumable": ""}, 412, "tus-resumable"),
        ({"upload-length": "-1"}, 400, "upload-length"),
        ({"upload-length": "+5"}, 400, "upload-length"),
        ({"upload-length": "1e3"}, 400, "upload-length"),
        ({"upload-length": " "}, 400, "upload-length"),
        ({"upload-length": "9" * 16}, 400, "upload-length"),
        ({"upload-length": "9" * 4_000}, 400, "upload-length"),
        ({"upload-length": "1_000"}, 400, "upload-length"),
        ({"upload-length": str(300 * 1024 * 1024 + 1)}, 413, "upload-length"),
        ({"upload-length": "", "upload-defer-length": "1"}, 400, "upload-defer-length"),
        ({"upload-metadata": ""}, 400, "upload-metadata"),
        ({"upload-metadata": "filename"}, 422, "upload-metadata.filename"),
        ({"upload-metadata": "filename %%%"}, 400, "upload-metadata.filename"),
        ({"upload-metadata": "filename gICA"}, 400, "upload-metadata.filename"),
        ({"upload-metadata": "filename " + "QUFB" * 2_000}, 400, "upload-metadata"),
        ({"upload-metadata": "relativePath YQ=="}, 400, "upload-metadata"),
        ({"content-type": "multipart/form-data"}, 415, "content-type"),
    ],
)
async def test_a_beginning_that_can_not_be_says_where_and_what_was_expected(
    world: World, client: httpx.AsyncClient, headers: dict[str, str], status: int, path: str
) -> None:
    usual = as_(world, world.petra, upload_length=5, upload_metadata=f"filename {encoded('a.txt')}")
    chosen = {name: value for name, value in (usual | headers).items() if value}
    if headers.get("tus-resumable") == "":
        chosen["tus-resumable"] = "none"
    problem = refused(await client.post(PATH, headers=chosen), status, "invalid")
    assert problem["path"] == path
    assert problem["expected"]
    assert problem["got"]
    assert await world.store.blobs.taken(world.firm.id) == 0


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        ".",
        "..",
        "../../etc/passwd",
        "C:\\Users\\petra\\kvitto.pdf",
        "a/b",
        "a\x00b",
        "a\nb.pdf",
        "a\x1b[31m",
        "faktura\u202efdp.exe",
        "x" * 201,
        "å" * 128,
        "\x85",
    ],
)
async def test_a_name_that_can_not_be_is_refused_with_a_reason(
    world: World, client: httpx.AsyncClient, name: str
) -> None:
    problem = refused(await begun(world, client, world.petra, 5, name), 422, "invalid")
    assert problem["reason"] == "file_name"
    assert problem["path"] == "upload-metadata.filename"


@pytest.mark.parametrize(
    "name", ["kvitto.pdf", "å" * 127, "Årsredovisning #12 (2).pdf", "👩‍🚒.jpg", "CON", " a.b ", ".env"]
)
async def test_a_name_that_people_give_is_kept(world: World, client: httpx.AsyncClient, name: str) -> None:
    where = (await begun(world, client, world.petra, 0, name)).headers["location"]
    assert (await the_upload(world, world.petra, where)).name == name.strip()


async def test_letters_are_kept_composed(world: World, client: httpx.AsyncClient) -> None:
    where = (await begun(world, client, world.petra, 0, "A\u030a.pdf")).headers["location"]
    assert (await the_upload(world, world.petra, where)).name == "\u00c5.pdf"


@pytest.mark.parametrize(
    ("headers", "status", "path"),
    [
        ({"upload-offset": "-0"}, 400, "upload-offset"),
        ({"upload-offset": ""}, 400, "upload-offset"),
        ({"upload-offset": "9" * 3_000}, 400, "upload-offset"),
        ({"upload-offset": "3"}, 409, "upload-offset"),
        ({"upload-offset": "999999999999"}, 409, "upload-offset"),
        ({"content-type": "application/octet-stream"}, 415, "content-type"),
        ({"upload-checksum": "md5 AAAA"}, 400, "upload-checksum"),
        ({"upload-checksum": "sha1"}, 460, "upload-checksum"),
        ({"upload-checksum": "sha1 %%"}, 400, "upload-checksum"),
        ({"upload-checksum": "sha1 AAAA"}, 460, "upload-checksum"),
    ],
)
async def test_more_of_a_file_that_does_not_fit_is_refused_and_changes_nothing(
    world: World, client: httpx.AsyncClient, headers: dict[str, str], status: int, path: str
) -> None:
    where = (await begun(world, client, world.petra, 5)).headers["location"]
    chosen = as_(world, world.petra, upload_offset=0) | BYTES | headers
    answer = await client.patch(where, headers=chosen, content=b"ab")
    problem = refused(answer, status, "conflict" if status == 409 else "invalid")
    assert problem["path"] == path
    if status == 460:
        assert problem["title"] == "Checksum Mismatch"
    assert (await client.head(where, headers=as_(world, world.petra))).headers["upload-offset"] == "0"
    # And the right bytes come through afterwards.
    assert (await sent(world, client, world.petra, where, 0, b"hello")).status_code == 204
    assert await content_of(world, world.petra, where) == b"hello"


async def test_more_than_was_said_is_refused_whether_it_is_announced_or_not(
    world: World, client: httpx.AsyncClient
) -> None:
    async def too_much() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"defg"

    where = (await begun(world, client, world.petra, 5)).headers["location"]
    problem = refused(await sent(world, client, world.petra, where, 0, b"abcdefg"), 413, "invalid")
    assert problem["path"] == "content-length"
    headers = as_(world, world.petra, upload_offset=0) | BYTES
    problem = refused(await client.patch(where, headers=headers, content=too_much()), 413, "invalid")
    assert problem["path"] == "body"
    assert (await client.head(where, headers=as_(world, world.petra))).headers["upload-offset"] == "3"
    assert (await sent(world, client, world.petra, where, 3, b"de")).status_code == 204
    assert await content_of(world, world.petra, where) == b"abcde"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_part_with_its_checksum_is_taken(world: World, client: httpx.AsyncClient, algorithm: str) -> None:
    where = (await begun(world, client, world.petra, 10)).headers["location"]
    for offset, part in ((0, b"hello"), (5, b"world")):
        digest = hashlib.new(algorithm, part).digest()
        answer = await sent(
            world, client, world.petra, where, offset, part, upload_checksum=f"{algorithm} {encoded(digest)}"
        )
        assert answer.status_code == 204
    assert await content_of(world, world.petra, where) == b"helloworld"


async def test_a_wrong_checksum_of_the_first_bytes_leaves_no_upload(world: World, client: httpx.AsyncClient) -> None:
    headers = as_(world, world.petra, upload_length=5, upload_metadata=f"filename {encoded('a.txt')}") | BYTES
    headers["upload-checksum"] = f"sha1 {encoded(b'wrong')}"
    refused(await client.post(PATH, headers=headers, content=b"hello"), 460, "invalid")
    assert await world.store.blobs.taken(world.firm.id) == 0


async def test_what_is_given_up_is_gone_with_its_bytes_and_its_room(world: World, client: httpx.AsyncClient) -> None:
    where = (await begun(world, client, world.petra, 10)).headers["location"]
    await sent(world, client, world.petra, where, 0, b"hello")
    assert (await client.delete(where, headers=as_(world, world.petra))).status_code == 204
    refused(await sent(world, client, world.petra, where, 5, b"world"), 404, "not_found")
    assert (await client.head(where, headers=as_(world, world.petra))).status_code == 404
    refused(await client.delete(where, headers=as_(world, world.petra)), 404, "not_found")
    assert await world.store.blobs.taken(world.firm.id) == 0
    assert files_of(world) != []
    world.clock.advance(s=120)
    await actions.sweep(world.means, world.clock.now())
    assert files_of(world) == []


async def test_a_firm_and_a_person_have_so_much_room(world: World, client: httpx.AsyncClient) -> None:
    world.set(firm_bytes_max=100, uploads_per_person_max=3)
    async with client_of(world) as narrow:
        where = (await begun(world, narrow, world.petra, 60)).headers["location"]
        problem = refused(await begun(world, narrow, world.linn, 41), 409, "conflict")
        assert problem["reason"] == "no_room"
        assert (await begun(world, narrow, world.linn, 40)).status_code == 201
        assert (await begun(world, narrow, world.grace, 60)).status_code == 201
        await narrow.delete(where, headers=as_(world, world.petra))
        for _ in range(3):
            assert (await begun(world, narrow, world.petra, 1)).status_code == 201
        assert refused(await begun(world, narrow, world.petra, 1), 409, "conflict")["reason"] == "too_many_files"


async def test_time_takes_away_what_nobody_saved_and_what_nobody_refers_to(
    world: World, client: httpx.AsyncClient
) -> None:
    half = (await begun(world, client, world.petra, 10)).headers["location"]
    await sent(world, client, world.petra, half, 0, b"hello")
    whole = (await begun(world, client, world.petra, 5)).headers["location"]
    await sent(world, client, world.petra, whole, 0, b"whole")
    expires = (await client.head(whole, headers=as_(world, world.petra))).headers["upload-expires"]
    assert parsedate_to_datetime(expires).timestamp() == pytest.approx(world.clock.now() / 1000 + 86_400, abs=1)
    world.clock.advance(s=86_399)
    await actions.sweep(world.means, world.clock.now())
    for where in (half, whole):
        assert (await client.head(where, headers=as_(world, world.petra))).status_code == 200
    world.clock.advance(s=2)
    await actions.sweep(world.means, world.clock.now())
    for where in (half, whole):
        assert (await client.head(where, headers=as_(world, world.petra))).status_code == 404
    for _ in range(2):
        world.clock.advance(s=120)
        await actions.sweep(world.means, world.clock.now())
    assert files_of(world) == []
    assert await world.store.blobs.taken(world.firm.id) == 0


async def test_content_stays_as_long_as_anything_refers_to_it(world: World, client: httpx.AsyncClient) -> None:
    first = (await begun(world, client, world.petra, 4)).headers["location"]
    await sent(world, client, world.petra, first, 0, b"same")
    world.clock.advance(s=80_000)
    second = (await begun(world, client, world.anna, 4)).headers["location"]
    await sent(world, client, world.anna, second, 0, b"same")
    for _ in range(3):
        world.clock.advance(s=10_000)
        await actions.sweep(world.means, world.clock.now())
    assert (await client.head(first, headers=as_(world, world.petra))).status_code == 404
    assert await content_of(world, world.anna, second) == b"same"
    assert await world.store.blobs.taken(world.firm.id) == 4


async def test_a_page_may_ask_how_far_it_is_but_only_our_pages_may_send(
    world: World, client: httpx.AsyncClient
) -> None:
    where = (await begun(world, client, world.petra, 5)).headers["location"]
    cookie = {"cookie": f"chattar_8000={world.token_of(world.petra)}"}
    assert (await client.head(where, headers=cookie)).status_code == 200
    assert (await client.head(where, headers=cookie | {"origin": "https://evil.example"})).status_code == 403
    bytes_ = cookie | BYTES | {"upload-offset": "0"}
    refused(await client.patch(where, headers=bytes_, content=b"hello"), 403, "forbidden")
    refused(await client.delete(where, headers=cookie), 403, "forbidden")
    override = bytes_ | {"x-http-method-override": "PATCH", "origin": OURS}
    assert (await client.post(where, headers=override, content=b"hello")).status_code == 204
    # A page that was told it is somebody else's is refused, as everywhere.
    other = cookie | {"origin": OURS, "chattar-person": world.linn.id}
    assert refused(await client.delete(where, headers=other), 409, "conflict")["reason"] == "other_person"


async def test_nobody_in_particular_is_refused(world: World, client: httpx.AsyncClient) -> None:
    where = (await begun(world, client, world.petra, 5)).headers["location"]
    refused(await client.post(PATH), 401, "unauthenticated")
    refused(await client.patch(where, headers=BYTES, content=b"x"), 401, "unauthenticated")
    for odd in ("x", where.upper(), f"{where}/", PATH + "/" + "0" * 32, PATH + "/..%2f..%2fetc"):
        answer = await client.head(odd, headers=as_(world, world.petra))
        assert answer.status_code in (404, 405, 307), odd


async def test_a_place_that_can_not_be_written_is_said_to_be_away_and_nothing_is_told(
    world: World, client: httpx.AsyncClient
) -> None:
    where = (await begun(world, client, world.petra, 5)).headers["location"]
    world.settings.blobs_folder.parent.mkdir(parents=True, exist_ok=True)
    world.settings.blobs_folder.write_text("in the way")
    refused(await sent(world, client, world.petra, where, 0, b"hello"), 503, "unavailable")
    assert (await client.head(where, headers=as_(world, world.petra))).headers["upload-offset"] == "0"
    world.settings.blobs_folder.unlink()
    assert (await sent(world, client, world.petra, where, 0, b"hello")).status_code == 204
    assert await content_of(world, world.petra, where) == b"hello"
