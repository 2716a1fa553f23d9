import assert from "node:assert/strict";
import { test } from "node:test";
import { loadLanguage } from "../../src/i18n/index.ts";
import { fateTexts } from "../../src/letters/fates.ts";
import { refusalOf, refusalText, serverWords } from "../../src/letters/refusals.ts";

/** As Postfix, Exim, OpenSMTPD, Exchange and Dovecot say it. */
const SAID = {
  "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table": "mailbox",
  "550 Unrouteable address, no such user": "mailbox",
  "552 5.2.2 Mailbox full": "full",
  "452 4.2.2 Quota exceeded": "full",
  "552 5.3.4 Message size exceeds fixed limit": "tooBig",
  "554 5.7.1 Blocked by policy: spam": "spam",
  "550 5.7.1 refused": "spam",
  "554 5.7.1 <a@b.example>: Relay access denied": "notAllowed",
  "550 relay not permitted": "notAllowed",
  "530 5.7.0 Must issue a STARTTLS command first": "notAllowed",
  "554 5.6.0 not such a letter": "other",
  "to_email: expected one e-mail address, with 1 to 64 of A-Z": "address",
  email_address: "address",
  too_late: "tooLate",
} as const;

test("each kind of refusal is a sentence of its own, in both languages, before the server's words", async () => {
  // RM-17
  for (const [said, kind] of Object.entries(SAID)) assert.equal(refusalOf(said), kind, said);
  for (const language of ["sv", "en"]) {
    await loadLanguage(language, { withStaff: true });
    const sentences = new Set(Object.keys(SAID).map(refusalText));
    assert.equal(sentences.size, new Set(Object.values(SAID)).size);
    for (const sentence of sentences) assert.match(sentence, /^\p{Lu}\p{L}*[^.]*$/u);
  }
  assert.equal(serverWords("too_late"), undefined);
  assert.equal(serverWords("552 5.2.2 Mailbox full"), "552 5.2.2 Mailbox full");
});

test("what became of a reminder's letters names the reason first, and raw words as a detail", async () => {
  await loadLanguage("en", { withStaff: true });
  const fate = { name: "Petra Holm", state: "failed", said: "552 5.2.2 Mailbox full" } as const;
  assert.deepEqual(fateTexts([fate]), [
    "Could not be sent to Petra Holm. The mailbox is full (552 5.2.2 Mailbox full)",
  ]);
  assert.deepEqual(fateTexts([{ ...fate, said: "email_address" }]), [
    "Could not be sent to Petra Holm. No e-mail can be sent to that address",
  ]);
});
