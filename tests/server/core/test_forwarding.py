"""Whose address is audited and limited when proxies stand before the server: never one that the visitor made up."""

from __future__ import annotations

import httpx
import pytest

from protocol.audit import AuditList
from protocol.tasks import TaskAdd
from server.core import forwarding
from tests.server.talking import node, talk
from tests.world import World

PROXY = "192.0.2.1"
FAR = "203.0.113.9"
FAKED = "198.51.100.66"


@pytest.mark.parametrize(
    ("trusted", "lines", "address"),
    [
        ([], [FAR], PROXY),
        ([PROXY], [FAR], FAR),
        ([PROXY], [f"{FAKED}, {FAR}"], FAR),
        # HAProxy adds a line of its own below the one that the visitor sent.
        ([PROXY], [FAKED, FAR], FAR),
        ([PROXY], [f"{FAKED}, 10.0.0.1", FAR], FAR),
        ([PROXY, "10.0.0.0/8"], [FAKED, FAR, "10.3.4.5, 10.0.0.7"], FAR),
        ([PROXY, "10.0.0.0/8"], ["10.1.2.3"], "10.1.2.3"),
        # with a port, in brackets, with both, in IPv6's clothes
        ([PROXY], [f"{FAR}:54321"], FAR),
        ([PROXY], ["[2001:db8::9]"], "2001:db8::9"),
        ([PROXY], ["[2001:db8::9]:443"], "2001:db8::9"),
        ([PROXY], ["2001:db8::9"], "2001:db8::9"),
        ([PROXY], [f"::ffff:{FAR}"], FAR),
        (["2001:db8::/32", PROXY], [FAR, "[2001:db8::1]:443"], FAR),
        # what is no address ends what is believed
        ([PROXY], ["unknown"], PROXY),
        ([PROXY], [f"{FAR}, _hidden"], PROXY),
        ([PROXY], [f"{FAKED}, 203.0.113.999"], PROXY),
        ([PROXY], [""], PROXY),
        ([PROXY], [], PROXY),
    ],
)
def test_the_last_hop_that_is_no_proxy_of_ours_is_the_visitor(
    trusted: list[str], lines: list[str], address: str
) -> None:
    assert forwarding.visitor(trusted, lines, PROXY) == address


def test_a_peer_in_the_clothes_of_the_other_family_is_the_same_proxy() -> None:
    assert forwarding.visitor(["10.0.0.0/8"], [FAR], "::ffff:10.0.0.1") == FAR
    assert forwarding.trusts(["10.0.0.0/8"], "::ffff:10.0.0.1")
    assert not forwarding.trusts(["10.0.0.0/8"], "11.0.0.1")
    assert not forwarding.trusts(["10.0.0.0/8"], "")


@pytest.mark.anyio
async def test_both_doors_note_the_same_visitor_whatever_lines_came_before(world: World, redis_url: str) -> None:
    thread = await world.thread()
    lines = [("x-forwarded-for", FAKED), ("x-forwarded-for", f"{FAR}:40000")]
    token = world.token_of(world.anna)
    async with node(world, redis_url, trusted_proxies=["127.0.0.0/8"]) as one:
        async with httpx.AsyncClient(base_url=one.http_url, timeout=60) as client:
            added = await client.post(
                "/api/v1/task.add",
                json={"thread_id": thread.id, "client_task_id": "task-by-http", "text": "Kvitton"},
                headers=[*lines, ("authorization", f"Bearer {token}")],
            )
            assert added.status_code == 200, added.text
        async with talk(one, headers=lines) as anna:
            await anna.hello(token)
            await anna.call(TaskAdd(thread_id=thread.id, client_task_id="task-by-socket", text="Fakturor"))
    rows = (await world.do(world.anna, AuditList(thread_id=thread.id))).rows
    assert [row.ip for row in rows if row.text in ("Kvitton", "Fakturor")] == [FAR, FAR]
