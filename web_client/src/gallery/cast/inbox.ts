// What an inbox tells.

import type { GatheredView, InboxEntryView } from "../../inbox/models.ts";
import type { AccountView, PersonView } from "../../kit/models.ts";
import {
  account,
  anna,
  at,
  erik,
  gunilla,
  holm,
  johan,
  linn,
  oskar,
  person,
  petra,
  sofia,
  vinterhav,
} from "./people.ts";

const line = (actor: PersonView, more: Partial<GatheredView> = {}): GatheredView => ({
  kind: "message_from_contact",
  event: "",
  actor: { ...actor, online: false },
  at: at("12-03T10:10"),
  count: 1,
  more: false,
  text: "",
  internal: false,
  letterIds: [],
  became: "failed",
  ...more,
});

const entry = (
  id: string,
  of: AccountView,
  subject: string,
  when: string,
  actor: PersonView,
  {
    lines = [{}],
    ...more
  }: Partial<InboxEntryView> & { readonly lines?: readonly Partial<GatheredView>[] } = {},
): InboxEntryView => ({
  id,
  threadId: id,
  account: of,
  subject,
  gathered: [line(actor, lines[0]), ...lines.slice(1).map((one) => line(actor, one))],
  at: at(when),
  unread: false,
  mentioned: false,
  readBy: [],
  ...more,
});

export const inbox: readonly InboxEntryView[] = [
  {
    ...entry("i0", holm, "", "12-03T10:40", linn, {
      unread: true,
      lines: [{ kind: "mail_failed", event: "letter.failed", text: "550 5.1.1 No such user" }],
    }),
    about: { contactId: linn.id },
  },
  {
    ...entry(
      "i0a",
      account("f", "", ""),
      "",
      "12-03T10:37",
      { ...anna, name: "Lindberg & Falk Redovisning" },
      {
        unread: true,
        lines: [{ kind: "mail_away", text: "550 5.7.1 This host may not send here" }],
      },
    ),
    about: {},
  },
  {
    ...entry(
      "i0c",
      account("f", "", ""),
      "",
      "12-03T10:38",
      person("ar", "staff", "arkiv@lindbergfalk.example"),
      {
        unread: true,
        lines: [{ kind: "mail_failed", event: "letter.failed", text: "552 5.2.2 Mailbox full" }],
      },
    ),
    about: {},
    copies: true,
  },
  entry("i0b", holm, "Lön i juni", "12-03T10:35", petra, {
    unread: true,
    lines: [
      {
        kind: "mail_failed",
        event: "letter.failed",
        text: "552 5.2.2 Mailbox full",
        letterIds: ["l1", "l2"],
        count: 2,
      },
      { ...line(linn), kind: "mail_failed", text: "550 5.1.1 No such user", letterIds: ["l3"] },
    ],
  }),
  entry("i0d", holm, "Semesterlistan", "12-03T10:33", petra, {
    lines: [
      { kind: "mail_failed", event: "letter.failed", text: "552 5.2.2 Mailbox full", became: "handed_over" },
    ],
  }),
  entry("i1", holm, "Årsbokslut 2025 – underlag", "12-03T10:31", petra, {
    unread: true,
    mentioned: true,
    lines: [
      { text: "En fråga om momsen för november, ska fakturan …" },
      { kind: "tasks_changed", event: "task.completed", count: 2 },
    ],
    assignee: anna,
  }),
  entry("i2", account("n", "Nordvik Advokater KB", "NA1"), "Lönekörning december", "12-03T10:12", johan, {
    unread: true,
    lines: [{ text: "Två nyanställda från 1 december, skickar underlagen i eftermiddag" }],
    readBy: ["Sofia Rahimi"],
    assignee: sofia,
  }),
  entry(
    "i3",
    account("c", "Café Saltå AB", "CS1"),
    "Kassarapporter v. 48",
    "12-03T09:58",
    person("ms", "contact", "Maria Salt"),
    {
      lines: [{ kind: "tasks_completed" }],
      tasksDone: 3,
      tasksTotal: 3,
      assignee: anna,
    },
  ),
  entry("i4", account("brf", "Brf Eken 4", "BE1"), "Årsmöte och revision", "12-03T08:05", gunilla, {
    unread: true,
    lines: [{ kind: "thread_created", text: "Protokollet är justerat, bifogar här." }],
  }),
  entry("i5", vinterhav, "Utdelning 2025, 3:12", "12-02T16:44", erik, {
    lines: [{ kind: "assignment" }],
    assignee: anna,
  }),
  entry("i6", account("s", "Sjöbergs Måleri AB", "SM2"), "Moms oktober – rättelse", "12-02T11:02", oskar, {
    mentioned: true,
    lines: [{ kind: "mention", internal: true, text: "@Anna stäm av 2641 innan vi stänger perioden" }],
    assignee: oskar,
  }),
  entry(
    "i7",
    account("i", "Ivar Åkesson", "IÅ1"),
    "Deklaration – kapitalvinst",
    "12-01T09:17",
    person("ia", "contact", "Ivar Åkesson"),
    {
      lines: [{ kind: "tasks_changed", text: "Köpekontrakt" }],
      assignee: sofia,
    },
  ),
];
