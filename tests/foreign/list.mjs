// A client by somebody who has docs/protocol.md and a library: goes through the list in README.md and prints what it saw.
// node list.mjs URL LIBRARY PASSWORD
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import WebSocket from "ws";

const [, , url, library, password] = process.argv;
const MSGPACK = "chattar.v1.msgpack";
const LIBRARIES = {
  json: async () => ({ subprotocol: "chattar.v1.json", pack: JSON.stringify, unpack: (data) => JSON.parse(data.toString()) }),
  "@msgpack/msgpack": async () => {
    const { encode, decode } = await import("@msgpack/msgpack");
    return { subprotocol: MSGPACK, pack: (frame) => encode(frame), unpack: (data) => decode(data) };
  },
  msgpackr: async () => {
    const { Packr } = await import("msgpackr");
    const packr = new Packr({ useRecords: false, int64AsType: "number" });
    return { subprotocol: MSGPACK, pack: (frame) => packr.pack(frame), unpack: (data) => packr.unpack(data) };
  },
  "msgpackr without options": async () => {
    const { pack, unpack } = await import("msgpackr");
    return { subprotocol: MSGPACK, pack, unpack };
  },
};
const codec = await LIBRARIES[library]();
const saw = [];

async function logIn(email) {
  const answer = await fetch(`${url}/api/v1/session.create`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).token;
}

class Talk {
  frames = [];
  #waiting = [];
  #ids = 0;

  constructor(token, more = {}) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}/ws`, codec.subprotocol);
    this.socket.on("open", () => this.say({ type: "hello", token, ...more }));
    this.socket.on("message", (data) => {
      this.frames.push(codec.unpack(data));
      for (const look of [...this.#waiting]) look();
    });
    this.socket.on("error", () => {}); // its end is what counts
    this.ended = new Promise((resolve) => this.socket.on("close", resolve));
  }

  say(frame) {
    this.socket.send(codec.pack(frame));
  }

  /** The first frame for which a fact holds, whenever it came. */
  until(fact) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.frames.find(fact);
        if (found === undefined) return;
        this.#waiting = this.#waiting.filter((other) => other !== look);
        resolve(found);
      };
      this.#waiting.push(look);
      this.ended.then((code) => reject(new Error(`closed with ${code}: ${JSON.stringify(this.frames.at(-1))}`)));
      look();
    });
  }

  async call(command) {
    const id = ++this.#ids;
    this.say({ type: "call", id, command });
    const answer = await this.until((frame) => frame.id === id);
    assert.equal(answer.type, "reply", JSON.stringify(answer));
    return answer.result;
  }

  send(thread_id, text) {
    const body = { content: [{ type: "paragraph", content: [{ type: "text", text }] }] };
    return this.call({ type: "message.send", thread_id, client_message_id: randomUUID(), body });
  }

  events(stream) {
    return this.frames.filter((frame) => frame.type === "event" && frame.stream === stream);
  }
}

async function live(talk) {
  const welcome = await talk.until((frame) => frame.type === "welcome");
  assert.equal(typeof welcome.at, "number", `a time came as a ${typeof welcome.at}`);
  assert.ok(Math.abs(new Date(welcome.at) - new Date()) < 600_000);
  await talk.until((frame) => frame.type === "live");
  return welcome;
}

// log in, connect, hello, welcome, live
const [emma, tom] = [await logIn("emma@harbour.example"), await logIn("tom@brightwater.example")];
const one = new Talk(emma);
const { epoch } = await live(one);
const other = new Talk(tom);
await live(other);

// what is there: thread.list (with a time as this language writes it), thread.open
const { threads } = await one.call({ type: "thread.list", since: Date.now() - 86_400_000 });
assert.equal(threads.length, 1);
const thread_id = threads[0].id;
const stream = `t:${thread_id}`;
const opened = await one.call({ type: "thread.open", thread_id, limit: 2 });
const log = new Map(opened.page.events.map((event) => [event.seq, event.event.type]));
assert.equal(opened.page.more, true);

// message.send, and its event at the other's; mark.read, and its mark
const sent = await one.send(thread_id, "Hej! 😀");
const heard = await other.until((frame) => frame.type === "event" && frame.stream === stream && frame.seq === sent.seq);
assert.equal(heard.event.body.content[0].content[0].text, "Hej! 😀");
await other.call({ type: "mark.read", thread_id, seq: sent.seq });
await one.until((frame) => frame.type === "mark" && frame.read_seq === sent.seq);

// task.set
const { task } = await one.call({ type: "task.set", thread_id, task_id: opened.tasks[0].id, done: true });
assert.equal(task.done, true);
await one.until((frame) => frame.type === "event" && frame.event.type === "tasks.completed");

// a reset of the connection, three messages meanwhile, and exactly these afterwards
for (const { seq, event } of one.events(stream)) log.set(seq, event.type);
const position = Math.max(...log.keys());
one.socket._socket.resetAndDestroy();
await one.ended;
for (const text of ["ett", "två", "tre"]) await other.send(thread_id, text);
const again = new Talk(emma, { epoch, positions: { [stream]: position } });
await live(again);
const missed = again.events(stream);
assert.deepEqual(missed.map((frame) => frame.seq), [1, 2, 3].map((step) => position + step));
for (const { seq, event } of missed) log.set(seq, event.type);

// back to the beginning
let before = Math.min(...log.keys());
for (let more = true; more; ) {
  const page = await again.call({ type: "stream.read", stream, before, limit: 1 });
  for (const { seq, event } of page.events) log.set(seq, event.type);
  before = Math.min(...log.keys());
  more = page.more ?? false;
}
saw.push(...[...log].sort(([a], [b]) => a - b));
console.log(JSON.stringify({ stream, log: saw }));
again.socket.close();
other.socket.close();
