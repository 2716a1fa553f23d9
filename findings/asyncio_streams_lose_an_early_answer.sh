#!/usr/bin/env bash
# asyncio's streams lose an answer that has already come, when the peer answers before all is sent and closes.
#
# Versions: asyncio of the running CPython (seen on 3.11.7) and uvloop 0.23.0; blocking sockets and loop.sock_* as control.
# Seen: a peer reads a little, answers one line and closes, as clamd does with a stream above its limit and a mail server with a
#   letter above its own. A client that sends on and then reads gets the line from a blocking socket and from loop.sock_sendall and
#   loop.sock_recv, each time. With asyncio.open_connection the write fails as well, and read() then raises BrokenPipeError
#   (ConnectionResetError on uvloop), each time, though the line had come before.
# Guess: what was received can be read to its end, whatever becomes of writing; so it is with sockets in every language.
# Why it matters: the one line says why ("size limit exceeded"), and whether to try again. Without it a refusal for good looks
#   like a line that was cut, and is tried again for ever. Clients on these streams can't mend it above them: the transport is gone.
# What we do: server/files/clamd.py speaks by loop.sock_*, and reads the answer when a write fails.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check uvloop==0.23.0
cat > seen.py <<'PY'
import asyncio
import platform
import socket
import threading
from collections import Counter

import uvloop

ANSWER, PIECE, PIECES, TIMES = b"too large\n", bytes(64 * 1024), 200, 20


def answers_early(listener):
    while True:
        peer, _ = listener.accept()
        with peer:
            peer.recv(len(PIECE))
            peer.sendall(ANSWER)


def blocking(place):
    with socket.create_connection(place) as line:
        try:
            for _ in range(PIECES):
                line.sendall(PIECE)
        except OSError:
            pass
        return line.recv(100)


async def by_the_loop(place):
    loop = asyncio.get_running_loop()
    with socket.socket() as line:
        line.setblocking(False)
        await loop.sock_connect(line, place)
        try:
            for _ in range(PIECES):
                await loop.sock_sendall(line, PIECE)
        except OSError:
            pass
        return await loop.sock_recv(line, 100)


async def by_streams(place):
    reader, writer = await asyncio.open_connection(*place)
    try:
        for _ in range(PIECES):
            writer.write(PIECE)
            await writer.drain()
    except OSError:
        pass
    try:
        return await reader.read(100)
    except OSError as error:
        return type(error).__name__
    finally:
        writer.close()


async def often(way, place):
    return Counter([await way(place) for _ in range(TIMES)])


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=answers_early, args=(listener,), daemon=True).start()
place = listener.getsockname()
seen = {
    "blocking": Counter(blocking(place) for _ in range(TIMES)),
    "asyncio, sock_*": asyncio.run(often(by_the_loop, place)),
    "uvloop, sock_*": uvloop.run(often(by_the_loop, place)),
    "asyncio, streams": asyncio.run(often(by_streams, place)),
    "uvloop, streams": uvloop.run(often(by_streams, place)),
}
print(f"Python {platform.python_version()}, uvloop {uvloop.__version__}")
for way, got in seen.items():
    print(f"{way}: {dict(got)}")
for way in ("blocking", "asyncio, sock_*", "uvloop, sock_*"):
    assert seen[way] == {ANSWER: TIMES}, f"control changed: {way}"
assert seen["asyncio, streams"] == {"BrokenPipeError": TIMES}, "changed"
assert seen["uvloop, streams"] == {"ConnectionResetError": TIMES}, "changed"
PY
timeout 120 venv/bin/python seen.py
