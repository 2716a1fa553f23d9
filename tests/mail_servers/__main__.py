"""`python -m tests.mail_servers [SERVER …] [--case NAME …]`: letters through Debian's own mail servers; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import traceback
from pathlib import Path

from deploy.dev.embedded import ReplicaSet
from server.core.settings import Settings
from storage.mongo.connection import Mongo
from storage.mongo.migrations import prepare
from tests.mail_servers.cases import CASES, SENDER, Try, good_names
from tests.mail_servers.roots import DOMAIN, LATE_USER, Server
from tests.mail_servers.servers import SERVERS, lenient, prepared
from tests.mail_servers.wire import Wire
from tests.world import new_world


async def tried(name: str, server: Server, mongo_url: str) -> bool:
    """One case at one server; prints a line of JSON. Whether it held."""
    server.emptied()
    lenient(server, late=False)
    settings = Settings(mongo_url=mongo_url, mongo_database="post", development=True)
    async with Wire().open() as wire, new_world(settings) as world:
        world.set(smtp_url=wire.url, mail_from=SENDER, public_url=f"https://chat.{DOMAIN}")
        case = Try(world, wire, server)
        await case.move_in()
        try:
            await CASES[name](case)
        except Exception as error:
            case.told["broken"] = f"{type(error).__name__}: {error}"
            traceback.print_exc()
        words = {
            re.sub(r"[0-9A-Za-z-]{10,}|\\b[xg]\\w*[0-9]+@", "…", one.said.text)[:90]
            for one in await case.letters()
            if one.said
        }
        told = {
            "server": server.name,
            "case": name,
            **case.told,
            "greeted as": sorted(wire.greeted_as),
            "words": sorted(words),
        }
        print(json.dumps(told, ensure_ascii=False), flush=True)
        return "broken" not in case.told


async def run(servers: list[str], cases: list[str]) -> int:
    """All cases at all servers; how many did not hold."""
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        mongo = ReplicaSet(Path(folder) / "mongo", 1)
        mongo.start()
        try:
            first = Mongo(mongo.url, "post")
            await prepare(first)
            await first.close()
            for name in servers:
                server = prepared(name)
                server.known([*good_names(), LATE_USER, "chattar"])
                print(f"# {name} {server.version}", flush=True)
                with server.running():
                    for case in cases:
                        if case.endswith("refused-at-the-dot") and not server.reads_letters:
                            continue
                        broken += not await tried(case, server, mongo.url)
        finally:
            mongo.kill()
    return broken


def main() -> None:
    """Try, and end with 1 if anything didn't hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.mail_servers", description=__doc__)
    parser.add_argument("servers", nargs="*", choices=[[], *SERVERS], default=[], metavar="SERVER")
    parser.add_argument("--case", action="append", choices=CASES, default=[])
    asked = parser.parse_args()
    sys.exit(min(1, asyncio.run(run(asked.servers or list(SERVERS), asked.case or list(CASES)))))


if __name__ == "__main__":
    main()
