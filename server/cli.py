"""What a person who runs a server types: `python -m server <word>`.

    migrate                                 bring the database up to this build: before its first process starts
    demo                                    make the demo world (development only)
    create-firm NAME [--language sv|en] [--time-zone ZONE]
    invite-owner FIRM_ID NAME EMAIL         add the firm's one owner and mail an invitation
    widget FIRM_ID [--origin URL]…          print the secret that signs identities; say which pages may show the widget
    settings                                the settings, as a Markdown table

Knows words and arguments; what they do stands in the actions.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from protocol.errors import ChattarError, Conflict, Invalid, NotFound
from protocol.wire import Email
from server import demo, settings
from server.actions import firms, people
from server.context import Context, Means
from server.means import opened
from server.settings import Settings, SettingsError
from storage.migrations import LeaseLost, migrate
from storage.mongo import Mongo, Unsuitable, ours
from storage.streams import KeyTaken


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments say. Ends the process with a sentence when that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m server", description="Run and look after a Chattar server.")
    words = parser.add_subparsers(dest="word", required=True)
    words.add_parser("migrate", help="bring the database up to this build")
    words.add_parser("demo", help="make the demo world (development only)")
    words.add_parser("settings", help="print the settings as a table")
    create = words.add_parser("create-firm", help="add a firm")
    create.add_argument("name")
    create.add_argument("--language", choices=["sv", "en"], default="en")
    create.add_argument("--time-zone", default="UTC")
    invite = words.add_parser("invite-owner", help="add a firm's owner and mail an invitation")
    for name in ("firm_id", "name", "email"):
        invite.add_argument(name)
    widget = words.add_parser("widget", help="print a firm's widget secret, and say which pages may show its widget")
    widget.add_argument("firm_id")
    widget.add_argument("--origin", action="append", default=[], help="scheme and host; replaces those of before")
    chosen = parser.parse_args(arguments)
    if chosen.word == "settings":
        sys.stdout.write(settings.table())
        return
    try:
        asyncio.run(_do(chosen, settings.from_environ(os.environ)))
    except (SettingsError, ChattarError, Unsuitable, LeaseLost) as error:
        sys.exit(str(error))


async def _do(chosen: argparse.Namespace, given: Settings) -> None:
    if chosen.word == "migrate":
        await bring_up(given)
        return
    if chosen.word == "demo":
        made = await demo.make(given)
        print("The demo world is made." if made else "The demo world was there.")
        return
    async with opened(given) as means:
        if chosen.word == "create-firm":
            await create_firm(means, chosen.name, chosen.language, chosen.time_zone)
        elif chosen.word == "widget":
            await widget(means, chosen.firm_id, chosen.origin)
        else:
            await invite_owner(means, chosen.firm_id, chosen.name, chosen.email)


async def bring_up(given: Settings) -> None:
    """Do what of storage.migrations is still to be done, however long it takes, and say what it was."""
    mongo = Mongo(given.mongo_url, given.mongo_database)
    try:
        async with ours():
            done = await migrate(mongo)
    finally:
        await mongo.close()
    print(f"Done: {', '.join(map(str, done))}." if done else "The database is up to date.")


async def create_firm(means: Means, name: str, language: str, time_zone: str) -> None:
    """Add a firm and print its id. Raises Invalid for a time zone that isn't one."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Invalid(path="time_zone", expected="a name such as Europe/Stockholm", got=time_zone) from None
    firm = await firms.create(means.store, name, "sv" if language == "sv" else "en", time_zone=time_zone)
    print(firm.id)


async def invite_owner(means: Means, firm_id: str, name: str, email: str) -> None:
    """Add a firm's owner and put the invitation into the outbox. Raises Conflict when there is one (spec 1.1)."""
    try:
        address = msgspec.convert(email, Email)
    except msgspec.ValidationError:
        raise Invalid(path="email", expected="one e-mail address", got=email) from None
    staff = await means.store.people.firm_staff(firm_id)
    if any(member.role == "owner" for member in staff):
        raise Conflict("The firm has an owner.", reason="one_owner")
    try:
        await people.add_staff(Context(means, None), firm_id, name, address, "owner", [])
    except KeyTaken:
        raise Conflict("Somebody at the firm has this address.", reason="address_taken") from None
    print(f"An invitation for {address} is in the outbox; the scheduler sends it.")


async def widget(means: Means, firm_id: str, origins: list[str]) -> None:
    """Print a firm's widget secret; with origins, let exactly these show its widget from now on."""
    firm = await means.store.firms.get(firm_id)
    if firm is None:
        raise NotFound("There is no such firm.")
    for origin in origins:
        try:
            msgspec.convert(origin, settings.HttpUrl)
        except msgspec.ValidationError:
            raise Invalid(path="origin", expected="such as https://www.firm.example", got=origin) from None
    if origins:
        await means.store.firms.change(firm.id, {"settings.widget_origins": origins})
        means.announcer.firm_changed(firm.id)
    print(firm.widget_secret)
