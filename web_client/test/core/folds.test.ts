// The vectors of the engine that carries out folds: this one and the Python one must agree.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { folded } from "../../src/core/folds.ts";
import type { Fold, StreamEvent, Task } from "../../src/core/protocol.gen.ts";

interface Vectors {
  readonly cases: readonly {
    readonly name: string;
    readonly folds: readonly Fold[];
    readonly on: Fold[1];
    readonly said: StreamEvent;
    readonly before: object;
    readonly after: object;
  }[];
}

// Tests run from web_client, see package.json.
const vectors = JSON.parse(readFileSync("../protocol/client/folds.json", "utf8")) as Vectors;

for (const { name, folds, on, said, before, after } of vectors.cases) {
  test(name, () => {
    assert.deepEqual(folded(before, on, said, "staff", folds), after);
  });
}

test("an event of a newer server does nothing", () => {
  const said = { seq: 1, at: 1, actor: null, event: { type: "task.frozen" } } as unknown as StreamEvent;
  const tasks: Task[] = [];
  assert.equal(folded(tasks, "tasks", said), tasks);
});
