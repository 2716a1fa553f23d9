import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem } from "../../src/core/protocol.gen.ts";
import { loadLanguage } from "../../src/i18n/index.ts";
import { problemText } from "../../src/i18n/problems.ts";
import { Receipt } from "../../src/messages/Receipt.tsx";
import { textOf } from "../drawn.ts";

/** As the server says it: for programs, in English. */
const ARCHIVED: Problem = {
  code: "conflict",
  reason: "thread_archived",
  message: "Reopen the thread first.",
};

test("a message that was refused says why in the reader's language, and never in the server's words", async () => {
  await loadLanguage("sv", { withStaff: true });
  const receipt = { kind: "failed", problem: ARCHIVED } as const;
  const shown = textOf(Receipt({ receipt, beside: 0 }));
  assert.equal(shown, "Inte skickat. Chatten är arkiverad och måste öppnas igen först.");
  assert.equal(
    textOf(Receipt({ receipt: { kind: "failed" }, beside: 0 })),
    "Inte skickat, ingen kontakt med servern.",
  );
});

test("a reason or a code of a newer server is said in the reader's language as well", async () => {
  await loadLanguage("sv", { withStaff: true });
  const newer = { message: "The moon is full." };
  assert.equal(
    problemText({ code: "conflict", reason: "full_moon", ...newer }),
    "Någon annan hann före. Titta efter och försök igen.",
  );
  assert.equal(
    problemText({ code: "tide", reason: "full_moon", ...newer }),
    "Något gick fel på servern. Försök igen om en stund.",
  );
});

test("contacts read the same as staff of what both can meet", async () => {
  for (const language of ["sv", "en"]) {
    await loadLanguage(language, { withStaff: true });
    const staff = problemText(ARCHIVED);
    await loadLanguage(language);
    assert.equal(problemText(ARCHIVED), staff);
    assert.notEqual(staff, ARCHIVED.message);
  }
});
