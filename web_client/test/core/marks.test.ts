// What was seen is told in time for what is said next (RD-9).

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api } from "../../src/core/api.ts";
import { Marks } from "../../src/core/marks.ts";

test("whoever waits for what was seen to be told waits for what is on its way as well as for what is not yet sent", async () => {
  const said: string[] = [];
  const answers: (() => void)[] = [];
  const api = {
    call: (name: string, { seq }: { seq: number }) => {
      said.push(`${name} ${seq}`);
      return new Promise<void>((answer) => answers.push(answer));
    },
  } as unknown as Api;
  const marks = new Marks(api, () => true);
  marks.seen("t", { seq: 1, notes: 0 });
  void marks.tell();
  marks.seen("t", { seq: 2, notes: 0 });
  let over = false;
  const told = marks.told().then(() => {
    over = true;
  });
  assert.deepEqual(said, ["mark.read 1", "mark.read 2"]);
  answers[1]?.();
  await new Promise(setImmediate);
  assert.equal(over, false);
  answers[0]?.();
  await told;
});
