"""A chat room with Starlette and Redis pub/sub, as a tutorial has it: one listener, a loop over the room's sockets."""

import asyncio
import contextlib
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator

import redis.asyncio as redis
from redis.asyncio.client import PubSub
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

rooms: defaultdict[str, set[WebSocket]] = defaultdict(set)
subscribing = asyncio.Lock()


async def deliver(pubsub: PubSub) -> None:
    async for message in pubsub.listen():
        if message["type"] != "message":
            continue
        text = message["data"].decode()
        for socket in list(rooms[message["channel"].decode()]):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_text(text)


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.redis = redis.from_url(os.environ["REDIS_URL"], max_connections=10_000)
    app.state.pubsub = app.state.redis.pubsub()
    await app.state.pubsub.subscribe("nobody")  # listen() ends at once where there is no subscription
    delivering = asyncio.create_task(deliver(app.state.pubsub), name="deliver")
    yield
    delivering.cancel()
    await app.state.redis.aclose()


async def chat(socket: WebSocket) -> None:
    await socket.accept()
    room = socket.query_params["room"]
    async with subscribing:
        if not rooms[room]:
            await socket.app.state.pubsub.subscribe(room)
        rooms[room].add(socket)
    await socket.send_text('{"type":"ready"}')
    try:
        while True:
            message = json.loads(await socket.receive_text())
            await socket.app.state.redis.publish(room, json.dumps(message))
    except WebSocketDisconnect:
        pass
    finally:
        rooms[room].discard(socket)
        if not rooms[room]:
            await socket.app.state.pubsub.unsubscribe(room)


app = Starlette(routes=[WebSocketRoute("/ws", chat)], lifespan=lifespan)
