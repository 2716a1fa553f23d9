"""A client by somebody who has docs/protocol.md, `websockets` and `msgpack`: goes through the list in README.md, and prints
what it saw. Runs in tests/foreign/.venv, where nothing of ours is: python list.py URL PASSWORD
"""

import asyncio
import json
import socket as sockets
import struct
import sys
import urllib.request
import uuid

import msgpack  # type: ignore[import-not-found]
from websockets.asyncio.client import connect

# mypy: ignore-errors

URL, PASSWORD = sys.argv[1:]
MESSAGES = ("ett", "två", "tre")


def log_in(email):
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    request = urllib.request.Request(f"{URL}/api/v1/session.create", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)["token"]


class Talk:
    def __init__(self, socket):
        self.socket = socket
        self.frames = []
        self.calls = 0

    async def say(self, frame):
        await self.socket.send(msgpack.packb(frame))

    async def until(self, fact):
        """The first frame for which a fact holds, whenever it came."""
        while not (found := [frame for frame in self.frames if fact(frame)]):
            self.frames.append(msgpack.unpackb(await self.socket.recv()))
        return found[0]

    async def live(self, token, **more):
        await self.say({"type": "hello", "token": token, **more})
        await self.until(lambda frame: frame["type"] == "live")
        return self.frames[0]

    async def call(self, command):
        self.calls += 1
        mine = self.calls
        await self.say({"type": "call", "id": mine, "command": command})
        answer = await self.until(lambda frame: frame.get("id") == mine)
        assert answer["type"] == "reply", answer
        return answer["result"]

    async def send(self, thread_id, text):
        body = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}
        key = str(uuid.uuid4())
        return await self.call({"type": "message.send", "thread_id": thread_id, "client_message_id": key, "body": body})

    def events(self, stream):
        return [frame for frame in self.frames if frame["type"] == "event" and frame["stream"] == stream]

    def reset(self):
        """End the connection with a TCP reset."""
        transport = self.socket.transport
        raw = transport.get_extra_info("socket")
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def talk():
    return connect(URL.replace("http", "ws") + "/ws", subprotocols=["chattar.v1.msgpack"])


async def main():
    emma, tom = log_in("emma@harbour.example"), log_in("tom@brightwater.example")
    log = {}
    async with talk() as there:
        other = Talk(there)
        await other.live(tom)
        async with talk() as here:
            one = Talk(here)
            epoch = (await one.live(emma))["epoch"]
            (thread,) = (await one.call({"type": "thread.list"}))["threads"]
            thread_id, stream = thread["id"], "t:" + thread["id"]
            opened = await one.call({"type": "thread.open", "thread_id": thread_id, "limit": 2})
            log |= {event["seq"]: event["event"]["type"] for event in opened["page"]["events"]}

            sent = await one.send(thread_id, "Hej! 😀")
            heard = await other.until(lambda frame: (frame.get("stream"), frame.get("seq")) == (stream, sent["seq"]))
            assert heard["event"]["body"]["content"][0]["content"][0]["text"] == "Hej! 😀"
            await other.call({"type": "mark.read", "thread_id": thread_id, "seq": sent["seq"]})
            await one.until(lambda frame: frame["type"] == "mark" and frame.get("read_seq") == sent["seq"])

            task_id = opened["tasks"][0]["id"]
            done = await one.call({"type": "task.set", "thread_id": thread_id, "task_id": task_id, "done": True})
            assert done["task"]["done"] is True
            await one.until(lambda frame: frame.get("event", {}).get("type") == "tasks.completed")

            log |= {frame["seq"]: frame["event"]["type"] for frame in one.events(stream)}
            position = max(log)
            one.reset()
        for text in MESSAGES:
            await other.send(thread_id, text)
        async with talk() as back:
            again = Talk(back)
            await again.live(emma, epoch=epoch, positions={stream: position})
            missed = again.events(stream)
            assert [frame["seq"] for frame in missed] == [position + step for step in (1, 2, 3)]
            log |= {frame["seq"]: frame["event"]["type"] for frame in missed}
            more = True
            while more:
                asked = {"type": "stream.read", "stream": stream, "before": min(log), "limit": 1}
                page = await again.call(asked)
                log |= {event["seq"]: event["event"]["type"] for event in page["events"]}
                more = page.get("more", False)
    print(json.dumps({"stream": stream, "log": sorted(log.items())}))


asyncio.run(main())
