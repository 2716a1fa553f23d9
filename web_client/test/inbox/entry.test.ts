import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api } from "../../src/core/api.ts";

import type * as p from "../../src/core/protocol.gen.ts";
import { EMPTY } from "../../src/core/state.ts";
import { loadLanguage } from "../../src/i18n/index.ts";
import { inboxEntryView } from "../../src/inbox/entries.ts";
import { inboxText } from "../../src/inbox/InboxEntry.tsx";
import { tryAgain } from "../../src/letters/retry.ts";
import { toast } from "../../src/shell/toasts.ts";
import { contactRow } from "../../src/threads/panels.ts";

test("that reminders went unanswered is the first sentence, whatever else an entry tells", async () => {
  // SS-6
  const line = {
    event: "",
    at: 1,
    count: 1,
    more: false,
    internal: false,
    letterIds: [],
    became: "failed",
  } as const;
  const anna = {
    ...line,
    actor: { id: "a", name: "Anna", side: "staff" },
    kind: "thread_created",
    text: "Hej!",
  } as const;
  const petra = {
    ...line,
    actor: { id: "p", name: "Petra", side: "contact" },
    kind: "reminders_exhausted",
  } as const;
  for (const [language, text, says] of [
    [
      "sv",
      "reply",
      "Den sista påminnelsen har gått ut och klienten har inte svarat. Anna startade en ny chatt: ”Hej!”",
    ],
    [
      "sv",
      "tasks",
      "Den sista påminnelsen har gått ut och alla uppgifter är inte klara. Anna startade en ny chatt: ”Hej!”",
    ],
    [
      "en",
      "reading",
      "The last reminder has gone out, and not everything has been read. Anna started a new chat: “Hej!”",
    ],
  ] as const) {
    await loadLanguage(language, { withStaff: true });
    const entry = {
      id: "e",
      threadId: "t",
      account: { id: "k", name: "Holm", shortId: "H1" },
      subject: "Bokslut",
      gathered: [anna, { ...petra, text }] as const,
      at: 1,
      unread: true,
      mentioned: false,
      readBy: [],
    };
    assert.equal(inboxText(entry), says);
  }
});

test("an entry of a newer server is a sentence in both languages, beside what this page knows", async () => {
  const actor = { id: "a", name: "Petra", side: "contact" } as const;
  const line = {
    actor,
    event: "",
    at: 1,
    count: 1,
    more: false,
    text: "",
    internal: false,
    letterIds: [],
    became: "failed",
  } as const;
  // What a newer server sends isn't what this page's types say.
  const kinds = ["poll_opened", "thread_reopened"] as unknown as readonly "thread_reopened"[];
  const [first, second] = kinds.map((kind) => ({ ...line, kind }));
  assert.ok(first && second);
  const entry = {
    id: "e",
    threadId: "t",
    account: { id: "k", name: "Holm", shortId: "H1" },
    subject: "Bokslut",
    gathered: [first, second] as const,
    at: 1,
    unread: true,
    mentioned: false,
    readBy: [],
    archived: false,
  };
  for (const language of ["sv", "en"]) {
    await loadLanguage(language, { withStaff: true });
    const words = inboxText(entry);
    assert.match(words, /reload|ladda om/, words);
    assert.match(words, /reopened|öppnade/, words);
  }
});

const petra = { id: "p", side: "contact", name: "Petra Holm" } as const;
const linn = { id: "l", side: "contact", name: "Linn Holm" } as const;
const lost = (actor: p.Person, more: Partial<p.Gathered> = {}): p.Gathered => ({
  kind: "mail_failed",
  event: "letter.failed",
  actor,
  at: 1,
  text: "550 5.1.1 no such mailbox",
  letter_ids: ["a"],
  ...more,
});

/** What an entry says that gathers these. */
function said(...gathered: p.Gathered[]): string {
  const [{ kind, actor, at }] = gathered as [p.Gathered, ...p.Gathered[]];
  const account = { id: "k", name: "Holm", short_id: "H1" };
  const entry = {
    id: "e",
    thread_id: "t",
    account,
    subject: "Bokslut",
    kind,
    actor,
    at,
    created_at: 1,
    gathered,
  };
  return inboxText(inboxEntryView(entry, EMPTY, new Map()));
}

test("mails that failed make whole sentences, however many they are and whatever else has happened", async () => {
  // NS-4, RM-17
  const wrote: p.Gathered = {
    kind: "message_from_contact",
    event: "message.sent",
    actor: petra,
    at: 1,
    text: "Hej",
  };
  const ticked: p.Gathered = {
    kind: "tasks_changed",
    event: "task.completed",
    actor: petra,
    at: 1,
    count: 2,
  };
  const full = { text: "552 5.2.2 mailbox full" };
  for (const [language, ...sentences] of [
    [
      "sv",
      "Mejlet till Petra Holm skickades inte. Adressen finns inte",
      "2 mejl till Petra Holm skickades inte. Adressen finns inte",
      "2 mejl till Petra Holm och Linn Holm skickades inte. Adressen finns inte",
      "Mejlet till Petra Holm skickades inte. Adressen finns inte. Mejlet till Linn Holm skickades inte. Brevlådan är full",
      "Petra Holm skrev: ”Hej” och bockade av 2 uppgifter. Mejlet till Linn Holm skickas igen",
      "Mejlet till Petra Holm är nu lämnat till e-postservern. Mejlet till Linn Holm behövs inte längre",
      "10+ mejl till Petra Holm skickades inte. Adressen finns inte",
    ],
    [
      "en",
      "The e-mail to Petra Holm was not sent. Nobody has that address",
      "2 e-mails to Petra Holm were not sent. Nobody has that address",
      "2 e-mails to Petra Holm and Linn Holm were not sent. Nobody has that address",
      "The e-mail to Petra Holm was not sent. Nobody has that address. The e-mail to Linn Holm was not sent. The mailbox is full",
      "Petra Holm wrote: “Hej” and ticked 2 tasks. The e-mail to Linn Holm is being sent again",
      "The e-mail to Petra Holm has now been handed over to the mail server. The e-mail to Linn Holm is no longer needed",
      "10+ e-mails to Petra Holm were not sent. Nobody has that address",
    ],
  ] as const) {
    await loadLanguage(language, { withStaff: true });
    assert.deepEqual(
      [
        said(lost(petra)),
        said(lost(petra, { count: 2 })),
        said(lost(petra), lost(linn)),
        said(lost(petra), lost(linn, full)),
        said(wrote, lost(linn, { became: "waiting" }), ticked),
        said(lost(petra, { became: "handed_over" }), lost(linn, { became: "dropped" })),
        said(lost(petra, { count: 10, more: true })),
      ],
      sentences,
    );
  }
});

/** An Api that answers each try with how the letter stands. */
function answering(stands: Readonly<Record<string, p.Delivery["state"]>>): Api {
  const call = (_: string, { letter_id }: { letter_id: string }): Promise<p.LetterRetried> => {
    const state = stands[letter_id];
    if (state === undefined) return Promise.reject(new Error("gone"));
    const delivery = { letter_id, state, at: 1, person_id: "p", name: "Petra Holm" };
    return Promise.resolve({ again: state === "waiting", delivery });
  };
  return { call } as unknown as Api;
}

test("whoever tries again reads what came of it, and not that it is sent where it isn't", async () => {
  // RM-17
  await loadLanguage("sv", { withStaff: true });
  const api = answering({ a: "waiting", b: "waiting", c: "handed_over", d: "dropped" });
  for (const [letters, words] of [
    [["a"], "Mejlet till Petra Holm skickas igen"],
    [["a", "b"], "2 mejl till Petra Holm skickas igen"],
    [["c"], "Mejlet till Petra Holm är nu lämnat till e-postservern"],
    [["a", "d"], "Mejlet till Petra Holm skickas igen. Mejlet till Petra Holm behövs inte längre"],
  ] as const) {
    assert.equal(await tryAgain(api, "k", letters), true);
    assert.equal(toast.value?.text, words);
  }
  assert.equal(await tryAgain(api, "k", ["a", "gone"]), false);
  assert.equal(toast.value?.icon, "problem");
});

test("from a contact every letter can be tried again that failed, while the last one did", () => {
  // RM-17
  const link = {
    contact_id: "p",
    name: "Petra Holm",
    email: "p@holm.example",
    login: true,
    notify: true,
    activated: true,
  };
  const mail = { letter_id: "b", at: 1, person_id: "p", name: "Petra Holm" };
  const retry = (more: Partial<p.Link>) => contactRow({ ...link, ...more }, EMPTY).mail?.retry;
  assert.deepEqual(retry({ mail: { ...mail, state: "failed" }, failed_letters: ["a", "b"] }), ["a", "b"]);
  assert.deepEqual(retry({ mail: { ...mail, state: "failed" } }), ["b"]); // an older server
  assert.equal(retry({ mail: { ...mail, state: "handed_over" }, failed_letters: ["a"] }), undefined);
  assert.equal(retry({ mail: { ...mail, state: "failed", invitation: true } }), undefined);
});
