// A chat room written by hand with `ws` and Redis pub/sub: one channel for each room that somebody here is in.
const Redis = require("ioredis");
const { WebSocket, WebSocketServer } = require("ws");

const publisher = new Redis(process.env.REDIS_URL);
const subscriber = new Redis(process.env.REDIS_URL);
const rooms = new Map(); // name -> { members, subscribed }

function enter(name, socket) {
  let room = rooms.get(name);
  if (!room) {
    room = { members: new Set(), subscribed: subscriber.subscribe(name) };
    rooms.set(name, room);
  }
  room.members.add(socket);
  return room.subscribed;
}

function leave(name, socket) {
  const room = rooms.get(name);
  room.members.delete(socket);
  if (room.members.size === 0) {
    rooms.delete(name);
    subscriber.unsubscribe(name);
  }
}

subscriber.on("messageBuffer", (channel, data) => {
  const room = rooms.get(channel.toString());
  if (!room) return;
  for (const socket of room.members) {
    if (socket.readyState === WebSocket.OPEN) socket.send(data, { binary: false });
  }
});

const server = new WebSocketServer({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 2048 });
server.on("connection", async (socket, request) => {
  const name = new URL(request.url, "ws://localhost").searchParams.get("room");
  socket.on("message", (data) => publisher.publish(name, JSON.stringify(JSON.parse(data))));
  socket.on("error", () => socket.terminate());
  socket.on("close", () => leave(name, socket));
  await enter(name, socket);
  socket.send('{"type":"ready"}');
});
