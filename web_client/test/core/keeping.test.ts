import assert from "node:assert/strict";
import { test } from "node:test";
import { bounded, ROWS_MAX } from "../../src/core/bounds.ts";
import { Drafts } from "../../src/core/drafts.ts";
import { Draft } from "../../src/core/keyed.ts";
import { shelf } from "../../src/core/shelf.ts";
import { EMPTY } from "../../src/core/state.ts";
import { receiptOf } from "../../src/messages/stream.ts";
import { byUrgency } from "../../src/threads/order.ts";
import { isListed } from "../../src/threads/rows.ts";
import { FakeStorage, id, petra, row } from "./fakes.ts";

const body = { content: [{ type: "paragraph", content: [{ type: "text", text: "begun" }] }] } as const;
const isText = (value: unknown): value is string => typeof value === "string";

test("a shelf keeps within its limits and throws out what isn't its own", () => {
  const storage = new FakeStorage();
  const kept = shelf(storage, "p.", { items_max: 2, item_characters_max: 10 }, isText);
  assert.equal(kept.put("a", "12345678901"), false);
  assert.equal(kept.put("a", "one"), true);
  assert.equal(kept.put("b", "two"), true);
  assert.equal(kept.put("c", "three"), false);
  assert.equal(kept.put("a", "four"), true);
  storage.setItem("p.b", "{broken");
  storage.setItem("other", '"not ours"');
  assert.deepEqual(kept.entries(), [["a", "four"]]);
});

test("no storage costs only the keeping", () => {
  const none = shelf(null, "p.", { items_max: 2, item_characters_max: 10 }, isText);
  assert.equal(none.put("a", "one"), false);
  assert.equal(none.get("a"), undefined);
});

test("a draft survives with its mode, and an emptied one is forgotten", () => {
  const storage = new FakeStorage();
  const drafts = new Drafts(storage, "me");
  drafts.put("t1", { body, internal: true });
  drafts.flush();
  const later = new Drafts(storage, "me");
  assert.deepEqual(later.get("t1").body, body);
  assert.equal(later.get("t1").internal, true);
  assert.deepEqual([...later.begun.value], ["t1"]);
  later.put("t1", { body: null, internal: false });
  later.flush();
  assert.equal(storage.length, 0);
  assert.equal(later.begun.value.size, 0);
});

test("only the newest rows are kept once there are too many", () => {
  const rows = new Draft(EMPTY.rows);
  for (let index = 0; index < ROWS_MAX * 1.2; index += 1) {
    rows.put(String(index), { ...row("1"), id: String(index), updated_at: index });
  }
  const kept = bounded({ ...EMPTY, rows: rows.done() }, null).rows;
  assert.equal(kept.size, ROWS_MAX);
  assert.equal(kept.get("0"), undefined);
});

test("lists: filters as the server has them, unread first, then the latest", () => {
  const all = { state: "active", only: "all", search: "" } as const;
  assert.ok(isListed(row("1"), all, undefined));
  assert.ok(!isListed(row("1", { state: "archived" }), all, undefined));
  assert.ok(!isListed(row("1"), { ...all, only: "unread" }, undefined));
  assert.ok(isListed(row("1", { staff: { assignee_id: id("a") } }), { ...all, only: "mine" }, id("a")));
  assert.ok(isListed(row("1", { tasks_total: 2, tasks_done: 1 }), { ...all, only: "open_tasks" }, undefined));
  assert.ok(isListed(row("1"), { ...all, search: "HOLM" }, undefined));
  const order = [
    row("1", { last_message_at: 5 }),
    row("2", { last_message_at: 3, unread: 1 }),
    row("3", { last_message_at: 9 }),
  ];
  assert.deepEqual(
    order.sort(byUrgency).map((one) => one.id[0]),
    ["2", "3", "1"],
  );
  // What the firm has asked for again comes to the top of what waits (RM-11).
  const raised = [...order, row("4", { last_message_at: 1, raised_at: 10 })];
  assert.deepEqual(
    raised.sort(byUrgency).map((one) => one.id[0]),
    ["4", "2", "3", "1"],
  );
});

test("a receipt is the first step at or above the message", () => {
  const mark = {
    person: petra,
    read: [
      { seq: 3, at: 30 },
      { seq: 8, at: 80 },
    ],
    delivered: [{ seq: 9, at: 20 }],
    mailed: [{ seq: 10, at: 90 }],
  };
  const readers = { marks: [mark], names: [petra.name] };
  assert.deepEqual(receiptOf(4, 1, readers), { kind: "read", people: [{ name: "Petra", at: 80 }] });
  assert.deepEqual(receiptOf(9, 1, readers), { kind: "delivered", people: [{ name: "Petra", at: 20 }] });
  // Handed over to a mail server, which isn't delivered.
  assert.deepEqual(receiptOf(10, 1, readers), { kind: "mailed", people: [{ name: "Petra", at: 90 }] });
  assert.deepEqual(receiptOf(11, 1, readers), { kind: "sent", at: 1 });
});
