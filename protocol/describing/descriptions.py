"""OpenAPI 3.1 for the HTTP door and AsyncAPI 3 for the socket, made from the structs.

Both are plain dictionaries of JSON values, for the tools that tests/foreign runs over them. Knows addresses and media
types; refuses to know who may do what.
"""

import inspect
from typing import Any, Final

import msgspec

from protocol import commands, errors, frames
from protocol.describing import shapes
from protocol.describing.schemas import open_up, reached, ref, schemas_of
from protocol.wire import Wire

VERSION: Final = "1"
COMMAND_PATH: Final = "/api/v1/"
SOCKET_PATH: Final = "/ws"
SOMEWHERE: Final = "https://chattar.example"
"""Stands for the server's own address where it isn't known."""
INFO: Final = {
    "title": "Chattar",
    "version": VERSION,
    "description": "Everything that may be said is in docs/protocol.md.",
    "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0.html"},
    "contact": {"name": "Whoever runs this server"},
}
_SAID: Final = {
    "session": "Log in, stay so, log out.",
    "password": "A new password for who has forgotten theirs.",
    "invitation": "How a contact comes to have a login.",
    "me": "Who is logged in.",
    "firm": "The firm and its settings.",
    "staff": "Who works at the firm.",
    "account": "The firm's clients.",
    "contact": "The clients' people.",
    "link": "What a contact may do in an account.",
    "thread": "Conversations, as rows and whole.",
    "stream": "The log of what happened.",
    "message": "Write.",
    "mark": "What was read and received.",
    "typing": "Who is writing.",
    "task": "What a contact is asked to do.",
    "reminder": "Mails that chase an answer or tasks.",
    "letter": "Mails to people, and what became of them.",
    "notification": "A member of staff's inbox.",
    "audit": "Who did what, and when.",
    "security": "Who came in, who tried to, and who may do what since when.",
    "clock": "For development.",
}
"""What some commands are about, where their module says it of several nouns together, or in other words."""
ALWAYS_POSSIBLE: Final = (errors.Invalid, errors.RateLimited)


def nouns() -> dict[str, str]:
    """What commands are about, by the first half of their names: a noun of its own by its module's first line."""
    found = {**_SAID}
    for command in commands.COMMANDS:
        module = inspect.getmodule(command)
        first = shapes.cleaned((module.__doc__ or "").partition("\n")[0] if module else "")
        found.setdefault(shapes.tag_of(command).partition(".")[0], first)
    return found


class ProblemDocument(Wire):
    """An error over HTTP: a problem document (RFC 9457) that also carries the fields of our Problem."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    message: str
    reason: str | None = None
    path: str | None = None
    expected: str | None = None
    got: str | None = None
    retry_after_ms: int | None = None


Described = type[msgspec.Struct]


def openapi(public_url: str = SOMEWHERE) -> dict[str, Any]:
    """The HTTP door: one POST for each command, without the command's own `type`, which the address says."""
    asked = shapes.members(commands.Command)
    answers: list[Described] = [*(shapes.result_of(command) for command in asked), ProblemDocument]
    schemas = schemas_of([*asked, *answers], "openapi")
    open_up(schemas, (answer.__name__ for answer in answers))
    for command in asked:
        schema = schemas[command.__name__]
        schema["properties"].pop("type")
        schema["required"] = [name for name in schema["required"] if name != "type"]
        if not schema["properties"]:
            del schemas[command.__name__]
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": public_url}],
        "tags": [{"name": noun, "description": text} for noun, text in nouns().items()],
        "paths": {COMMAND_PATH + shapes.tag_of(command): {"post": _operation(command)} for command in asked},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The token of `session.create`."},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-chattar",
                    "description": "A browser page of the firm's own origin.",
                },
            },
            "responses": {"Problem": _problem()},
        },
    }


def _problem() -> dict[str, Any]:
    return {
        "description": "It was refused; `code` says why: " + ", ".join(f"`{code}`" for code in errors.ERRORS) + ".",
        "content": {"application/problem+json": {"schema": ref(ProblemDocument)}},
    }


def _operation(command: Described) -> dict[str, Any]:
    shape, result = shapes.shape_of(command), shapes.result_of(command)
    noun, _, _ = shapes.tag_of(command).partition(".")
    free = command in shapes.WITHOUT_SESSION
    refusals = [*ALWAYS_POSSIBLE, *([] if free else [errors.Unauthenticated])]
    operation: dict[str, Any] = {
        "operationId": shapes.tag_of(command),
        "tags": [noun],
        "summary": shape.doc.split(". ")[0].rstrip("."),
        "description": shape.doc,
        "security": [] if free else [{"token": []}, {"cookie": []}],
        "responses": {
            "200": {
                "description": shapes.shape_of(result).doc,
                "content": {"application/json": {"schema": ref(result)}},
            },
            **{str(error.status): {"$ref": "#/components/responses/Problem"} for error in refusals},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    if shape.fields:
        operation["requestBody"] = {
            "required": any(not field.optional for field in shape.fields),
            "content": {"application/json": {"schema": ref(command)}},
        }
    return operation


def asyncapi(public_url: str = SOMEWHERE) -> dict[str, Any]:
    """The socket: which frames go which way, and which answer belongs to which command."""
    asked = [command for command in shapes.members(commands.Command) if command not in shapes.WITHOUT_SESSION]
    said = [frame for frame in shapes.members(frames.ServerFrame) if frame is not frames.Reply]
    results = {shapes.result_of(command) for command in asked}
    schemas = schemas_of([frames.Hello, frames.Call, *said, frames.Reply, *asked, *results], "asyncapi")
    alone: list[Described] = [frames.Hello, *said]
    messages = {shapes.tag_of(frame): _message(frame, ref(frame)) for frame in alone}
    operations = {
        "receive.hello": _receives("hello", frames.Hello, ["welcome", "error"]),
        **{f"send.{shapes.tag_of(frame)}": _sends(frame) for frame in said},
    }
    for command in asked:
        tag, result = shapes.tag_of(command), shapes.result_of(command)
        call, reply = f"call.{tag}", f"reply.{tag}"
        messages[call] = _message(command, _wrapped(schemas, frames.Call, command, "command", command))
        messages[reply] = _message(result, _wrapped(schemas, frames.Reply, command, "result", result))
        operations[f"receive.{tag}"] = _receives(call, command, [reply, "error"])
    payloads = {message["payload"]["$ref"].rpartition("/")[2] for message in messages.values()}
    used = reached(schemas, payloads)
    secure, _, host = public_url.partition("://")
    return {
        "asyncapi": "3.0.0",
        "info": {**INFO, "tags": [{"name": noun, "description": text} for noun, text in nouns().items()]},
        "servers": {"socket": {"host": host.rstrip("/"), "protocol": "wss" if secure == "https" else "ws"}},
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": SOCKET_PATH,
                "description": "Subprotocols: " + ", ".join(f"`{name}`" for name in frames.SUBPROTOCOLS) + ".",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": operations,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name in used},
            "messages": messages,
        },
    }


def _wrapped(schemas: dict[str, Any], frame: Described, command: Described, field: str, held: Described) -> Any:
    """The schema of a `call` or `reply` that holds exactly this: put among the schemas, given as a reference."""
    name = command.__name__ + frame.__name__
    plain = schemas[frame.__name__]
    properties = plain["properties"] | {field: ref(held)}
    description = f"A `{shapes.tag_of(frame)}` for `{shapes.tag_of(command)}`."
    schemas[name] = {**plain, "title": name, "description": description, "properties": properties}
    return ref(name)


def _message(struct: Described, payload: Any) -> dict[str, Any]:
    return {"name": struct.__name__, "summary": shapes.shape_of(struct).doc, "payload": payload}


_CHANNEL: Final = "#/channels/socket"


def _in_channel(names: list[str]) -> list[dict[str, str]]:
    return [{"$ref": f"{_CHANNEL}/messages/{name}"} for name in names]


def _receives(message: str, struct: Described, answers: list[str]) -> dict[str, Any]:
    """What the server is told, and the answers that it has for that."""
    said = shapes.shape_of(struct).doc
    return {
        "action": "receive",
        "channel": {"$ref": _CHANNEL},
        "summary": said.split(". ")[0].rstrip("."),
        "description": said,
        "messages": _in_channel([message]),
        "reply": {"channel": {"$ref": _CHANNEL}, "messages": _in_channel(answers)},
    }


def _sends(frame: Described) -> dict[str, Any]:
    """What the server says by itself."""
    return {
        "action": "send",
        "channel": {"$ref": _CHANNEL},
        "description": shapes.shape_of(frame).doc,
        "messages": _in_channel([shapes.tag_of(frame)]),
    }
