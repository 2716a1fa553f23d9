// Which messages stand together as one block, and what is said of a block only once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeFormat } from "../../src/i18n/format.ts";
import type { MessageView, ReceiptView, StreamEntry } from "../../src/messages/models.ts";
import { streamRows } from "../../src/messages/stream_rows.ts";
import { anna, id, petra } from "../core/fakes.ts";

const stockholm = makeFormat("sv", "Europe/Stockholm");
const TEN = Date.parse("2026-12-02T09:00:00Z");
const erik = { id: id("e"), side: "staff", name: "Erik Falk" } as const;

function read(...names: string[]): ReceiptView {
  return { kind: "read", people: names.map((name, at) => ({ name, at })) };
}

/** Something that Anna wrote, so many seconds after ten. */
function wrote(seconds: number, more: Partial<MessageView> = {}): StreamEntry {
  const key = `at-${seconds}`;
  const message = {
    key,
    author: anna,
    at: TEN + seconds * 1_000,
    body: { content: [] },
    own: true,
    mine: true,
  };
  return { type: "message", message: { ...message, ...more } };
}

/** Each row in a word: where it stands in its block, whether it has its time, and whether it says how far it has come. */
function drawn(entries: readonly StreamEntry[], unreadFrom?: string): string[] {
  return streamRows(entries, unreadFrom, stockholm).map((row) => {
    if (row.type !== "message") return row.type;
    const { continued, followed, sameMinute, saidBelow } = row.place;
    const block = continued ? (followed ? "middle" : "last") : followed ? "first" : "alone";
    return `${block}${sameMinute ? "" : " time"}${saidBelow ? "" : " receipt"}`;
  });
}

test("what one author writes is one block, each minute of it said once", () => {
  assert.deepEqual(drawn([wrote(0), wrote(20), wrote(59), wrote(60), wrote(359), wrote(660)]), [
    "day",
    "first time",
    "middle",
    "middle",
    "middle time",
    "last time receipt",
    "alone time receipt",
  ]);
  // Minutes are those of the clock: a second between them suffices.
  assert.deepEqual(drawn([wrote(59), wrote(60)]), ["day", "first time", "last time receipt"]);
});

test("an author, an internal note, an event, a new day, what is unread and what was deleted end a block", () => {
  const alone = "alone time receipt";
  const system: StreamEntry = {
    type: "system",
    key: "t:5",
    at: TEN + 5_000,
    system: { event: { type: "thread.archived" }, actor: "Anna" },
  };
  assert.deepEqual(drawn([wrote(0), wrote(5, { author: erik }), wrote(9, { author: petra, own: false })]), [
    "day",
    alone,
    alone,
    alone,
  ]);
  assert.deepEqual(drawn([wrote(0), wrote(5, { internal: true }), wrote(9, { internal: true })]), [
    "day",
    alone,
    "first time",
    "last receipt",
  ]);
  assert.deepEqual(drawn([wrote(0), system, wrote(9)]), ["day", alone, "system", alone]);
  assert.deepEqual(drawn([wrote(0), wrote(5, { deleted: true }), wrote(9)]), ["day", alone, alone, alone]);
  assert.deepEqual(drawn([wrote(0), wrote(5)], "at-5"), ["day", alone, "unread", alone]);
  const midnight = Date.parse("2026-12-02T23:00:00Z");
  assert.deepEqual(drawn([wrote(0, { at: midnight - 1_000 }), wrote(1, { at: midnight })]), [
    "day",
    alone,
    "day",
    alone,
  ]);
});

test("how far a block has come stands at the last message that has come so far", () => {
  // RD-4: of each message it can be told, and nothing is said of one that isn't so
  const of = (...receipts: ReceiptView[]): string[] =>
    drawn(receipts.map((receipt, at) => wrote(at, { receipt })))
      .slice(1)
      .map((row) => (row.includes("receipt") ? "said" : "below"));
  const [sent, pending, failed] = [
    { kind: "sent", at: 1 },
    { kind: "pending" },
    { kind: "failed" },
  ] as const satisfies ReceiptView[];
  const delivered = { kind: "delivered", people: [{ name: "Petra", at: 3 }] } as const;
  assert.deepEqual(of(read("Petra"), read("Petra"), read("Petra")), ["below", "below", "said"]);
  assert.deepEqual(of(read("Petra"), read("Petra"), delivered, delivered), [
    "below",
    "said",
    "below",
    "said",
  ]);
  // Who has read less than another is said where they are.
  assert.deepEqual(of(read("Petra", "Linn"), read("Linn", "Petra"), read("Petra")), [
    "below",
    "said",
    "said",
  ]);
  // When they did may differ.
  assert.deepEqual(of({ kind: "sent", at: 1 }, sent, pending, pending), ["below", "said", "below", "said"]);
  // What failed waits for a decision, each for its own.
  assert.deepEqual(of(sent, failed, failed), ["said", "said", "said"]);
});
