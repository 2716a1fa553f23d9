import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf, oneLine, saysNothing } from "../../src/core/blank.ts";
import { bodyOf, isBlank } from "../../src/messages/body_text.ts";

const UNSEEN = [
  "",
  " ",
  "\u200b",
  "\u00ad",
  "\u2060",
  "\u2800",
  "\u3164",
  "\ufeff",
  "\u{e0041}",
  "\ufe0f",
  "\n",
  "\0",
];

test("there is nothing to send where nothing can be seen", () => {
  for (const text of UNSEEN) {
    assert.ok(saysNothing(text), JSON.stringify(text));
    assert.ok(isBlank(bodyOf(text)), JSON.stringify(text));
    assert.ok(!isBlank(bodyOf(`${text}å`)), JSON.stringify(text));
  }
});

test("what is pasted loses what can't be sent, and keeps its lines", () => {
  assert.deepEqual(linesOf("a\u2028b\r\nc\vd\te"), ["a", "b", "c", "d\te"]);
  assert.equal(oneLine(" Kvitton\0\u0007\nmars "), "Kvitton mars");
  // Half a character, as careless cutting leaves it, would be refused; whole ones stay.
  assert.equal(oneLine("a\ud83db\u{1f600}"), "a\ufffdb\u{1f600}");
});
