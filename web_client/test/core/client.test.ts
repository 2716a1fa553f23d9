import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ALLOWANCE_MS } from "../../src/core/api.ts";
import { Client } from "../../src/core/client.ts";
import { problemOf } from "../../src/core/problems.ts";
import { streamEntries } from "../../src/messages/stream.ts";
import { anna, FakeSocket, FakeStorage, id, me, petra, row, said, settled } from "./fakes.ts";

const thread = id("1");
const body = { content: [{ type: "paragraph", content: [{ type: "text", text: "hi" }] }] } as const;
let storage: FakeStorage;

beforeEach(() => {
  FakeSocket.made = [];
  storage = new FakeStorage();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
});
afterEach(() => mock.timers.reset());

function make(): Client {
  return new Client({ socketUrl: "ws://here/ws", storage, makeSocket: FakeSocket.make });
}

async function greet(person: typeof anna | typeof petra = anna): Promise<void> {
  FakeSocket.last.open();
  await settled();
  FakeSocket.last.say({ type: "welcome", session: id("7"), me: me(person), at: 0, epoch: "e1", heads: {} });
  FakeSocket.last.say({ type: "live" });
  await settled();
}

async function opened(person: typeof anna | typeof petra = anna): Promise<Client> {
  const client = make();
  client.start();
  await greet(person);
  void client.open(thread);
  await settled();
  const [call] = FakeSocket.last.calls("thread.open");
  assert.ok(call);
  const events = [said(1, "one"), said(2, "two")];
  const result = {
    thread: row("1", { head: 2, unread: 2 }),
    tasks: [],
    marks: [],
    page: { stream: `t:${thread}`, events, head: 2 },
    notes: { stream: `n:${thread}`, events: [], head: 0 },
  };
  FakeSocket.last.say({ type: "reply", id: call.id, result });
  await settled();
  return client;
}

function entries(client: Client): string[] {
  const source = { state: client.state.value, threadId: thread, writtenAt: () => 0 };
  return streamEntries(source).map((entry) =>
    entry.type === "message"
      ? `${entry.message.key}:${entry.message.receipt?.kind ?? "-"}`
      : entry.system.event.type,
  );
}

test("a message shows at once, is sent once, and its row becomes the logged one", async () => {
  const client = await opened();
  const key = client.write(thread, body);
  await settled();
  assert.deepEqual(entries(client), ["key-1:-", "key-2:-", `${key}:pending`]);
  const [call, ...more] = FakeSocket.last.calls("message.send");
  assert.ok(call);
  assert.equal(more.length, 0);
  const result = { message_id: id("5"), stream: `t:${thread}`, seq: 3, at: 5 };
  FakeSocket.last.say({ type: "reply", id: call.id, result });
  await settled();
  assert.deepEqual(entries(client).at(-1), `${key}:sent`);
  FakeSocket.last.say({ type: "event", stream: `t:${thread}`, ...said(3, "hi", anna, key) });
  assert.deepEqual(entries(client), ["key-1:-", "key-2:-", `${key}:sent`]);
  assert.equal(storage.length, 0);
});

test("what was not sent survives a reload and goes out with the same key", async () => {
  const first = await opened();
  FakeSocket.last.shut(1006);
  const key = first.write(thread, body, { internal: true });
  first.stop();

  const second = make();
  second.start(me());
  assert.equal(second.state.value.pending[key]?.state, "sending");
  await greet();
  const [call] = FakeSocket.last.calls("message.send");
  assert.ok(call?.command.type === "message.send");
  assert.equal(call.command.client_message_id, key);
  assert.equal(call.command.internal, true);
});

test("a refused message stays failed after a reload, until it is given up", async () => {
  const first = await opened();
  const key = first.write(thread, body);
  await settled();
  const [call] = FakeSocket.last.calls("message.send");
  FakeSocket.last.say({ type: "error", id: call?.id ?? 0, error: { code: "forbidden", message: "No." } });
  await settled();
  assert.deepEqual(entries(first).at(-1), `${key}:failed`);
  first.stop();

  const second = make();
  second.start(me());
  assert.equal(second.state.value.pending[key]?.state, "failed");
  second.discard(key);
  const third = make();
  third.start(me());
  assert.deepEqual(third.state.value.pending, {});
});

test("another person's unsent messages are not found", async () => {
  const first = await opened();
  FakeSocket.last.shut(1006);
  first.write(thread, body);
  const second = make();
  second.start(me(petra));
  assert.deepEqual(second.state.value.pending, {});
});

test("trouble shows as failed after some attempts, goes on by itself, and can be hurried", async () => {
  const client = await opened();
  const key = client.write(thread, body);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await settled();
    const call = FakeSocket.last.calls("message.send").at(-1);
    FakeSocket.last.say({
      type: "error",
      id: call?.id ?? 0,
      error: { code: "unavailable", message: "Away." },
    });
    await settled();
    if (attempt < 2) mock.timers.tick(10_000);
  }
  assert.deepEqual(entries(client).at(-1), `${key}:failed`);
  const before = FakeSocket.last.calls("message.send").length;
  client.retry(key);
  await settled();
  assert.equal(FakeSocket.last.calls("message.send").length, before + 1);
});

test("messages of a thread go out one after the other", async () => {
  const client = await opened();
  client.write(thread, body);
  client.write(thread, body);
  await settled();
  assert.equal(FakeSocket.last.calls("message.send").length, 1);
  const result = { message_id: id("5"), stream: `t:${thread}`, seq: 3, at: 5 };
  FakeSocket.last.say({ type: "reply", id: FakeSocket.last.calls("message.send")[0]?.id ?? 0, result });
  await settled();
  assert.equal(FakeSocket.last.calls("message.send").length, 2);
});

test("what was seen is told once, only forward, and counts at once", async () => {
  const client = await opened();
  client.seen(thread, 2, 1);
  client.seen(thread, 1);
  assert.equal(client.state.value.rows.get(thread)?.unread, 0);
  mock.timers.tick(300);
  const told = FakeSocket.last.calls("mark.read");
  assert.equal(told.length, 1);
  assert.deepEqual(told[0]?.command, { type: "mark.read", thread_id: thread, seq: 2, notes_seq: 1 });
});

test("a contact's client says what has arrived", async () => {
  const client = await opened(petra);
  FakeSocket.last.say({ type: "event", stream: `t:${thread}`, ...said(3, "hej", anna) });
  mock.timers.tick(300);
  const told = FakeSocket.last.calls("mark.delivered").at(-1);
  assert.deepEqual(told?.command, { type: "mark.delivered", positions: { [thread]: 3 } });
  assert.equal(client.state.value.rows.get(thread)?.last?.text, "hej");
});

test("an account that was lost is gone at once, drafts of messages included", async () => {
  const client = await opened();
  FakeSocket.last.shut(1006);
  client.write(thread, body);
  mock.timers.tick(1_000);
  await greet();
  FakeSocket.last.say({ type: "dropped", account_id: id("9") });
  const { rows, opened: threads, pending } = client.state.value;
  assert.deepEqual([rows.values(), threads, pending], [[], {}, {}]);
  assert.equal(storage.length, 0);
});

test("positions are said again when it connects again", async () => {
  await opened();
  FakeSocket.last.shut(1006);
  mock.timers.tick(1_000);
  FakeSocket.last.open();
  await settled();
  assert.deepEqual(FakeSocket.last.sent[0], {
    type: "hello",
    firm: true,
    utc_offset_minutes: 0 - new Date().getTimezoneOffset(),
    epoch: "e1",
    person: anna.id,
    positions: { [`u:${anna.id}`]: 0, [`t:${thread}`]: 2, [`n:${thread}`]: 0 },
  });
});

test("typing is told at most every three seconds, and taken back once", async () => {
  const client = await opened();
  client.typing(thread, false);
  client.typing(thread, false);
  assert.equal(FakeSocket.last.calls("typing.set").length, 1);
  mock.timers.tick(3_100);
  client.typing(thread, false);
  client.typing(thread, false, false);
  client.typing(thread, false, false);
  assert.equal(FakeSocket.last.calls("typing.set").length, 3);
});

test("with other rights than before, lists and inbox are made anew and what is open stays", async () => {
  const client = await opened();
  const account = { id: id("b"), name: "Other" };
  client.dispatch({ type: "rows", threads: [row("2", { account })] });
  const entry = {
    id: id("9"),
    thread_id: id("2"),
    account,
    subject: "S",
    kind: "message_from_contact",
    actor: petra,
    at: 1,
    created_at: 1,
  } as const;
  client.dispatch({ type: "notifications", page: { notifications: [entry], open_count: 1 } });
  FakeSocket.last.shut(4000);
  mock.timers.tick(1_000);
  FakeSocket.last.open();
  await settled();
  const fewer = { ...me(anna), role: "employee", rights: [] } as const;
  FakeSocket.last.say({ type: "welcome", session: id("7"), me: fewer, at: 0, epoch: "e1", heads: {} });
  assert.deepEqual(
    client.state.value.rows.values().map((row) => row.id),
    [thread],
  );
  assert.deepEqual(client.state.value.notifications.values(), []);
  FakeSocket.last.say({ type: "live" });
  await settled();
  mock.timers.tick(5_000);
  await settled();
  assert.equal(FakeSocket.last.calls("notification.list").length, 1);
});

const long = {
  content: [{ type: "paragraph", content: [{ type: "text", text: "x".repeat(1_600_000) }] }],
} as const;

test("what is too long for any server is given up at once, and what is behind it goes out", async () => {
  const client = await opened();
  const first = client.write(thread, long);
  const second = client.write(thread, body);
  await settled();
  assert.deepEqual(entries(client).slice(2), [`${first}:failed`, `${second}:pending`]);
  assert.equal(client.state.value.pending[first]?.problem?.reason, "too_long");
  assert.deepEqual(
    FakeSocket.last
      .calls("message.send")
      .map(({ command }) => "client_message_id" in command && command.client_message_id),
    [second],
  );
});

test("what this server closes for is given up, and not sent again", async () => {
  const client = await opened();
  const key = client.write(thread, body);
  await settled();
  assert.equal(FakeSocket.last.calls("message.send").length, 1);
  FakeSocket.last.shut(1009);
  await settled();
  assert.deepEqual(entries(client).at(-1), `${key}:failed`);
  mock.timers.tick(60_000);
  await greet();
  mock.timers.tick(60_000);
  await settled();
  assert.equal(FakeSocket.last.calls("message.send").length, 0);
});

/** The server has counted: this person has spent what they may. */
function spent(call: { readonly id: number } | undefined, retry_after_ms: number): Promise<void> {
  FakeSocket.last.say({
    type: "error",
    id: call?.id ?? 0,
    error: { code: "rate_limited", message: "Too much at once.", retry_after_ms },
  });
  return settled();
}

test("what the allowance refuses is asked again when the server said, any command, and nobody is told", async () => {
  const client = await opened();
  const key = client.write(thread, body);
  await settled();
  const renamed = client.api.call("thread.rename", { thread_id: thread, subject: "Other" });
  for (const type of ["thread.rename", "message.send"] as const) {
    for (const wait of [250, 700]) {
      const asked = FakeSocket.last.calls(type);
      await spent(asked.at(-1), wait);
      mock.timers.tick(wait - 1);
      await settled();
      assert.equal(FakeSocket.last.calls(type).length, asked.length, "not before its time");
      mock.timers.tick(1);
      await settled();
      assert.equal(FakeSocket.last.calls(type).length, asked.length + 1);
      assert.deepEqual(FakeSocket.last.calls(type).at(-1)?.command, asked[0]?.command);
    }
  }
  assert.deepEqual(entries(client).at(-1), `${key}:pending`);
  FakeSocket.last.say({
    type: "reply",
    id: FakeSocket.last.calls("thread.rename").at(-1)?.id ?? 0,
    result: { thread: row("1") },
  });
  assert.deepEqual(await renamed, { thread: row("1") });
});

test("an allowance that doesn't come back within a while is said, and one that can't is said at once", async () => {
  const client = await opened();
  const ask = (): Promise<string> =>
    client.api.call("thread.read", { thread_id: thread }).then(
      () => "answered",
      (error) => problemOf(error).code,
    );
  const asked = ask();
  for (let waited = 0; waited < ALLOWANCE_MS; waited += 10_000) {
    await spent(FakeSocket.last.calls("thread.read").at(-1), 10_000);
    FakeSocket.last.say({ type: "pulse", at: 0 });
    mock.timers.tick(10_000);
    await settled();
  }
  await spent(FakeSocket.last.calls("thread.read").at(-1), 10_000);
  assert.equal(await asked, "rate_limited");

  const guessing = ask();
  await spent(FakeSocket.last.calls("thread.read").at(-1), 15 * 60_000);
  assert.equal(await guessing, "rate_limited");
});

test("a list that makes up for an absence is asked for until it has come, on this connection and on the next", async () => {
  const client = await opened();
  await again();
  for (let tries = 1; tries <= 8; tries += 1) {
    const asked = FakeSocket.last.calls("thread.list");
    assert.equal(asked.length, tries, "asked again while the database is away");
    const [call] = asked.slice(-1);
    assert.ok(call);
    const error = { code: "unavailable", message: "The database is away." };
    FakeSocket.last.say({ type: "error", id: call.id, error });
    await settled();
    mock.timers.tick(5_000);
    await settled();
  }
  const [first] = FakeSocket.last.calls("thread.list");
  client.dispatch({ type: "rows", threads: [row("1", { head: 2, updated_at: 5_000_000 })] });
  await again();
  const [call] = FakeSocket.last.calls("thread.list");
  assert.ok(call);
  assert.deepEqual(call.command, first?.command, "from where the rows were before the absence");
  FakeSocket.last.say({ type: "reply", id: call.id, result: { threads: [] } });
  await settled();
  await again();
  assert.notDeepEqual(FakeSocket.last.calls("thread.list")[0]?.command, first?.command);
});

async function again(): Promise<void> {
  FakeSocket.last.shut(1006);
  mock.timers.tick(1_000);
  await greet();
}
