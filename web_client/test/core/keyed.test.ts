// Tables as values, and that a step copies them once: what a frame costs may not grow with the square of what is known.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft, Keyed } from "../../src/core/keyed.ts";
import type { ServerFrame } from "../../src/core/protocol.gen.ts";
import { reduce } from "../../src/core/reducer.ts";
import { EMPTY, type Happening, type State } from "../../src/core/state.ts";
import { row } from "./fakes.ts";

const idOf = (number: number): string => number.toString(16).padStart(32, "0");
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const page = (count: number): Happening => ({
  type: "rows",
  threads: numbers(count).map((number) => ({ ...row("1"), id: idOf(number), head: 5 })),
});
const frame = (said: object): Happening => ({ type: "frame", frame: said as ServerFrame });
const pulse = (count: number, head: number): Happening =>
  frame({
    type: "pulse",
    at: 1,
    heads: Object.fromEntries(numbers(count).map((number) => [`t:${idOf(number)}`, head])),
  });

/** The state after, and how many entries of tables were written on the way: copied, or changed. */
function written(state: State, happening: Happening): [State, number] {
  const { set } = Map.prototype;
  let count = 0;
  Map.prototype.set = function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
    count += 1;
    return set.call(this, key, value);
  };
  try {
    return [reduce(state, happening, 1)[0], count];
  } finally {
    Map.prototype.set = set;
  }
}

test("a table is a value: a draft leaves it as it was, and one that changes nothing gives it back", () => {
  const before = new Draft(new Keyed<{ id: string }>());
  for (const id of ["a1", "b2"]) before.put(id, { id });
  const table = before.done();
  assert.equal(new Draft(table).done(), table);
  const draft = new Draft(table);
  draft.put("a1", { id: "new" });
  draft.delete("b2");
  draft.delete("nobody");
  draft.put("c3", { id: "c3" });
  const after = draft.done();
  assert.deepEqual(
    [table.get("a1"), table.get("b2"), table.get("c3")],
    [{ id: "a1" }, { id: "b2" }, undefined],
  );
  assert.deepEqual(
    [after.get("a1"), after.get("b2"), after.get("c3")],
    [{ id: "new" }, undefined, { id: "c3" }],
  );
  assert.deepEqual([table.size, after.size], [2, 2]);
  assert.deepEqual(
    after.since(table).sort(([a], [b]) => (a.id < b.id ? -1 : 1)),
    [
      [{ id: "c3" }, undefined],
      [{ id: "new" }, { id: "a1" }],
    ],
  );
  assert.deepEqual(after.since(after), []);
  assert.deepEqual(new Keyed().values(), []);
});

test("what is written for a page or a pulse grows with its rows, not with their square", () => {
  for (const count of [1_000, 2_000]) {
    const [listed, forPage] = written(EMPTY, page(count));
    assert.equal(listed.rows.size, count);
    // A row; its t: twice, as it is found and as it is placed.
    assert.ok(forPage >= count && forPage <= 4 * count, `${forPage} for a page of ${count}`);
    const [behind, forPulse] = written(listed, pulse(count, 6));
    assert.equal(behind.holes.size, count);
    assert.ok(forPulse >= count && forPulse <= 4 * count, `${forPulse} for a pulse of ${count}`);
    assert.equal(reduce(behind, frame({ type: "live" }), 2)[0].holes.size, count);
  }
});

test("a pulse that says nothing new writes nothing", () => {
  const [listed] = written(EMPTY, page(1_000));
  assert.deepEqual(written(listed, pulse(1_000, 5)), [listed, 0]);
});

test("an event writes a small part of what is known", () => {
  const [listed] = written(EMPTY, page(1_000));
  const event = { type: "thread.renamed", subject: "Another" };
  const said = { type: "event", stream: `t:${idOf(7)}`, seq: 6, at: 1, actor: null, event };
  const [after, count] = written(listed, frame(said));
  assert.equal(after.rows.get(idOf(7))?.subject, "Another");
  assert.ok(count >= 2 && count <= 100, `${count} written`);
});
