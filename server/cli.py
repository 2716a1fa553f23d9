"""What a person who runs a server types: `python -m server <word>`.

    migrate                                 bring the database up to this build: before its first process starts
    demo                                    make the demo world (development only)
    settings                                the settings, as a Markdown table
    firms                                   every firm, with its id and owner
    create-firm NAME [--language sv|en] [--time-zone ZONE]
    firm FIRM_ID [--name NAME] [--language sv|en] [--time-zone ZONE]
                                            change what a firm is called, its language, its time zone
    invite-owner FIRM_ID NAME EMAIL         add the firm's one owner and mail an invitation
    owner FIRM_ID EMAIL                     make a colleague the one owner, and the former owner an admin
    reset-password EMAIL [--firm FIRM_ID] [--print]
                                            end somebody's sessions and mail, or print, a link for a new password
    end-sessions EMAIL [--firm FIRM_ID]     log somebody out everywhere
    deactivate EMAIL, activate EMAIL [--firm FIRM_ID]
                                            keep a colleague out, or let them in again
    widget FIRM_ID [--origin URL]… [--renew [--overlap HOURS]] [--end-former]
                                            print the secret that signs identities, or a new one; name the pages

Knows words and arguments; what they do stands in the actions.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from protocol import addresses
from protocol.errors import ChattarError, Conflict, Invalid
from protocol.texts import normal
from protocol.wire import Email, Name
from server import mending
from server.annex import developers
from server.core import setting_values, settings
from server.core.context import Means
from server.core.said import said
from server.core.settings import Settings, SettingsError
from server.firms import actions as firms
from server.means import opened
from server.staff import actions as people
from storage.log.streams import KeyTaken
from storage.mongo.connection import Mongo, Unsuitable, ours
from storage.mongo.migrations import LeaseLost, migrate

OVERLAP_H: Final = 24
OVERLAP_H_MAX: Final = 24 * 90


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments say. Ends the process with a sentence when that is not possible."""
    chosen = parser().parse_args(arguments)
    if chosen.word == "settings":
        sys.stdout.write(settings.table())
        return
    try:
        asyncio.run(_do(chosen, settings.from_environ(os.environ)))
    except (SettingsError, ChattarError, Unsuitable, LeaseLost) as error:
        sys.exit(str(error))


def parser() -> argparse.ArgumentParser:
    """The words and what may stand behind them."""
    whole = argparse.ArgumentParser(prog="python -m server", description="Run and look after a Chattar server.")
    words = whole.add_subparsers(dest="word", required=True)

    def word(name: str, text: str, *positional: str, firm: bool = False) -> argparse.ArgumentParser:
        added = words.add_parser(name, help=text)
        for argument in positional:
            added.add_argument(argument)
        if firm:
            added.add_argument("--firm", metavar="FIRM_ID", help="which, where several firms know the address")
        return added

    word("migrate", "bring the database up to this build")
    word("demo", "make the demo world (development only)")
    word("settings", "print the settings as a table")
    word("firms", "list every firm with its id and owner")
    create = word("create-firm", "add a firm", "name")
    create.add_argument("--language", choices=["sv", "en"], default="en")
    create.add_argument("--time-zone", default="UTC")
    firm = word("firm", "change what a firm is called, its language or its time zone", "firm_id")
    firm.add_argument("--name")
    firm.add_argument("--language", choices=["sv", "en"])
    firm.add_argument("--time-zone")
    word("invite-owner", "add a firm's owner and mail an invitation", "firm_id", "name", "email")
    word("owner", "make a colleague the firm's one owner, and the former owner an admin", "firm_id", "email")
    text = "end somebody's sessions and mail a link with which they choose a new password"
    reset = word("reset-password", text, "email", firm=True)
    reset.add_argument("--print", action="store_true", dest="printed", help="print the link, and mail nothing")
    word("end-sessions", "log somebody out everywhere", "email", firm=True)
    word("deactivate", "keep a colleague out, at once everywhere", "email", firm=True)
    word("activate", "let a colleague in again", "email", firm=True)
    widget = word("widget", "print a firm's widget secret, renew it, say which pages may show its widget", "firm_id")
    widget.add_argument("--origin", action="append", default=[], help="scheme and host; replaces those of before")
    widget.add_argument("--renew", action="store_true", help="make a new secret, and print it")
    widget.add_argument("--overlap", metavar="HOURS", help=f"how long the former one still holds ({OVERLAP_H})")
    widget.add_argument("--end-former", action="store_true", help="accept the former one no more from now on")
    return whole


async def _do(chosen: argparse.Namespace, given: Settings) -> None:
    if chosen.word == "migrate":
        await bring_up(given)
        return
    if chosen.word == "demo":
        made = await developers(given, "demo").make(given)
        print("The demo world is made." if made else "The demo world was there.")
        return
    async with ours(), opened(given) as means:
        await act(means, chosen)


async def act(means: Means, chosen: argparse.Namespace) -> None:
    """Do what a word says that needs what a process has. Raises ChattarError with a sentence."""
    match chosen.word:
        case "firms":
            await list_firms(means)
        case "create-firm":
            await create_firm(means, chosen.name, chosen.language, chosen.time_zone)
        case "firm":
            await change_firm(means, chosen.firm_id, chosen.name, chosen.language, chosen.time_zone)
        case "widget":
            await widget(means, chosen)
        case "invite-owner":
            await invite_owner(means, chosen.firm_id, chosen.name, chosen.email)
        case "owner":
            made = await mending.make_owner(means, chosen.firm_id, _email(chosen.email))
            invited = "" if made.password_hash else " An invitation is in the outbox; the scheduler sends it."
            print(f"{made.email} is the owner.{invited}")
        case _:
            await for_somebody(means, chosen)


async def for_somebody(means: Means, chosen: argparse.Namespace) -> None:
    """Do what a word says that is about one person."""
    email = _email(chosen.email)
    if chosen.firm is not None:
        await mending.firm_of(means, chosen.firm)
    match chosen.word:
        case "reset-password":
            link = await mending.password_link(means, email, chosen.firm, mail=not chosen.printed)
            print(link or f"A link for {email} is in the outbox; the scheduler sends it.")
        case "end-sessions":
            ended = await mending.end_sessions(means, email, chosen.firm)
            print(f"{ended} session{'' if ended == 1 else 's'} ended.")
        case "activate" | "deactivate":
            active = chosen.word == "activate"
            member = await mending.set_active(means, email, chosen.firm, active=active)
            print(f"{member.email} is {'active' if active else 'out'}.")


def _converted(path: str, text: str, kind: Any, expected: str) -> str:
    """A word of the command line as it must be. Raises Invalid."""
    try:
        return str(msgspec.convert(normal(text), kind))
    except msgspec.ValidationError:
        raise Invalid(path=path, expected=expected, got=text) from None


def _email(text: str) -> Email:
    return _converted("email", text, Email, "one e-mail address")


def _name(text: str) -> Name:
    return said("name", _converted("name", text, Name, "a name of one line, at most 200 characters"))


async def bring_up(given: Settings) -> None:
    """Do what of storage.mongo.migrations is still to be done, however long it takes, and say what it was."""
    mongo = Mongo(given.mongo_url, given.mongo_database)
    try:
        async with ours():
            done = await migrate(mongo)
    finally:
        await mongo.close()
    print(f"Done: {', '.join(map(str, done))}." if done else "The database is up to date.")


async def list_firms(means: Means) -> None:
    """Print every firm: id, name, language, time zone, and the owner's address, with tabs between."""
    for firm in await means.store.firms.all():
        owners = [owner.email for owner in await means.store.people.owners(firm.id)]
        print(
            firm.id, firm.firm.name, firm.firm.language, firm.firm.time_zone, ", ".join(owners) or "no owner", sep="\t"
        )


async def create_firm(means: Means, name: str, language: str, time_zone: str) -> None:
    """Add a firm and print its id. Raises Invalid for a time zone that isn't one."""
    firms.check_zone("time_zone", time_zone)
    firm = await firms.create(means.store, _name(name), "sv" if language == "sv" else "en", time_zone=time_zone)
    print(firm.id)


async def change_firm(
    means: Means, firm_id: str, name: str | None, language: str | None, time_zone: str | None
) -> None:
    """Change what is given, and print how the firm is then. Raises Invalid, NotFound."""
    if time_zone is not None:
        firms.check_zone("time_zone", time_zone)
    given = {"name": None if name is None else _name(name), "language": language, "time_zone": time_zone}
    fields = {f"firm.{field}": value for field, value in given.items() if value is not None}
    firm = (await mending.change_firm(means, firm_id, fields)).firm
    print(firm.name, firm.language, firm.time_zone, sep="\t")


async def invite_owner(means: Means, firm_id: str, name: str, email: str) -> None:
    """Add a firm's owner and put the invitation into the outbox. Raises Conflict when there is one (spec 1.1)."""
    address, name = addresses.to_write_to("email", _email(email)), _name(name)
    await mending.firm_of(means, firm_id)
    if await means.store.people.owners(firm_id):
        raise Conflict("The firm has an owner: `python -m server owner` makes another one.", reason="one_owner")
    try:
        await people.add_staff(mending.acting(means, firm_id), firm_id, name, address, "owner", [])
    except KeyTaken:
        raise Conflict("Somebody at the firm has this address.", reason="address_taken") from None
    print(f"An invitation for {address} is in the outbox; the scheduler sends it.")


async def widget(means: Means, chosen: argparse.Namespace) -> None:
    """Print a firm's widget secret, renewed if that is asked for; let exactly the named pages show its widget, if any."""
    firm_id, context = chosen.firm_id, mending.acting(means, chosen.firm_id)
    await mending.firm_of(means, firm_id)
    origins = [_origin(page) for page in chosen.origin]
    if chosen.overlap is not None and not chosen.renew:
        raise Invalid(path="overlap", expected="only together with --renew", got=chosen.overlap)
    overlap_h = _hours(chosen.overlap)
    if origins:
        await mending.change_firm(means, firm_id, {"settings.widget_origins": origins})
    if chosen.end_former:
        await firms.end_former_widget_secret(context, firm_id)
    if chosen.renew:
        await firms.renew_widget_secret(context, firm_id, overlap_h)
    print((await mending.firm_of(means, firm_id)).widget_secret)


def _origin(text: str) -> str:
    """As browsers write it, since it is compared with what they send."""
    try:
        return setting_values.origin(text)
    except ValueError:
        raise Invalid(path="origin", expected="such as https://www.firm.example", got=text) from None


def _hours(text: str | None) -> int:
    if text is None:
        return OVERLAP_H
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= OVERLAP_H_MAX):
        raise Invalid(path="overlap", expected=f"whole hours, 0 to {OVERLAP_H_MAX}", got=text)
    return int(text)
