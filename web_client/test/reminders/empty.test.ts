import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account, Link } from "../../src/core/protocol.gen.ts";
import { loadLanguage } from "../../src/i18n/index.ts";
import { inboxEmpty } from "../../src/inbox/InboxPage.tsx";
import { homeEmpty } from "../../src/portal/PortalHome.tsx";
import { nobodyText } from "../../src/reminders/ReminderTimeline.tsx";
import { tasksEmpty } from "../../src/tasks/TasksPage.tsx";
import { reminderView } from "../../src/threads/panels.ts";

const petra: Link = {
  contact_id: "p",
  name: "Petra Holm",
  email: "petra@holm.example",
  login: true,
  notify: true,
  activated: true,
};

/** What the Reminders tab says of a client with these contacts; the server lists who can log in. */
function nobody(...contacts: Partial<Link>[]): string {
  const links = contacts.map((link) => ({ ...petra, ...link }));
  const account: Account = {
    id: "a",
    name: "Holm",
    short_id: "H1",
    kind: "company",
    activation: "pending",
    staff_ids: [],
    following: false,
    links,
  };
  const recipients = links.filter((link) => link.login && link.activated);
  const reminder = { enabled: true, days: 3, number: 1 };
  return nobodyText(reminderView({ reminder, recipients, rows: [] }, undefined, false, account));
}

test("the Reminders tab says why nobody is reminded, and never that there are no contacts where there are", async () => {
  // RM-6, RM-20, AC-8
  await loadLanguage("sv", { withStaff: true });
  const off = "Ingen på Holm får logga in. Slå på inloggning för någon först.";
  const until = "Inget går ut förrän någon får mejl.";
  const noMail = `Ingen att påminna: Petra Holm har mejl avstängt. ${until}`;
  const linn = { name: "Linn Holm", notify: false } as const;
  const klara = { name: "Klara", activated: false } as const;
  for (const [said, ...contacts] of [
    ["Klienten har inga kontakter ännu."],
    [off, { login: false }],
    [off, { login: false }, { login: false, activated: false }],
    ["Ingen på Holm kan logga in ännu. Skicka en inbjudan först.", { activated: false }],
    ["Ingen på Holm kan logga in ännu. Skicka en inbjudan först.", { activated: false }, { login: false }],
    ["Ingen på Holm har tagit emot sin inbjudan ännu.", { activated: false, invited_at: 1 }],
    [noMail, { notify: false }],
    [`Ingen att påminna: Petra Holm och Linn Holm har mejl avstängt. ${until}`, { notify: false }, linn],
    [
      `Ingen att påminna: Petra Holm har mejl avstängt; Klara kan inte logga in ännu. ${until}`,
      { notify: false },
      klara,
    ],
    [noMail, { notify: false }, { login: false }],
  ] as const)
    assert.equal(nobody(...contacts), said);
});

test("where nothing stands, the sentence is true whatever stands in other tabs, on other pages, with other clients", () => {
  // NS-4, TK-9, NC-2
  for (const [filter, archived, more, said] of [
    ["all", false, false, "inbox.empty"],
    ["all", true, false, "list.noneArchived"],
    ["all", false, true, "inbox.emptyFilter"],
    ["all", true, true, "inbox.emptyFilter"],
    ["mentions", false, false, "inbox.emptyFilter"],
    ["mentions", true, false, "inbox.emptyFilter"],
    ["messages", false, true, "inbox.emptyFilter"],
  ] as const)
    assert.equal(inboxEmpty(filter, archived, more), said);
  for (const [filter, mineOnly, said] of [
    ["open", false, "tasksPage.noneOpen"],
    ["done", false, "tasksPage.noneDone"],
    ["all", false, "tasksPage.none"],
    ["open", true, "tasksPage.noneMine"],
    ["done", true, "tasksPage.noneMine"],
    ["all", true, "tasksPage.noneMine"],
  ] as const)
    assert.equal(tasksEmpty(filter, mineOnly), said);
  assert.equal(homeEmpty(0), "home.nothing");
  assert.equal(homeEmpty(1), "home.nothingHere");
});
