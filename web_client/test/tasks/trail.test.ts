// A line of the trail says who, what, and from where (spec 2.14).

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRow } from "../../src/core/protocol.gen.ts";
import { loadLanguage } from "../../src/i18n/index.ts";
import { changeView } from "../../src/tasks/trail.ts";
import { anna } from "../core/fakes.ts";

function noted(event: string, text = "", more: Partial<AuditRow> = {}): AuditRow {
  const by = { person: anna, email: "anna@firm.example" };
  return { id: "1", event, at: 1, account_name: "Holm", text, ...by, ...more };
}

test("of each kind there is a sentence with who did it, and with what it was about", async () => {
  for (const language of ["sv", "en"]) {
    await loadLanguage(language, { withStaff: true });
    const abouts = [
      "task.added",
      "task.edited",
      "task.completed",
      "task.reopened",
      "task.moved",
      "task.deleted",
      "letter.retried",
      "thread.renamed",
      "thread.assigned",
    ];
    const others = [
      "reminder.resent",
      "thread.archived",
      "thread.reopened",
      "thread.snoozed",
      "thread.woken",
    ];
    const until = "2026-12-03T08:00+00:00";
    const lines = [...abouts, ...others].map((event) => {
      const text = event === "thread.snoozed" ? until : "Kvitton";
      return changeView(noted(event, text)).what;
    });
    for (const [at, line] of lines.entries()) {
      assert.match(line, /Anna Lindberg/, line);
      assert.doesNotMatch(line, /[a-z]+\.[a-z]+/, line);
      if (at < abouts.length) assert.match(line, /Kvitton/, line);
    }
    assert.equal(new Set(lines).size, lines.length);
  }
});

test("who has no name has an address, and a kind that is new has its name", async () => {
  await loadLanguage("en", { withStaff: true });
  const { what } = changeView(noted("thread.archived", "", { person: null, email: "x@firm.example" }));
  assert.match(what, /^.?x@firm\.example.? archived the chat$/u);
  assert.equal(changeView(noted("thread.folded")).what, "Anna Lindberg: thread.folded");
  assert.match(changeView(noted("thread.assigned", anna.name)).what, /took over the chat$/);
});

test("what came about by itself is said without anybody", async () => {
  await loadLanguage("en", { withStaff: true });
  const lines = ["thread.archived", "reminder.exhausted", "thread.folded"].map(
    (event) => changeView(noted(event, "Moms", { person: null, email: "" })).what,
  );
  assert.deepEqual(lines, ["The chat was archived", "Told in the inbox", "thread.folded"]);
});

test("a line says from where, as far as that is known, and which belong to the tasks", () => {
  const from = { ip: "192.0.2.4", browser: "Firefox", os: "Android" };
  assert.equal(
    changeView(noted("task.added", "Kvitton", from)).from,
    "anna@firm.example · 192.0.2.4 · Firefox · Android",
  );
  assert.equal(changeView(noted("task.added")).from, "anna@firm.example");
  assert.deepEqual(
    ["task.moved", "thread.woken", "reminder.resent"].map((event) => changeView(noted(event)).ofTasks),
    [true, false, false],
  );
});
