#!/usr/bin/env bash
# npm ws doesn't hear why it is closed by a server that knows none of its subprotocols.
#
# Versions: npm ws 8.23.0; websockets 17.4 (PyPI) as the server and as another client.
# Seen: the server accepts without a subprotocol and closes with 4406 and a reason. RFC 6455 lets it: a client has to fail
#   the connection for a subprotocol that it didn't offer, not for none. websockets is told 4406 and the reason. ws fails the
#   handshake itself: "error" with "Server sent no subprotocol", no "open", then "close" with 1006 and no reason. When it
#   offers none it hears 4406. (Browsers differ among themselves: Chromium 156 does as ws does, Firefox and WebKit hear the code.)
# Guess: accepting first is the way to give a code to a WebSocket client, since a refused handshake shows browsers nothing.
# Why it matters: 1006 means "connect again" and 4406 "this client is too old, don't": a client on ws that has outlived its
#   protocol connects for ever.
# What we do: server/network/doorway.py says 4406 to those who hear it; the others are bounded by the back-off of docs/protocol.md.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check websockets==17.4
npm install --silent --no-audit --no-fund --prefix . ws@8.23.0
cat > client.mjs <<'JS'
import { WebSocket } from "ws";

const [url, ...offered] = process.argv.slice(2);
const events = [];
const socket = new WebSocket(url, offered);
socket.on("open", () => events.push(["open"]));
socket.on("error", (fault) => events.push(["error", fault.message]));
socket.on("close", (code, reason) => {
  events.push(["close", code, String(reason)]);
  console.log(JSON.stringify(events));
});
JS
cat > seen.py <<'PY'
import asyncio, json
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


async def by_websockets(url, offered):
    async with connect(url, subprotocols=offered or None) as socket:
        events = [["open"]]
        try:
            await socket.recv()
        except ConnectionClosed as closed:
            events.append(["close", closed.rcvd.code, closed.rcvd.reason])
    return events


async def by_ws(url, offered):
    client = await asyncio.create_subprocess_exec("node", "client.mjs", url, *offered, stdout=asyncio.subprocess.PIPE)
    return json.loads((await client.communicate())[0])


async def main():
    async def refuse(socket):
        await socket.close(4406, "no known subprotocol")

    seen = {}
    async with serve(refuse, "127.0.0.1", 0, select_subprotocol=lambda connection, offered: None) as server:
        url = "ws://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        for client in (by_websockets, by_ws):
            for offered in ((), ("chat.v0",)):
                seen[client, offered] = await client(url, offered)
                print(client.__name__, "offers", list(offered), "and sees", seen[client, offered])
    heard = [["open"], ["close", 4406, "no known subprotocol"]]
    assert seen[by_ws, ("chat.v0",)] == [["error", "Server sent no subprotocol"], ["close", 1006, ""]], "changed"
    assert seen[by_ws, ()] == seen[by_websockets, ()] == seen[by_websockets, ("chat.v0",)] == heard, "control changed"


asyncio.run(asyncio.wait_for(main(), 30))
PY
timeout 60 venv/bin/python seen.py
