"""What a firm sets of itself by command, and what is said to who asks for something that can't be set (spec 2.1)."""

import msgspec
import pytest

from protocol.asked import Update
from protocol.commands import COMMANDS
from protocol.describing.shapes import tag_of
from protocol.errors import Invalid
from protocol.firms import Firm, FirmRead, FirmSettings, FirmUpdate, FirmView
from protocol.frames import decode_client_frame
from tests.world import World

pytestmark = pytest.mark.anyio

SAID = {
    "name": "Lindberg Redovisning",
    "legal_name": "Lindberg Redovisning i Umeå AB",
    "language": "en",
    "time_zone": "Europe/Helsinki",
    "accent": "#5B3A8C",
    "address": "Storgatan 4\n903 26 Umeå",
    "phone": "+46 90 12 34 56",
    "website": "https://lindberg.example",
    "clients_may_create_threads": False,
    "answer_hours": 4,
    "reply_to": "svar@lindberg.example",
    "bcc": "arkiv@lindberg.example",
    "show_message_text_in_client_email": True,
    "show_tasks_in_client_email": False,
    "reminder_days": 5,
    "reminder_number": 2,
    "reminder_after_last": "archive",
    "tasks_ignore_read_state": True,
}


def update(**said: object) -> FirmUpdate:
    """The command as it is decoded from what a client sends."""
    raw = {"type": "call", "id": 1, "command": {"type": "firm.update", **said}}
    frame = decode_client_frame(msgspec.json.encode(raw), "json")
    command = frame.command  # type: ignore[union-attr]
    assert isinstance(command, FirmUpdate)
    return command


async def test_every_field_that_is_a_firms_to_set_can_be_set_by_command(world: World) -> None:
    """EM-3, EM-6, NS-10 (the firm's copy), spec 2.1: set, kept, and shown by the next look."""
    await world.do(world.erik, update(**SAID))
    seen: FirmView = await world.do(world.erik, FirmRead())
    assert {**msgspec.structs.asdict(seen.settings), **msgspec.structs.asdict(seen.firm)}.items() >= SAID.items()
    fields = {*Firm.__struct_fields__, *FirmSettings.__struct_fields__}
    # The id is the firm's name for programs; which pages may show its widget is for whoever runs the server (cli).
    # The logo is given as a picture, and shown as a place: see test_logo.
    assert fields - {*SAID} == {"id", "widget_origins", "logo"}


async def test_what_a_firm_has_set_can_be_taken_back(world: World) -> None:
    await world.do(world.erik, update(**SAID))
    emptied = dict.fromkeys(("legal_name", "accent", "address", "phone", "website", "reply_to", "bcc"), "")
    seen: FirmView = await world.do(world.erik, update(**emptied))
    assert (seen.settings.reply_to, seen.settings.bcc, seen.firm.accent) == (None, None, None)
    assert (seen.firm.legal_name, seen.firm.address, seen.firm.phone, seen.firm.website) == ("", "", "", "")
    assert seen.firm.name == SAID["name"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "\u200b "), ("name", "two\nlines"), ("legal_name", "x" * 121), ("language", "de"),
        ("time_zone", "Stockholm"), ("time_zone", ""), ("accent", "red"), ("accent", "#12345"), ("accent", "#12345\n"),
        ("address", "x" * 201), ("address", "a\0b"), ("phone", "1\n2"), ("website", "javascript:alert(1)"),
        ("website", "https://a b"), ("website", "lindberg.example"), ("reply_to", "nobody"), ("bcc", "a@b@c"),
        ("reply_to", "a@x.example, b@x.example"), ("reminder_days", 0), ("reminder_number", 31),
        ("reminder_after_last", "delete"), ("reminder_after_last", ""),
        ("answer_hours", 73), ("answer_hours", -1),
    ],
)  # fmt: skip
async def test_what_is_no_value_of_a_field_is_refused_with_its_place(world: World, field: str, value: object) -> None:
    before = await world.do(world.erik, FirmRead())
    with pytest.raises(Invalid) as refused:
        await world.do(world.erik, update(**{field: value, "phone" if field != "phone" else "name": "1"}))
    assert (refused.value.problem.path or "").endswith(f".{field}")
    assert refused.value.problem.expected
    assert await world.do(world.erik, FirmRead()) == before


@pytest.mark.parametrize("field", ["banner", "widget_secret", "widget_origins", "id", "languages"])
def test_a_field_that_is_unknown_or_nobodys_to_set_is_named_in_an_error(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        update(**{field: "x", "reminder_days": 5})
    problem = refused.value.problem
    assert problem.path == "$.command"
    assert problem.got == f'a field "{field}"'
    assert "`reply_to`" in (problem.expected or "")


VALUES = {
    "language": "sv",
    "email": "petra@holm.example",
    "due_at": 1,
    "subject": "Moms",
    "body": {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hej!"}]}]},
}


def test_every_command_that_changes_what_is_named_refuses_names_that_it_does_not_know() -> None:
    """The kind: in an `*.update` each field may be left out, so an unknown one would be a change that doesn't happen."""
    entries = [command for command in COMMANDS if tag_of(command).endswith(".update")]
    assert {tag_of(command) for command in entries} >= {"firm.update", "staff.update", "link.update", "me.update"}
    for command in entries:
        assert issubclass(command, Update)
        required = {
            field.name: "0" * 32 if field.name.endswith("_id") else VALUES[field.name]
            for field in msgspec.structs.fields(command)
            if field.required
        }
        raw = {"type": "call", "id": 1, "command": {"type": tag_of(command), **required, "colour": 1}}
        with pytest.raises(Invalid) as refused:
            decode_client_frame(msgspec.json.encode(raw), "json")
        assert refused.value.problem.got == 'a field "colour"'


def test_other_commands_pass_over_what_they_do_not_know() -> None:
    """Rule 3 of how the protocol changes: there an unknown field is a newer client's."""
    raw = {"type": "call", "id": 1, "command": {"type": "firm.read", "colour": 1}}
    assert decode_client_frame(msgspec.json.encode(raw), "json").command == FirmRead()  # type: ignore[union-attr]
