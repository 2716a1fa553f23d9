// What is begun as a new chat: kept over a reload, nobody else's, and one form's at a time.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type BegunChat, BegunChats, type ChatWriting } from "../../src/core/begun_chats.ts";
import { FakeStorage, id } from "./fakes.ts";

const [anna, sofia] = [id("a"), id("b")];
const body = { content: [{ type: "paragraph", content: [{ type: "text", text: "Hej!" }] }] } as const;
const letter: ChatWriting = { accountId: id("9"), subject: "Bokslut", body, tasks: ["Kvitton"] };

/** Those of one browser: a name is held by one at a time, as long as what it was given for goes on. */
class FakeLocks {
  readonly #held = new Set<string>();
  readonly request = (async (
    name: string,
    _: LockOptions,
    act: (lock: Lock | null) => Promise<unknown> | undefined,
  ) => {
    if (this.#held.has(name)) return act(null);
    this.#held.add(name);
    await act({ name, mode: "exclusive" });
    this.#held.delete(name);
    return undefined;
  }) as LockManager["request"];
}

let storage: FakeStorage;
let locks: FakeLocks;

beforeEach(() => {
  storage = new FakeStorage();
  locks = new FakeLocks();
});

/** Its page goes, and the browser gives back what it held. */
async function leave(draft: BegunChat): Promise<void> {
  draft.close();
  await setImmediate();
}

const tab = (person = anna, account?: string): BegunChats => new BegunChats(storage, person, account, locks);

test("what is written is there for the next page, with its files and the key that it is created by", async () => {
  const draft = await tab().take();
  draft.put(letter);
  draft.attach([{ key: "one", name: "Kvitto.pdf", size: 9, upload_id: id("7") }]);
  await leave(draft);
  const again = await tab().take();
  assert.equal(again.kept?.subject, "Bokslut");
  assert.deepEqual(again.kept?.body, body);
  assert.deepEqual(again.kept?.tasks, ["Kvitton"]);
  assert.equal(again.kept?.files[0]?.upload_id, id("7"));
  assert.equal(again.key, draft.key);
});

test("it is written down a moment after the last letter, and at once when the page goes", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const draft = await tab().take();
    draft.put(letter);
    assert.equal(storage.length, 0);
    mock.timers.tick(300);
    assert.equal(storage.length, 1);
    draft.put({ ...letter, subject: "Bokslut 2027" });
    draft.flush();
    await leave(draft);
    assert.equal((await tab().take()).kept?.subject, "Bokslut 2027");
  } finally {
    mock.timers.reset();
  }
});

test("nobody else finds it, and none for another account where no other can be chosen", async () => {
  const draft = await tab(anna, id("9")).take();
  draft.put(letter);
  await leave(draft);
  assert.equal((await tab(sofia, id("9")).take()).kept, undefined);
  assert.equal((await tab(anna, id("8")).take()).kept, undefined);
  assert.equal((await tab(anna, id("9")).take()).kept?.subject, "Bokslut");
  assert.ok(tab(anna).any);
  assert.ok(!tab(sofia).any);
});

test("what stands in one tab's form is not taken by another, and neither destroys the other's", async () => {
  const first = await tab().take();
  first.put(letter);
  first.flush();
  const second = await tab().take();
  assert.equal(second.kept, undefined);
  second.put({ ...letter, subject: "Lön" });
  second.flush();
  second.end();
  first.put({ ...letter, subject: "Bokslut, igen" });
  await leave(first);
  assert.equal((await tab().take()).kept?.subject, "Bokslut, igen");
});

test("of several that were left the last one is taken first", async () => {
  mock.timers.enable({ apis: ["Date"], now: 1000 });
  try {
    for (const subject of ["Först", "Sist"]) {
      const draft = await tab().fresh();
      draft.put({ ...letter, subject });
      await leave(draft);
      mock.timers.tick(5);
    }
    assert.equal((await tab().take()).kept?.subject, "Sist");
    assert.equal((await tab().take()).kept?.subject, "Först");
    assert.equal((await tab().take()).kept, undefined);
  } finally {
    mock.timers.reset();
  }
});

test("what was created or discarded is gone, whatever its files still tell", async () => {
  const draft = await tab().take();
  draft.put(letter);
  draft.flush();
  draft.end();
  draft.attach([{ key: "one", name: "Kvitto.pdf", size: 9, upload_id: id("7") }]);
  await leave(draft);
  assert.equal(storage.length, 0);
});

test("a form that was emptied again leaves nothing", async () => {
  const draft = await tab().take();
  draft.put(letter);
  draft.flush();
  draft.put({ subject: " ", body: null, tasks: [] });
  await leave(draft);
  assert.equal(storage.length, 0);
});

test("a key that stands for something else is replaced for good", async () => {
  const draft = await tab().take();
  draft.put(letter);
  const before = draft.key;
  draft.renew();
  await leave(draft);
  const after = (await tab().take()).key;
  assert.equal(after, draft.key);
  assert.notEqual(after, before);
});

test("without locks each tab goes on with one of its own", async () => {
  const none = (): BegunChats => new BegunChats(storage, anna, undefined, null);
  const first = await none().take();
  first.put(letter);
  first.flush();
  const second = await none().take();
  assert.equal(second.kept?.subject, "Bokslut");
  first.put({ ...letter, subject: "Den första" });
  await leave(first);
  second.end();
  assert.equal((await none().take()).kept?.subject, "Den första");
  assert.equal(storage.length, 1);
});

test("one that is too long is not kept, and costs no other its place", async () => {
  const draft = await tab().take();
  draft.put(letter);
  await leave(draft);
  const long = await tab().fresh();
  long.put({ ...letter, subject: "x".repeat(200_001) });
  await leave(long);
  assert.equal((await tab().take()).kept?.subject, "Bokslut");
});
