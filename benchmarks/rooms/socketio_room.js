// A chat room with Socket.IO 4 and its Redis adapter, as its documentation shows it. One process of any number.
const { createServer } = require("node:http");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");
const { Server } = require("socket.io");

async function main() {
  const publisher = createClient({ url: process.env.REDIS_URL });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);

  const http = createServer();
  const io = new Server(http, { adapter: createAdapter(publisher, subscriber) });
  io.on("connection", (socket) => {
    const { room } = socket.handshake.query;
    socket.join(room);
    socket.on("message", (message) => io.to(room).emit("message", message));
    socket.emit("ready");
  });
  http.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 2048 });
}

main();
