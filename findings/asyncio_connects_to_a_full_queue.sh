#!/usr/bin/env bash
# asyncio says that it is connected to a unix socket whose queue is full, and is not.
#
# Versions: asyncio of the running CPython (seen on 3.11.7); uvloop 0.23.0 and a blocking socket with a timeout as control.
# Seen: a server is too busy to accept, and its queue is full. connect() of a unix socket says EAGAIN then, and there is nothing to
#   wait for. A socket with a timeout raises BlockingIOError, and so does uvloop's open_unix_connection. asyncio's loop.sock_connect
#   waits until the socket can be written to, which it can at once, finds no error on it and returns; so does open_unix_connection.
#   The first bytes fail: ENOTCONN from sock_sendall, "Connection lost" from a stream. uvloop's sock_connect does as asyncio's.
# Guess: whoever isn't connected is told so by connect, as over TCP.
# Why it matters: a virus scanner or a database behind a unix socket that is busy for a moment looks like one that hangs up on what
#   it was sent; who retries connecting and not sending gives up, and an OSError comes from where no list of errors has it.
# What we do: server/files/clamd.py takes every OSError of its socket for a scanner that is away, and the file waits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check uvloop==0.23.0
cat > seen.py <<'PY'
import asyncio
import errno
import platform
import socket

import uvloop

PLACE, PATIENCE_S = "busy.socket", 5


def blocking():
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE_S)
        try:
            line.connect(PLACE)
        except OSError as error:
            return f"connect: {errno.errorcode[error.errno]}"
        return "connected"


async def by_the_loop():
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX) as line:
        line.setblocking(False)
        async with asyncio.timeout(PATIENCE_S):
            try:
                await loop.sock_connect(line, PLACE)
            except OSError as error:
                return f"connect: {errno.errorcode[error.errno]}"
            try:
                await loop.sock_sendall(line, b"x")
            except OSError as error:
                return f"connected; send: {errno.errorcode[error.errno]}"
        return "sent"


async def by_a_stream():
    async with asyncio.timeout(PATIENCE_S):
        try:
            reader, writer = await asyncio.open_unix_connection(PLACE)
        except OSError as error:
            return f"connect: {errno.errorcode[error.errno]}"
        try:
            writer.write(b"x")
            await writer.drain()
            return f"sent; read: {await reader.read(1)}"
        except ConnectionError as error:
            return f"connected; then: {error}"
        finally:
            writer.close()


with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(PLACE)
    listener.listen(0)
    waiting = []
    while True:
        line = socket.socket(socket.AF_UNIX)
        line.setblocking(False)
        waiting.append(line)
        try:
            line.connect(PLACE)
        except BlockingIOError:
            break
    seen = {
        "a socket with a timeout": blocking(),
        "asyncio, sock_connect": asyncio.run(by_the_loop()),
        "uvloop, sock_connect": uvloop.run(by_the_loop()),
        "asyncio, open_unix_connection": asyncio.run(by_a_stream()),
        "uvloop, open_unix_connection": uvloop.run(by_a_stream()),
    }
print(f"Python {platform.python_version()}, uvloop {uvloop.__version__}; a queue that is full with {len(waiting) - 1}")
for way, got in seen.items():
    print(f"{way}: {got}")
assert seen["a socket with a timeout"] == seen["uvloop, open_unix_connection"] == "connect: EAGAIN", "control changed"
assert seen["asyncio, sock_connect"] == seen["uvloop, sock_connect"] == "connected; send: ENOTCONN", "changed"
assert seen["asyncio, open_unix_connection"] == "connected; then: Connection lost", "changed"
PY
timeout 60 venv/bin/python seen.py
