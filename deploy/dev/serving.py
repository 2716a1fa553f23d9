"""`dev.py run`: the product on embedded servers with a demo world, until Ctrl-C or until a part of it ends."""

from __future__ import annotations

import argparse
import json
import os
import queue
import signal
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from deploy.dev import embedded
from deploy.dev.python import in_venv
from deploy.dev.setup import setup
from deploy.dev.steps import DIST, ROOT, VAR, Trouble, run, say, timed

READY_S = 90
STOP_S = 20


def do_run(rest: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="dev.py run", description="Serve Chattar with a demo world until Ctrl-C.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000), help="default: PORT or 8000")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("CHATTAR_DATA") or VAR / "data"))
    parser.add_argument("--smtp-port", type=int, default=0, help="where the dev inbox takes mail; default: a free one")
    chosen = parser.parse_args(rest)
    for port in (chosen.port, chosen.port + 1):
        if in_use(port):
            what = "" if port == chosen.port else " (for the widget demo)"
            raise Trouble(f"port {port}{what} is in use: end what listens there, or choose with --port N or PORT=N")
    if os.environ.pop("CHATTAR_IS_SET_UP", "") != str(ROOT):
        setup()
        os.environ["CHATTAR_IS_SET_UP"] = str(ROOT)
        in_venv(ROOT / "dev.py", "run", *rest)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A shell starts background jobs with SIGINT ignored; who sends it still means it. nohup means it too.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    serve(chosen.port, chosen.data.resolve(), chosen.smtp_port)


def serve(port: int, data: Path, smtp_port: int) -> None:
    data.mkdir(parents=True, exist_ok=True)
    started: list[embedded.Process | embedded.ReplicaSet] = []

    def start(name: str, thing: Any) -> Any:
        started.append(thing)
        timed(name, thing.start)
        return thing

    try:
        mongo_url = os.environ.get("MONGO_URL") or start("mongod", embedded.ReplicaSet(data / "mongo")).url
        redis_url = os.environ.get("REDIS_URL") or start("valkey", embedded.Valkey(data / "valkey")).url
        env = settings(port, data, smtp_port or embedded.free_port(), mongo_url, redis_url)
        timed("demo world", lambda: run([sys.executable, "-m", "server", "demo"], env=env))
        children = []
        for name, module in (("scheduler", "scheduler"), ("web", "server")):
            command = [sys.executable, "-m", module]
            children.append(start(name, embedded.Process(name, command, data / "log" / f"{name}.log", env)))
        timed("ready", lambda: wait_until_ready(port, children))
        announce(port, data)
        watch(children)
    except embedded.EmbeddedError as error:
        raise Trouble(str(error)) from None
    except KeyboardInterrupt:
        say("ending", "a second Ctrl-C ends it at once")
        raise
    finally:
        end(started)


def settings(port: int, data: Path, smtp_port: int, mongo_url: str, redis_url: str) -> dict[str, str]:
    """What the web and scheduler processes are told; what the environment says already wins."""
    return {
        "CHATTAR_PUBLIC_URL": f"http://localhost:{port}",
        "CHATTAR_MAIL_DELAY_S": "15",
        "CHATTAR_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        **os.environ,
        "CHATTAR_MONGO_URL": mongo_url,
        "CHATTAR_REDIS_URL": redis_url,
        "CHATTAR_PORT": str(port),
        "CHATTAR_WIDGET_DEMO_PORT": str(port + 1),
        "CHATTAR_DEVELOPMENT": "1",
        "CHATTAR_WEB_DIST": str(DIST),
        "CHATTAR_DATA": str(data),
    }


def wait_until_ready(port: int, children: list[Any]) -> None:
    deadline = time.monotonic() + READY_S
    while fetch(port, "/readyz") is None:
        complain_of_the_dead(children)
        if time.monotonic() > deadline:
            raise Trouble(f"the web process is not ready after {READY_S} s:\n{children[-1].last_words()}")
        time.sleep(0.05)  # another process: it tells nobody when it is ready, so it is asked, until the deadline


def fetch(port: int, path: str) -> bytes | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return bytes(answer.read())
    except OSError:  # not up yet, or (HTTPError is one of these) not ready, or no such page
        return None


def announce(port: int, data: Path) -> None:
    here = os.environ.get("CHATTAR_PUBLIC_URL") or f"http://localhost:{port}"
    print(f"\nChattar is serving at {here} (Ctrl-C ends it; logs in {data / 'log'})\n")
    pages = {"start page": "/", "staff console": "/console", "client portal": "/portal", "dev inbox": "/dev/inbox"}
    for name, path in pages.items():
        print(f"  {name:<15} {here}{path}")
    print(f"  {'widget demo':<15} http://localhost:{port + 1}/\n")
    rows = json.loads(fetch(port, "/dev/logins.json") or b"[]")
    for row in rows if isinstance(rows, list) else rows.get("logins", []):
        print("  " + "  ".join(f"{value!s:<24}" for value in row.values()).rstrip())
    sys.stdout.flush()


def watch(children: list[Any]) -> None:
    """Return never but by an exception: a child that ends by itself ends the run."""
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    for child in children:
        threading.Thread(target=lambda it: ended.put(it.popen.wait()), args=[child], daemon=True).start()
    ended.get()
    complain_of_the_dead(children)


def complain_of_the_dead(children: list[Any]) -> None:
    for child in children:
        if not child.alive:
            code = child.popen.returncode
            raise Trouble(f"the {child.name} process ended with code {code}; its last words:\n{child.last_words()}")


def end(started: list[Any]) -> None:
    """Newest first (web, scheduler, valkey, mongod), each asked politely; a second Ctrl-C kills what is left."""
    try:
        while started:
            started[-1].stop(STOP_S)
            started.pop()
    finally:
        for thing in reversed(started):
            thing.kill()


def in_use(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 - asks only, never listens
        except OSError:
            return True
    return False
