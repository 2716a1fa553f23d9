"""The widget's identity: a JWT that the firm's own server signs, and every way of getting it wrong (architecture 3)."""

import base64
import json
from typing import Any

import jwt
import pytest

from protocol.contacts import LinkUpdate
from protocol.errors import Unauthenticated
from protocol.sessions import MeRead
from server.core import auth
from tests.world import WIDGET_ORIGIN, WIDGET_SECRET, World

OURS = frozenset({"http://127.0.0.1:8000"})


def claims_of(world: World, **changed: Any) -> dict[str, Any]:
    claims = {"iss": world.firm.id, "email": world.petra.email, "exp": world.clock.now() // 1000 + 600, **changed}
    return {name: value for name, value in claims.items() if value is not None}


def signed(world: World, key: str = WIDGET_SECRET, algorithm: str = "HS256", **changed: Any) -> str:
    # Signed as bytes: PyJWT itself would refuse the odd claims that a firm's own server might send.
    return jwt.PyJWS().encode(json.dumps(claims_of(world, **changed)).encode(), key, algorithm)


async def refusal(world: World, identity: str, origin: str | None = WIDGET_ORIGIN) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as caught:
        await auth.login_from_identity(world.store, world.clock, identity, origin, OURS)
    return caught.value


@pytest.mark.parametrize("origin", [WIDGET_ORIGIN, "http://127.0.0.1:8000", None])
async def test_a_signed_identity_is_the_contact_with_their_accounts(world: World, origin: str | None) -> None:
    login = await auth.login_from_identity(
        world.store, world.clock, signed(world, email="PETRA@HolmBygg.example"), origin, OURS
    )
    assert login.principal.user_id == world.petra.id
    assert login.principal.side == "contact"
    assert login.principal.account_ids == {world.holm.id}
    assert login.expires_at == (world.clock.now() // 1000 + 600) * 1000
    # Whatever the widget does goes through the same table.
    me = await world.do_as(login.principal, MeRead())
    assert me.firm.name == "Lindberg & Falk Redovisning"


async def test_the_algorithm_is_ours_to_choose(world: World) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    unsigned = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims_of(world))}."
    assert (await refusal(world, unsigned)).reason is None
    for algorithm in ("HS384", "HS512"):
        await refusal(world, signed(world, (WIDGET_SECRET * 2), algorithm))
    header, payload, signature = signed(world).split(".")
    for alg in ("none", "None", "RS256"):
        await refusal(world, f"{part({'alg': alg, 'typ': 'JWT'})}.{payload}.{signature}")
    await refusal(world, f"{header}.{payload}.")


async def test_a_wrong_key_or_a_changed_claim_is_refused(world: World) -> None:
    await refusal(world, signed(world, "somebody else's idea of the secret"))
    await refusal(world, signed(world, world.other_firm.widget_secret + "x" * 8))
    header, _, signature = signed(world).split(".")
    other = jwt.encode(claims_of(world, email=world.gunilla.email), "x" * 32, algorithm="HS256").split(".")[1]
    await refusal(world, f"{header}.{other}.{signature}")


async def test_another_firm_can_not_sign_for_this_ones_contacts(world: World) -> None:
    theirs = world.other_firm.widget_secret + "x" * 8
    await refusal(world, signed(world, theirs))
    # Under its own name, it has no such contact.
    own = signed(world, world.other_firm.widget_secret, iss=world.other_firm.id)
    assert (await refusal(world, own, None)).reason == "no_login"
    # Nor does our firm speak for theirs.
    assert (await refusal(world, signed(world, email=world.emma.email))).reason == "no_login"


async def test_it_is_short_lived(world: World) -> None:
    now = world.clock.now() // 1000
    assert (await refusal(world, signed(world, exp=now - 31))).reason == "identity_expired"
    assert (await refusal(world, signed(world, exp=now + 3700))).reason == "identity_too_long"
    identity = signed(world, exp=now + 60)
    world.clock.advance(s=120)
    assert (await refusal(world, identity)).reason == "identity_expired"


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"iss": None},
        {"iss": 7},
        {"iss": "0" * 32},
        {"email": None},
        {"email": ["petra@holmbygg.example"]},
        {"email": ""},
    ],
)
async def test_a_claim_that_is_missing_or_odd_is_refused(world: World, changed: dict[str, Any]) -> None:
    await refusal(world, signed(world, **changed))


@pytest.mark.parametrize("identity", ["", "x", "a.b.c", "..", "x" * 5000])
async def test_what_is_no_token_at_all_is_refused(world: World, identity: str) -> None:
    await refusal(world, identity)


async def test_only_the_firms_own_pages_may_use_it(world: World) -> None:
    for origin in ("https://evil.example", "null", WIDGET_ORIGIN + ".evil.example", "http://www.lindbergfalk.example"):
        assert (await refusal(world, signed(world), origin)).reason == "origin_not_allowed"


async def test_it_stands_for_the_password_and_never_for_the_activation(world: World) -> None:
    assert (await refusal(world, signed(world, email=world.nils.email))).reason == "no_login"
    nils = await world.store.people.contact(world.firm.id, world.nils.id)
    assert nils
    assert nils.activated_at is None


async def test_login_off_holds_for_the_widget_too(world: World) -> None:
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
    assert (await refusal(world, signed(world))).reason == "no_login"


async def test_staff_can_not_come_in_by_an_identity(world: World) -> None:
    assert (await refusal(world, signed(world, email=world.anna.email))).reason == "no_login"
