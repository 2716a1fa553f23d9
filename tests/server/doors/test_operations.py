"""docs/operations.md and the README say what the code says: settings, metrics and logins are its own, words and log events
exist."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from scheduler.health.health import Health
from scheduler.health.watch import Watch
from server import cli
from server.core import settings
from server.core.clock_watch import ClockWatch
from server.development.demo_cast import LOGINS, PASSWORD
from tests.server.talking import node
from tests.world import World

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def between(name: str, document: str = DOCUMENT) -> str:
    """What stands between a pair of markers of a document."""
    found = re.search(rf"<!-- generated: {name} -->\n(.*?)<!-- end: {name} -->", document, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_table_of_settings_is_the_settings_own() -> None:
    assert between("settings") == settings.table(), "put there what `python -m server settings` prints"


def test_the_readme_lists_everybody_of_the_demo_world() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [f"| {login.firm} | {login.name} | `{login.email}` | {login.note['en']} |" for login in LOGINS]
    table = "\n".join(["| Firm | Who | Address | What they show |", "|---|---|---|---|", *rows]) + "\n"
    assert between("logins", readme) == table, f"put there:\n{table}"
    assert f"`{PASSWORD}`" in readme


async def test_the_table_of_metrics_is_what_a_node_tells(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, httpx.AsyncClient() as client:
        told = (await client.get(f"http://127.0.0.1:{one.port}/metrics")).text
    table = metrics_table(told)
    assert between("metrics") == table, f"put there:\n{table}"


async def test_the_other_one_is_what_a_scheduler_tells(world: World) -> None:
    watch = Watch([("mail", 2)], lambda part: None)
    answer = await Health(world.means, watch, ClockWatch(world.store.mongo, world.clock)).answer("/metrics")
    assert answer is not None
    table = metrics_table(answer.text.decode())
    assert between("scheduler metrics") == table, f"put there:\n{table}"


def metrics_table(told: str) -> str:
    helps = dict(re.findall(r"# HELP (chattar_\w+) (.*)", told))
    kinds = dict(re.findall(r"# TYPE (chattar_\w+) (.*)", told))
    rows = [f"| `{name}` | {kinds[name]} | {text} |" for name, text in helps.items()]
    return "\n".join(["| Metric | Kind | Meaning |", "|---|---|---|", *rows]) + "\n"


def test_every_log_event_that_is_named_is_logged_somewhere() -> None:
    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", DOCUMENT.partition("**Logs**")[2].partition("##")[0]))
    sources = "".join(
        path.read_text(encoding="utf-8")
        for ring in ("server", "storage", "scheduler")
        for path in (ROOT / ring).rglob("*.py")
    )
    assert len(named) > 10
    assert [event for event in named if f'"{event}"' not in sources] == []


def test_every_word_of_the_command_line_works() -> None:
    words = set(re.findall(r"python -m server ([a-z-]+)", DOCUMENT))
    assert words == {
        "activate", "create-firm", "deactivate", "end-sessions", "firm", "firms", "invite-owner", "migrate", "owner",
        "reset-password", "settings", "widget",
    }  # fmt: skip
    for word in words:
        with pytest.raises(SystemExit) as ended:
            cli.main([word, "--help"])
        assert ended.value.code == 0
