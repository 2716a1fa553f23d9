"""The door for files: tus 1.0.0 at /api/v1/uploads, so that programs that others have written bring theirs (DC-11).

Core, creation, creation-with-upload, termination, expiration and checksum. Whoever asks is let in as at the door for
commands; somebody else's upload is not found. Knows the protocol's headers and status codes. Refuses to know where bytes
go, and what an upload becomes.
"""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from typing import Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protocol.errors import ChattarError, InternalError, Invalid, NotFound
from server.core.context import Means, Principal
from server.core.limits import Limits
from server.core.settings import Settings
from server.doors.http import NO_STORE, problem_response, who
from server.network.http_wire import takes_its_time
from server.uploads import actions
from server.uploads.receiving import Checksum, Receiver
from storage.mongo.connection import ours
from storage.uploads_doc import UploadDoc

log = structlog.get_logger(__name__)

PATH: Final = "/api/v1/uploads"
VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS: Final = ("sha1", "sha256")
BYTES: Final = "application/offset+octet-stream"
METADATA_CHARACTERS_MAX: Final = 4_096
DIGITS_MAX: Final = 15
UNREAD_BYTES_MAX: Final = 256 * 1024
COST: Final = 1
"""Of a request: a file costs two or three, whatever its size."""

Answer = Callable[[Request, Principal], Awaitable[Response]]
_ID: Final = re.compile("[0-9a-f]{32}")


class Malformed(Invalid):
    """This is not as tus 1.0.0 has it."""

    status = 400


class OtherVersion(Invalid):
    """Only tus 1.0.0 is spoken here."""

    status = 412


class WrongMediaType(Invalid):
    """The body is of a kind that is not taken here."""

    status = 415


def routes(means: Means, limits: Limits, receiver: Receiver) -> list[BaseRoute]:
    """The collection and each upload."""
    door = Door(means, limits, receiver)
    return [
        Route(PATH, door.collection, methods=["OPTIONS", "POST"]),
        Route(PATH + "/{upload_id}", door.upload, methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"]),
    ]


class Door:
    """Uploads over HTTP."""

    def __init__(self, means: Means, limits: Limits, receiver: Receiver) -> None:
        self._means = means
        self._limits = limits
        self._receiver = receiver

    async def collection(self, request: Request) -> Response:
        """OPTIONS: what this server can. POST: let an upload begin, perhaps with its first bytes."""
        return await self._answered(request, {"POST": self._create})

    async def upload(self, request: Request) -> Response:
        """HEAD: how far it has come. PATCH: more of it. DELETE: give it up."""
        return await self._answered(request, {"HEAD": self._head, "PATCH": self._patch, "DELETE": self._delete})

    async def _answered(self, request: Request, methods: Mapping[str, Answer]) -> Response:
        try:
            response = await self._answer(request, methods)
        except ChattarError as error:
            response = problem_response(error.problem, error.status)
            _close_on(request, response)
        except ClientDisconnect:
            response = Response(status_code=499)
        except Exception:
            log.exception("upload.failed", method=request.method)
            response = problem_response(InternalError().problem, InternalError.status)
            _close_on(request, response)
        response.headers["tus-resumable"] = VERSION
        if request.method == "OPTIONS" or response.status_code == OtherVersion.status:
            response.headers["tus-version"] = VERSION
        if request.method == "HEAD" and response.status_code >= 400:
            response.body = b""
            response.headers["content-length"] = "0"
        return response

    async def _answer(self, request: Request, methods: Mapping[str, Answer]) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=abilities(self._means.settings) | NO_STORE)
        # Where something on the way lets no PATCH through, clients say the method in a header.
        method = request.headers.get("x-http-method-override", request.method).upper()
        if method not in methods or (request.method == "HEAD" and method != "HEAD"):
            raise Malformed(path="method", expected=", ".join(methods), got=method)
        if (version := request.headers.get("tus-resumable")) != VERSION:
            raise OtherVersion(path="tus-resumable", expected=VERSION, got=version or "nothing")
        principal, _ = await who(self._means, request.headers, looks=method == "HEAD")
        await self._limits.command(principal, COST)
        async with ours():
            return await methods[method](request, principal)

    async def _create(self, request: Request, principal: Principal) -> Response:
        headers = request.headers
        if "upload-defer-length" in headers:
            raise Malformed(path="upload-defer-length", expected="the length at the beginning", got="a deferred one")
        size = number(headers, "upload-length")
        told = metadata(headers.get("upload-metadata", ""))
        name = told.get("filename", told.get("name"))
        if name is None:
            raise Malformed(path="upload-metadata", expected="filename", got=", ".join(told) or "nothing")
        with_bytes = has_body(headers) or "content-type" in headers
        if with_bytes:
            of_bytes(headers)
        checksum = checksum_of(headers) if with_bytes else None
        media = told.get("filetype", told.get("type", ""))
        upload = await actions.begin(
            self._means, principal, name=name, size=size, media=media, path="upload-metadata.filename"
        )
        if with_bytes:
            upload = await self._take(request, principal, upload, checksum)
        else:
            upload = await self._receiver.complete(principal, upload)
        where = {"location": f"{PATH}/{upload.id}", "upload-offset": str(upload.offset)}
        return Response(status_code=201, headers=where | self._expires(upload) | NO_STORE)

    async def _take(
        self, request: Request, principal: Principal, upload: UploadDoc, checksum: Checksum | None
    ) -> UploadDoc:
        """The first bytes come with the request that lets it begin. What they lack can be sent later, but they can't be
        refused and the upload stay: nobody has heard its address."""
        try:
            return await self._receive(request, principal, upload.id, 0, checksum)
        except (ChattarError, ClientDisconnect):
            await actions.give_up(self._means, principal, upload.id)
            raise

    async def _head(self, request: Request, principal: Principal) -> Response:
        # Who asks has most likely lost a line that we still listen to: what came by it counts too.
        await self._receiver.free(principal, _id(request))
        upload = await actions.find(self._means, principal, _id(request))
        # Only now is it certain that all of it has come: whoever asked before the end was told of less.
        upload = await self._receiver.complete(principal, upload)
        headers = {
            "upload-offset": str(upload.offset),
            "upload-length": str(upload.size),
            "upload-metadata": f"filename {base64.b64encode(upload.name.encode()).decode()}",
        }
        return Response(status_code=200, headers=headers | self._expires(upload) | NO_STORE)

    async def _patch(self, request: Request, principal: Principal) -> Response:
        headers = request.headers
        of_bytes(headers)
        offset = number(headers, "upload-offset")
        checksum = checksum_of(headers)
        upload = await self._receive(request, principal, _id(request), offset, checksum)
        return Response(
            status_code=204, headers={"upload-offset": str(upload.offset)} | self._expires(upload) | NO_STORE
        )

    async def _receive(
        self, request: Request, principal: Principal, upload_id: str, offset: int, checksum: Checksum | None
    ) -> UploadDoc:
        said = number(request.headers, "content-length") if "content-length" in request.headers else None
        takes_its_time(request.scope)
        return await self._receiver.receive(
            principal, upload_id, offset, request.stream(), said=said, checksum=checksum
        )

    async def _delete(self, request: Request, principal: Principal) -> Response:
        await actions.give_up(self._means, principal, _id(request))
        return Response(status_code=204, headers=NO_STORE)

    def _expires(self, upload: UploadDoc) -> dict[str, str]:
        return {"upload-expires": formatdate(upload.expires_at / 1000, usegmt=True)}


def abilities(settings: Settings) -> dict[str, str]:
    """What OPTIONS says."""
    return {
        "tus-extension": EXTENSIONS,
        "tus-max-size": str(settings.upload_bytes_max),
        "tus-checksum-algorithm": ",".join(ALGORITHMS),
    }


def number(headers: Mapping[str, str], name: str) -> int:
    """A header that is a number of bytes. Raises Malformed."""
    text = headers.get(name)
    # By hand: int() takes signs, blanks, underscores and the digits of every script.
    if text is None or not re.fullmatch(f"[0-9]{{1,{DIGITS_MAX}}}", text, re.ASCII):
        raise Malformed(path=name, expected="a number of bytes", got=text if text else "nothing")
    return int(text)


def metadata(text: str) -> dict[str, str]:
    """What Upload-Metadata says: pairs of a key and text in base64. Raises Malformed."""
    if len(text) > METADATA_CHARACTERS_MAX:
        raise Malformed(
            path="upload-metadata", expected=f"at most {METADATA_CHARACTERS_MAX} characters", got=str(len(text))
        )
    told: dict[str, str] = {}
    for pair in text.split(","):
        key, _, value = pair.strip().partition(" ")
        if not key:
            continue
        try:
            told[key.lower()] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise Malformed(path=f"upload-metadata.{key[:40]}", expected="UTF-8 in base64", got=value[:40]) from None
    return told


def checksum_of(headers: Mapping[str, str]) -> Checksum | None:
    """What Upload-Checksum says. Raises Malformed for an algorithm that isn't known."""
    text = headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Malformed(path="upload-checksum", expected=" or ".join(ALGORITHMS), got=algorithm[:40])
    try:
        digest = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(path="upload-checksum", expected="a digest in base64", got=encoded[:80]) from None
    return Checksum(algorithm, digest)


def has_body(headers: Mapping[str, str]) -> bool:
    """Whether bytes come with a request."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def of_bytes(headers: Mapping[str, str]) -> None:
    """Refuse a body of another kind. Raises WrongMediaType."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != BYTES:
        raise WrongMediaType(path="content-type", expected=BYTES, got=kind or "nothing")


def _close_on(request: Request, response: Response) -> None:
    """A refused body that is long is nobody's: the connection ends, or it would be read to its end. A short one is read, so
    that the client is sure to see the answer."""
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers or not length.isdecimal() or int(length[:DIGITS_MAX]) > UNREAD_BYTES_MAX:
        response.headers["connection"] = "close"


def _id(request: Request) -> str:
    """The upload that is meant. Raises NotFound for what can't be one."""
    text: str = request.path_params["upload_id"]
    if not _ID.fullmatch(text):
        raise NotFound
    return text
