// The row that was chosen keeps its place until another is chosen.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Thread } from "../../src/core/protocol.gen.ts";
import { HeldPlace } from "../../src/threads/held_place.ts";
import { byUrgency } from "../../src/threads/order.ts";
import { id, row } from "../core/fakes.ts";

/** Five chats, the newest first; each change is one more state of them. */
function list() {
  const place = new HeldPlace();
  const rows = new Map<string, Thread>();
  const put = (name: string, changes: Partial<Thread>): void => {
    rows.set(name, { ...(rows.get(name) ?? row(name)), ...changes });
  };
  for (const [at, name] of ["5", "4", "3", "2", "1"].entries())
    put(name, { last_message_at: 100 - at, unread: 1 });
  const shown = (chosen: string | null = null, which = "active"): string => {
    const inOrder = [...rows.values()].sort(byUrgency);
    const kept = place.keep(inOrder, chosen && id(chosen), which);
    return kept.map((one) => one.id[0]).join("");
  };
  return { put, shown, gone: (name: string) => rows.delete(name) };
}

test("a row that is read by being chosen stays, and goes where it belongs when another is chosen", () => {
  // LS-2, RD-2
  const { put, shown } = list();
  assert.equal(shown(), "54321");
  assert.equal(shown("3"), "54321");
  put("3", { unread: 0 });
  assert.equal(shown("3"), "54321");
  // The other keeps its own place meanwhile: nothing moves under the pointer.
  assert.equal(shown("2"), "54123");
  put("2", { unread: 0 });
  assert.equal(shown("2"), "54123");
});

test("news of the chosen and of others don't move it", () => {
  const { put, shown, gone } = list();
  shown();
  shown("3");
  put("3", { last_message_at: 200, unread: 1 });
  assert.equal(shown("3"), "54321");
  put("1", { last_message_at: 201 });
  assert.equal(shown("3"), "15342");
  gone("5");
  assert.equal(shown("3"), "1432");
});

test("once it is left, only news of its own take it to the top", () => {
  const { put, shown } = list();
  shown();
  shown("3");
  put("3", { unread: 0, last_message_at: 150 });
  assert.equal(shown("3"), "54321");
  // Such as on a phone, which shows list or chat.
  assert.equal(shown(null), "54321");
  put("3", { unread: 1, last_message_at: 160 });
  assert.equal(shown(null), "35421");
  put("4", { staff: { back: { why: "time", at: 170 } } });
  assert.equal(shown(null), "43521");
});

test("in another list, and among rows that only come now, it stands where it belongs", () => {
  const { put, shown } = list();
  shown("3");
  put("3", { unread: 0 });
  assert.equal(shown("3"), "54321");
  assert.equal(shown("3", "archived"), "54213");
  put("6", { last_message_at: 300 });
  assert.equal(shown("6", "archived"), "542163");
  assert.equal(shown("7", "archived"), "542163");
});
