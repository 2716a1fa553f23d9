// What is a shortcode, what is meant as one, and what is somebody's brackets: as the server tells them apart.

import assert from "node:assert/strict";
import { test } from "node:test";
import { know } from "../../src/custom_fields/kept.ts";
import { CODES, isField, shortcodesIn } from "../../src/shortcodes/codes.ts";

const said = (text: string, known: boolean): string[] =>
  shortcodesIn(text).flatMap((code) => (code.known === known ? [code.text] : []));

test("every shortcode that there is is known where it stands, blanks and strokes included (SC-1, SC-5)", () => {
  const text = Object.keys(CODES)
    .map((code) => `x[${code}]y`)
    .join(" ");
  assert.equal(Object.keys(CODES).length, 36);
  assert.deepEqual(
    said(text, true),
    Object.keys(CODES).map((code) => `[${code}]`),
  );
});

test("capitals in brackets and known names in other letters are meant as one (SC-6)", () => {
  const meant = ["[CITYY]", "[First_Name]", "[state/province]", "[PDF]", "[AB:c]", "[ CITY]"];
  assert.deepEqual(said(meant.join(" "), false), meant);
});

test("other brackets are somebody's", () => {
  assert.deepEqual(
    shortcodesIn(`[1] [se nedan] [] [x] [CI\nTY] [CI\ufffcTY] [${"X".repeat(201)}] [toString]`),
    [],
  );
  assert.deepEqual(
    shortcodesIn("[[CITY]]").map(({ start, end }) => [start, end]),
    [[1, 7]],
  );
});

test("a custom field is known by its name alone, as soon as the firm's fields are here (SC-1, SC-6)", () => {
  const text =
    "[ACCOUNT_CUSTOM_FIELD: org.  NR ] [ACCOUNT_CUSTOM_FIELD:Org. nrs] [CONTACT_CUSTOM_FIELD:Org. nr]";
  const [first = "", second = "", third = ""] = text.split(/(?<=\]) /);
  // As long as nobody knows them, none is wrong.
  assert.deepEqual(said(text, false), []);
  const before = isField.value;
  know([{ id: "1", of: "account", name: "Org. nr", kind: "text", place: 0, updated_at: 1 }]);
  assert.deepEqual(said(text, true), [first]);
  assert.deepEqual(said(text, false), [second, third]);
  assert.deepEqual(said("[ACCOUNT_CUSTOM_FIELD: ]", false), ["[ACCOUNT_CUSTOM_FIELD: ]"]);
  isField.value = before;
});
