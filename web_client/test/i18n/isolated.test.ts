import assert from "node:assert/strict";
import { test } from "node:test";
import { format, loadLanguage, setTexts, t } from "../../src/i18n/index.ts";
import { isolated } from "../../src/i18n/isolated.ts";
import { inboxText } from "../../src/inbox/InboxEntry.tsx";
import type { GatheredView } from "../../src/inbox/models.ts";
import { namesOf } from "../../src/messages/Receipt.tsx";

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

test("in a list each name stands by itself, also within a sentence", async () => {
  await loadLanguage("en", { withStaff: true });
  const names = format.value.list(["דנה", "Anna", "سارة"]);
  assert.equal(names, "\u2068דנה\u2069, Anna and \u2068سارة\u2069");
  // Isolated as a whole by the sentence, and each still by itself.
  assert.equal(t("newChat.mailed", { names }), `E-mail goes to \u2068${names}\u2069`);
});

test("a mark that would end a sentence's own isolation has no power, whatever stands before it", () => {
  assert.equal(isolated("\u2068a\u2069\u2069b\u2067"), "\u2068ab\u2069");
});

test("who has read, and when, keep their order", async () => {
  await loadLanguage("en");
  const people = [
    { name: "דנה", at: 0 },
    { name: "Anna", at: 60_000 },
  ];
  const names = namesOf(people, () => "10:42");
  assert.equal(
    t("receipt.read", { names }),
    "Read by \u2068\u2068דנה\u2069\u00a010:42, Anna\u00a010:42\u2069".replaceAll("\u00a0", " "),
  );
});

test("what somebody did is told from the left, though their name is written from the right", async () => {
  await loadLanguage("en", { withStaff: true });
  const line: GatheredView = {
    kind: "tasks_changed",
    event: "task.completed",
    actor: { id: "a", name: "דנה", side: "contact" },
    at: 1,
    count: 2,
    more: false,
    text: "",
    internal: false,
    letterIds: [],
    became: "failed",
  };
  assert.equal(inboxText({ gathered: [line] } as never), "\u2068\u2068דנה\u2069 ticked 2 tasks\u2069");
});
