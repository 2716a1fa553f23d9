"""OpenAPI 3.1 for the HTTP door and AsyncAPI 3 for the socket, made from the structs.

Both are plain dictionaries of JSON values. Knows addresses and media types; refuses to know who may do what.
"""

from typing import Any, Final

import msgspec

from protocol import commands, errors, events, frames, shapes
from protocol.wire import Wire, ecmascript

VERSION: Final = "1"
COMMAND_PATH: Final = "/api/v1/"
SOCKET_PATH: Final = "/ws"
COMPONENT: Final = "#/components/schemas/{name}"
FORWARD: Final = "Everything that may be said is in docs/protocol.md."


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


def openapi() -> dict[str, Any]:
    """The HTTP door: one POST for each command, without the command's own `type`, which the address says."""
    asked = shapes.members(commands.Command)
    results = [shapes.result_of(command) for command in asked]
    schemas = _schemas([*asked, *results, ProblemDocument])
    for command in asked:
        schema = schemas[command.__name__]
        schema["properties"].pop("type")
        schema["required"] = [name for name in schema.get("required", []) if name != "type"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Chattar", "version": VERSION, "description": FORWARD},
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


def _schemas(structs: list[type[msgspec.Struct]]) -> dict[str, Any]:
    """The JSON Schemas of structs and all that they hold, without what is never sent."""
    _, schemas = msgspec.json.schema_components(structs, ref_template=COMPONENT)
    never_sent = COMPONENT.format(name=events.UnknownEvent.__name__)
    schemas.pop(events.UnknownEvent.__name__, None)
    _write_patterns(schemas)
    for schema in schemas.values():
        for union in (part for part in schema.get("properties", {}).values() if "discriminator" in part):
            union["anyOf"] = [member for member in union["anyOf"] if member["$ref"] != never_sent]
            union["discriminator"]["mapping"].pop(events.UNKNOWN_TAG, None)
    return schemas


def _write_patterns(part: Any) -> None:
    """Put the patterns of a schema as ECMAScript writes them, which is what JSON Schema asks for."""
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            _write_patterns(inner)
    if isinstance(part, dict) and isinstance(part.get("pattern"), str):
        part["pattern"] = ecmascript(part["pattern"])


def _problem() -> dict[str, Any]:
    return {
        "description": "It was refused; `code` says why: " + ", ".join(f"`{code}`" for code in errors.ERRORS) + ".",
        "content": {"application/problem+json": {"schema": _ref(ProblemDocument)}},
    }


def _ref(struct: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": COMPONENT.format(name=struct.__name__)}


def _operation(command: type[msgspec.Struct]) -> dict[str, Any]:
    shape = shapes.shape_of(command)
    noun, _, _ = shapes.tag_of(command).partition(".")
    result = shapes.result_of(command)
    return {
        "operationId": shapes.tag_of(command),
        "tags": [noun],
        "summary": shape.doc.split(". ")[0].rstrip("."),
        "description": shape.doc,
        "security": [] if command in shapes.WITHOUT_SESSION else [{"token": []}, {"cookie": []}],
        "requestBody": {
            "required": any(not field.optional for field in shape.fields),
            "content": {"application/json": {"schema": _ref(command)}},
        },
        "responses": {
            "200": {
                "description": shapes.shape_of(result).doc,
                "content": {"application/json": {"schema": _ref(result)}},
            },
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }


def asyncapi() -> dict[str, Any]:
    """The socket: which frames go which way."""
    client, server = shapes.members(frames.ClientFrame), shapes.members(frames.ServerFrame)
    results = {shapes.result_of(command) for command in shapes.members(commands.Command)}
    everything = [*client, *server, *sorted(results, key=lambda struct: struct.__name__)]
    schemas = _schemas(everything)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Chattar", "version": VERSION, "description": FORWARD},
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": SOCKET_PATH,
                "description": "Subprotocols: " + ", ".join(f"`{name}`" for name in frames.SUBPROTOCOLS) + ".",
                "messages": {
                    shapes.tag_of(frame): {"$ref": f"#/components/messages/{shapes.tag_of(frame)}"}
                    for frame in (*client, *server)
                },
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            **{f"receive.{shapes.tag_of(frame)}": _socket_operation("receive", frame) for frame in client},
            **{f"send.{shapes.tag_of(frame)}": _socket_operation("send", frame) for frame in server},
        },
        "components": {
            "schemas": schemas,
            "messages": {shapes.tag_of(frame): _message(frame) for frame in (*client, *server)},
        },
    }


def _message(frame: type[msgspec.Struct]) -> dict[str, Any]:
    return {"name": shapes.tag_of(frame), "summary": shapes.shape_of(frame).doc, "payload": _ref(frame)}


def _socket_operation(action: str, frame: type[msgspec.Struct]) -> dict[str, Any]:
    channel = "#/channels/socket"
    operation: dict[str, Any] = {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{shapes.tag_of(frame)}"}],
    }
    if frame is frames.Call:
        operation["reply"] = {
            "channel": {"$ref": channel},
            "messages": [{"$ref": f"{channel}/messages/{tag}"} for tag in ("reply", "error")],
        }
    return operation
