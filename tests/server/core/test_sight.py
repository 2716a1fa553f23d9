"""Who sees an account is said once (AC-4): of a member of staff as stored and as logged in, and to the browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from protocol.ids import new_id
from protocol.people import Right, Role
from protocol.sessions import MeRead
from protocol.staff import StaffUpdate
from server.core import sight
from server.core.context import Principal
from storage.accounts import AccountDoc
from storage.people import StaffDoc
from tests.world import World

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]
FIRM = new_id()


def account(*staff_ids: str) -> AccountDoc:
    return AccountDoc(
        id=new_id(), firm_id=FIRM, name="Holm AB", name_key="holm ab", short_id="HOLM", kind="company",
        staff_ids=list(staff_ids), follower_ids=[], created_at=0,
    )  # fmt: skip


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("assigned", [True, False])
@pytest.mark.parametrize("rights", [[], ["view_all_accounts"], ["manage_accounts", "view_all_contacts"]])
@pytest.mark.parametrize("role", get_args(Role))
def test_one_rule_for_who_is_stored_and_who_has_logged_in(
    role: Role, rights: list[Right], *, assigned: bool, active: bool
) -> None:
    member = StaffDoc(
        id=new_id(), firm_id=FIRM, name="Anna", email="anna@falk.example", role=role, rights=rights, active=active
    )
    holm = account(*([member.id] if assigned else []))
    principal = Principal(
        user_id=member.id, side="staff", firm_id=FIRM, name="Anna", email=member.email, language="sv",
        session_id=new_id(), role=role, rights=frozenset(rights),
        account_ids=frozenset([holm.id] if assigned else []),
    )  # fmt: skip
    sees = role != "employee" or "view_all_accounts" in rights or assigned
    assert sight.may_see(member, holm) is (active and sees)
    assert principal.sees(holm.id) is sees


@pytest.mark.parametrize(("role", "count"), [("owner", len(get_args(Right))), ("employee", 1)])
def test_a_role_holds_every_right_or_those_that_were_given(role: Role, count: int) -> None:
    member = StaffDoc(
        id=new_id(), firm_id=FIRM, name="A", email="a@falk.example", role=role, rights=["manage_documents"]
    )
    assert len(sight.rights_of(member)) == count


async def test_the_browser_is_told_what_it_may(world: World) -> None:
    assert (await world.do(world.petra, MeRead())).may == []
    assert (await world.do(world.anna, MeRead())).may == list(get_args(Right))
    await world.do(world.anna, StaffUpdate(staff_id=world.sofia.id, rights=["manage_accounts"]))
    assert (await world.do(world.sofia, MeRead())).may == ["manage_accounts"]


def test_nobody_else_says_it() -> None:
    said = re.compile(r'"view_all_accounts"|"owner", "admin"')
    elsewhere = [
        path.name
        for package in ("server", "scheduler", "storage")
        for path in (ROOT / package).rglob("*.py")
        if "development" not in path.parts and said.search(path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == ["sight.py"]
