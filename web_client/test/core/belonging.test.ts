// A page belongs to one person for its life: nobody's words go out under another's name, and nobody's are lost.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Client } from "../../src/core/client.ts";
import { Poller } from "../../src/core/poll.ts";
import { problemOf, Refusal } from "../../src/core/problems.ts";
import { CLOSE_OTHER_PERSON, type Me } from "../../src/core/protocol.gen.ts";
import { logout } from "../../src/core/session.ts";
import { FakeSocket, FakeStorage, id, me, petra, row, settled } from "./fakes.ts";

const linn = { id: id("d"), side: "contact", name: "Linn Holm" } as const;
const thread = id("1");
const body = { content: [{ type: "paragraph", content: [{ type: "text", text: "hi" }] }] } as const;
let storage: FakeStorage;
/** Requests over HTTP: the command and the person whom the page said that it belongs to. */
let asked: [command: string, person: string | null][];
/** Those that the browser sends though the page goes, sorted. */
let outliving: string[];

beforeEach(() => {
  FakeSocket.made = [];
  storage = new FakeStorage();
  asked = [];
  outliving = [];
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
});
afterEach(() => {
  mock.restoreAll();
  mock.timers.reset();
});

/** A server whose cookie says that this is `holder`; with `strict` it holds pages to what they say. */
function serve(holder: Me["person"], strict = true): void {
  mock.method(globalThis, "fetch", async (url: string, request: RequestInit) => {
    const person = new Headers(request.headers).get("chattar-person");
    const name = url.slice(url.lastIndexOf("/") + 1);
    asked.push([name, person]);
    if (request.keepalive) outliving = [...outliving, name].sort();
    if (strict && person !== null && person !== holder.id) {
      const problem = {
        code: "conflict",
        reason: "other_person",
        message: "Somebody else is logged in here now.",
      };
      return new Response(JSON.stringify(problem), { status: 409 });
    }
    return new Response(JSON.stringify(name === "me.read" ? me(holder) : {}));
  });
}

function page(person?: Me["person"]): Client {
  const client = new Client({
    socketUrl: "ws://here/ws",
    httpBase: "http://here",
    storage,
    makeSocket: FakeSocket.make,
  });
  client.start(person === undefined ? undefined : me(person));
  return client;
}

async function welcome(person: Me["person"]): Promise<void> {
  FakeSocket.last.open();
  await settled();
  FakeSocket.last.say({ type: "welcome", session: id("7"), me: me(person), at: 0, epoch: "e1", heads: {} });
  FakeSocket.last.say({ type: "live" });
  await settled();
}

function kept(key: string): boolean {
  return storage.getItem(`chattar.out.${petra.id}.${key}`) !== null;
}

/** Whatever the page still wanted to do later, it would have done by now. */
async function later(): Promise<void> {
  for (let minutes = 0; minutes < 3; minutes += 1) {
    mock.timers.tick(60_000);
    await settled();
  }
}

/** Petra writes without a network; then something tells her page that the browser is Linn's. */
async function writtenOffline(): Promise<{ client: Client; key: string }> {
  const client = page(petra);
  await welcome(petra);
  FakeSocket.last.shut(1006);
  const key = client.write(thread, body);
  client.drafts?.put(id("2"), { body, internal: false });
  return { client, key };
}

async function stopped(client: Client, key: string): Promise<void> {
  const made = FakeSocket.made.length;
  const before = asked.length;
  await later();
  assert.equal(client.displaced.value, true);
  assert.deepEqual(client.link.value, { kind: "ended", code: CLOSE_OTHER_PERSON });
  assert.equal(client.state.value.me?.person.id, petra.id);
  for (const socket of FakeSocket.made) assert.deepEqual(socket.calls("message.send"), []);
  // Nothing is tried any more, by either door; and what is unsent is as it was.
  client.seen(thread, 1);
  client.typing(thread, false);
  client.wake();
  client.start();
  const refused = await client.api.call("thread.list", {}).catch(problemOf);
  assert.equal("reason" in refused && refused.reason, "other_person");
  await later();
  assert.equal(FakeSocket.made.length, made);
  assert.equal(asked.length, before);
  assert.equal(client.state.value.pending[key]?.state, "sending");
  assert.ok(kept(key));
}

test("hello says who the page was told that it is, as soon as that is known", async () => {
  page();
  FakeSocket.last.open();
  await settled();
  assert.equal("person" in (FakeSocket.last.sent[0] ?? {}), false);
  FakeSocket.last.say({ type: "welcome", session: id("7"), me: me(petra), at: 0, epoch: "e1", heads: {} });
  FakeSocket.last.shut(1006);
  mock.timers.tick(1_000);
  FakeSocket.last.open();
  await settled();
  const [hello] = FakeSocket.last.sent;
  assert.ok(hello?.type === "hello");
  assert.equal(hello.person, petra.id);
});

test("every command over HTTP says it too", async () => {
  serve(petra);
  const client = page(petra);
  await client.api.call("thread.list", {});
  await client.api.call("mark.read", { thread_id: thread, seq: 1 });
  await logout(client.api);
  assert.deepEqual(asked, [
    ["thread.list", petra.id],
    ["mark.read", petra.id],
    ["session.end", petra.id],
  ]);
});

test("what a page has yet to tell when it goes is told at once, for its own person and past its end", async () => {
  serve(petra);
  const client = page(petra);
  await welcome(petra);
  client.dispatch({ type: "rows", threads: [row("1", { head: 2, unread: 2 })] });
  client.seen(thread, 2);
  client.leave();
  await settled();
  assert.deepEqual(outliving, ["mark.delivered", "mark.read"]);
  assert.deepEqual(new Set(asked.map(([, person]) => person)), new Set([petra.id]));
  client.leave();
  await later();
  assert.equal(asked.length, 2, "and once");
});

test("where there is no other door, the socket is told before the page goes", async () => {
  const client = new Client({ socketUrl: "ws://here/ws", storage, makeSocket: FakeSocket.make });
  client.start(me(petra));
  await welcome(petra);
  client.dispatch({ type: "rows", threads: [row("1", { head: 2, unread: 2 })] });
  client.seen(thread, 2);
  client.leave();
  assert.equal(FakeSocket.last.calls("mark.read").length, 1);
});

test("a socket that is closed because of another person stops the page, and keeps what is unsent", async () => {
  serve(linn);
  const { client, key } = await writtenOffline();
  mock.timers.tick(1_000);
  FakeSocket.last.open();
  await settled();
  FakeSocket.last.shut(CLOSE_OTHER_PERSON);
  await stopped(client, key);
});

test("a welcome for another person stops the page before anything of it is believed", async () => {
  serve(linn, false);
  const { client, key } = await writtenOffline();
  mock.timers.tick(1_000);
  await welcome(linn);
  assert.deepEqual(FakeSocket.last.calls("message.send"), []);
  await stopped(client, key);
});

test("a command over HTTP that is refused for it stops the page, whatever its socket", async () => {
  serve(linn);
  const client = page(petra);
  await welcome(petra);
  const refused = await logout(client.api).catch((error: unknown) => error);
  assert.ok(refused instanceof Refusal);
  assert.equal(client.displaced.value, true);
  assert.equal(FakeSocket.last.closedWith, 1000);
});

test("what was on its way is neither failed nor forgotten", async () => {
  serve(linn);
  const client = page(petra);
  await welcome(petra);
  const key = client.write(thread, body);
  await settled();
  assert.equal(FakeSocket.last.calls("message.send").length, 1);
  await logout(client.api).catch(() => undefined);
  await later();
  assert.equal(client.state.value.pending[key]?.state, "sending");
  assert.ok(kept(key));
});

test("where HTTP stands in for the socket, polling stops as well", async () => {
  serve(linn);
  const { client, key } = await writtenOffline();
  new Poller(client);
  await settled();
  assert.equal(asked.length, 1);
  assert.equal(client.polling.value, false);
  await stopped(client, key);
});

test("a page that learns by its welcome who it is takes over at once what its person left", async () => {
  const { client, key } = await writtenOffline();
  client.stop();
  page();
  await welcome(petra);
  const sent = FakeSocket.last.calls("message.send").map(({ command }) => command);
  assert.deepEqual(
    sent.map((command) => command.type === "message.send" && command.client_message_id),
    [key],
  );
});

test("the author's words wait for the author: another neither sees nor sends them", async () => {
  serve(linn);
  const { client, key } = await writtenOffline();
  mock.timers.tick(1_000);
  FakeSocket.last.open();
  await settled();
  FakeSocket.last.shut(CLOSE_OTHER_PERSON);

  const hers = page(linn);
  await welcome(linn);
  assert.deepEqual(hers.state.value.pending, {});
  assert.equal(hers.drafts?.get(id("2")).body, null);
  assert.deepEqual(FakeSocket.last.calls("message.send"), []);
  await logout(hers.api);
  hers.stop();

  const again = page(petra);
  await welcome(petra);
  const sent = FakeSocket.last.calls("message.send").map(({ command }) => command);
  assert.deepEqual(
    sent.map((command) => command.type === "message.send" && command.client_message_id),
    [key],
  );
  assert.deepEqual(again.drafts?.get(id("2")).body, body);
  assert.equal(client.displaced.value, true);
});
