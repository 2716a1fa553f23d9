import assert from "node:assert/strict";
import { test } from "node:test";
import { setTexts, t } from "../../src/i18n/index.ts";
import { isolated } from "../../src/i18n/isolated.ts";

test("what turns nothing stays as it is", () => {
  for (const text of ["", "Petra Holm", "Räkning 7 (2026)", "Ελένη", "Анна", "李娜", "é", "👩‍👩‍👧"]) {
    assert.equal(isolated(text), text);
  }
});

test("what is written from the right stands by itself", () => {
  for (const text of ["דנה לוי", "سارة", "Holm \u200f(IL)"])
    assert.equal(isolated(text), `\u2068${text}\u2069`);
});

test("marks that turn text have no power over the sentence", () => {
  // Also one that would end the isolation.
  assert.equal(isolated("a\u202eb"), "\u2068ab\u2069");
  assert.equal(isolated("\u2069\u202ea"), "\u2068a\u2069");
});

test("a sentence isolates the names in it, and not its own words", () => {
  setTexts("en", { "system.archived": "{actor} archived the chat" });
  assert.equal(t("system.archived", { actor: "דנה" }), "\u2068דנה\u2069 archived the chat");
  assert.equal(t("system.archived", { actor: "Anna" }), "Anna archived the chat");
});
