"""Letters in the outbox, and what has become of them."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from protocol.ids import new_id
from scheduler.mail import outbox as mail
from storage.letters import LetterDoc, LetterKind
from storage.people import Purpose, SecretDoc, digest
from tests.world import Person, World


async def queued(world: World, person: Person, kind: LetterKind = "invitation", **fields: Any) -> LetterDoc:
    """A letter that is due, with a secret that the product has nowhere else; who is invited has no password yet."""
    now = world.clock.now()
    secret = f"theonlycopy{new_id()}"
    letter = LetterDoc(
        id=new_id(),
        key=new_id(),
        firm_id=person.firm_id,
        kind=kind,
        side="contact" if person in (world.petra, world.linn, world.gunilla, world.nils) else "staff",
        person_id=person.id,
        email=person.email,
        created_at=now,
        due_at=now,
        state="waiting",
        secret=secret,
    )
    letter = replace(letter, **fields)
    purpose: Purpose = "password_reset" if kind == "password_reset" else "invitation"
    await world.store.people.add_secret(
        SecretDoc(
            id=digest(secret), purpose=purpose, firm_id=person.firm_id, user_id=person.id, side=letter.side,
            expires_at=now + 30 * 86_400_000,
        )
    )  # fmt: skip
    if purpose == "invitation":
        people = world.store.mongo.database["staff" if letter.side == "staff" else "contacts"]
        await people.update_one({"_id": person.id}, {"$unset": {"password_hash": "", "activated_at": ""}})
    assert await world.store.letters.add(letter)
    return letter


def everybody(world: World) -> list[Person]:
    return [
        world.anna, world.erik, world.sofia, world.olle, world.vera, world.petra, world.linn, world.gunilla, world.nils,
    ]  # fmt: skip


async def run(world: World, after: timedelta = timedelta()) -> None:
    """Let time pass, and a scheduler send what is due then."""
    world.clock.advance(s=after.total_seconds())
    await mail.send_due(world.means, world.clock.now())


async def states(world: World) -> dict[str, str]:
    return {row["email"]: row["state"] async for row in world.store.mongo.database["letters"].find()}


async def now(world: World, letter: LetterDoc) -> LetterDoc:
    found = await world.store.letters.get(letter.firm_id, letter.id)
    assert found is not None
    return found
