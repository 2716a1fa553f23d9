// A chat room with uWebSockets.js (C++) and Redis pub/sub. Its native topics join the frames of a tick into one write.
const uWS = require("@trufflesuite/uws-js-unofficial");
const Redis = require("ioredis");

const publisher = new Redis(process.env.REDIS_URL);
const subscriber = new Redis(process.env.REDIS_URL);
const members = new Map(); // room -> how many are in it here
const utf8 = new TextDecoder();
const app = uWS.App();

subscriber.on("messageBuffer", (channel, data) => app.publish(channel.toString(), data, false));

app.ws("/*", {
  compression: uWS.DISABLED,
  idleTimeout: 120,
  maxBackpressure: 16 * 1024 * 1024,
  upgrade(response, request, context) {
    const room = new URLSearchParams(request.getQuery()).get("room");
    response.upgrade(
      { room, open: true },
      request.getHeader("sec-websocket-key"),
      request.getHeader("sec-websocket-protocol"),
      request.getHeader("sec-websocket-extensions"),
      context,
    );
  },
  async open(socket) {
    const { room } = socket;
    socket.subscribe(room);
    members.set(room, (members.get(room) ?? 0) + 1);
    await subscriber.subscribe(room);
    if (socket.open) socket.send('{"type":"ready"}');
  },
  message(socket, data) {
    publisher.publish(socket.room, JSON.stringify(JSON.parse(utf8.decode(data))));
  },
  close(socket) {
    socket.open = false;
    const left = members.get(socket.room) - 1;
    members.set(socket.room, left);
    if (left === 0) subscriber.unsubscribe(socket.room);
  },
});

app.listen("127.0.0.1", Number(process.env.PORT), (listening) => {
  if (!listening) process.exit(1);
});
