// How far a thread has been read: never past a message that nobody has seen (RD-4, MN-6).

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Notification, Person, StreamEvent, Thread } from "../../src/core/protocol.gen.ts";
import { firstUnread, keyAt, readBefore, readTo } from "../../src/core/seen.ts";
import type { OpenThread, Shown } from "../../src/core/state.ts";

const anna: Person = { id: "a".repeat(32), side: "staff", name: "Anna" };
const sofia: Person = { id: "b".repeat(32), side: "staff", name: "Sofia" };
const petra: Person = { id: "c".repeat(32), side: "contact", name: "Petra" };

function said(seq: number, actor: Person, key = `${actor.name}-${seq}`): StreamEvent {
  const event = {
    type: "message.sent",
    message_id: "",
    client_message_id: key,
    body: { content: [] },
  } as const;
  return { seq, at: seq, actor, event };
}
function renamed(seq: number): StreamEvent {
  return { seq, at: seq, actor: anna, event: { type: "thread.renamed", subject: "nytt" } };
}
function opened(items: StreamEvent[], notes: StreamEvent[] = []): OpenThread {
  return { items, notes, tasks: [], marks: {} };
}
const none = { seq: 0, notes: 0 };

test("the position stands before the first message that nobody has seen, whatever has been seen behind it", () => {
  const thread = opened([said(1, petra), said(2, petra), said(3, petra), said(4, petra)]);
  assert.equal(readTo(thread, none, new Set(["Petra-1", "Petra-4"]), anna.id).seq, 1);
  assert.equal(readTo(thread, none, new Set(["Petra-1", "Petra-2", "Petra-3", "Petra-4"]), anna.id).seq, 4);
});

test("what isn't a message, and one's own, go with what stands before them", () => {
  const thread = opened([said(1, petra), renamed(2), said(3, anna), said(4, petra)]);
  assert.equal(readTo(thread, none, new Set(["Petra-1"]), anna.id).seq, 3);
});

test("nothing is read beyond a hole", () => {
  const thread = opened([said(8, petra), said(9, petra)]);
  assert.equal(readTo(thread, { seq: 3, notes: 0 }, new Set(["Petra-8", "Petra-9"]), anna.id).seq, 3);
});

test("notes are read by themselves", () => {
  const thread = opened([said(1, petra)], [said(1, sofia), said(2, sofia)]);
  assert.deepEqual(readTo(thread, none, new Set(["Sofia-1"]), anna.id), { seq: 0, notes: 1 });
});

test("reading begins with what the own inbox still tells of, though a colleague has read it for the firm", () => {
  const row = { read_seq: 9, staff: { notes_head: 4 } } as unknown as Thread;
  assert.deepEqual(readBefore(row, undefined), { seq: 9, notes: 4 });
  const entry = { unread_from: 6, notes_unread_from: 3 } as unknown as Notification;
  assert.deepEqual(readBefore(row, entry), { seq: 5, notes: 2, own: 6 });
});

test("the unread line stands at the first of what is news: the other side's, or what the own inbox tells of", () => {
  const rows: Shown[] = [said(1, petra), said(2, sofia), said(3, sofia), said(4, petra)].map((event) => ({
    kind: "t",
    event,
  }));
  assert.equal(firstUnread(rows, { seq: 1, notes: 0 }, anna), "Petra-4");
  assert.equal(firstUnread(rows, { seq: 1, notes: 0, own: 3 }, anna), "Sofia-3");
  const note: Shown = { kind: "n", event: said(5, sofia) };
  assert.equal(firstUnread([note, ...rows], { seq: 1, notes: 4 }, anna), "Sofia-5");
});

test("a place in an address is a message, or the first one behind it", () => {
  const thread = opened([renamed(1), said(2, petra)], [said(1, sofia)]);
  assert.deepEqual(
    ["t1", "t2", "n1", "n2", "x", ""].map((place) => keyAt(thread, place)),
    ["Petra-2", "Petra-2", "Sofia-1", undefined, undefined, undefined],
  );
});
