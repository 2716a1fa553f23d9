// Made-up people and threads for the gallery: the ones in the design's pictures. Nothing here reaches a build.

import type { ContactRowView } from "../accounts/models.ts";
import type { GatheredView, InboxEntryView } from "../inbox/models.ts";
import type { AccountView, MeView, PersonView } from "../kit/models.ts";
import { bodyOf } from "../messages/body_text.ts";
import type { MessageView, StreamEntry } from "../messages/models.ts";
import type { ReminderView } from "../reminders/models.ts";
import type { StaffChoice } from "../staff/models.ts";
import type { TaskRowView, TaskView } from "../tasks/models.ts";
import type { ThreadHeaderView, ThreadRowView } from "../threads/models.ts";

/** Wednesday 3 December 2025, 10:50 in Stockholm. */
export const NOW = Date.parse("2025-12-03T10:50:00+01:00");
export const at = (text: string): number => Date.parse(`2025-${text}:00+01:00`);

const person = (id: string, side: "staff" | "contact", name: string, online = false): PersonView => ({
  id,
  side,
  name,
  online,
});
export const anna = person("an", "staff", "Anna Lindberg");
export const erik = person("ef", "staff", "Erik Falk");
export const sofia = person("sr", "staff", "Sofia Rahimi", true);
export const oskar = person("on", "staff", "Oskar Nyman");
export const petra = person("petr", "contact", "Petra Holm", true);
export const linn = person("li", "contact", "Linn Holm");
const johan = person("jo", "contact", "Johan Ek");
const emma = person("em", "contact", "Emma Clarke");
const gunilla = person("gu", "contact", "Gunilla Wester");
const klara = person("kl", "contact", "Klara Vinter");

export const account = (id: string, name: string, shortId: string): AccountView => ({ id, name, shortId });
export const holm = account("holm", "Holm & Döttrar Bygg AB", "HB2");
export const vinterhav = account("vint", "Vinterhav Design AB", "VD4");

export const me: MeView = {
  person: { ...anna, online: true },
  email: "anna@lindbergfalk.se",
  language: "sv",
  role: "owner",
  firm: { name: "Lindberg & Falk Redovisning" },
};
export const contactMe: MeView = {
  person: petra,
  email: "petra@holmbygg.se",
  language: "sv",
  firm: { name: "Lindberg & Falk Redovisning" },
};

const message = (
  key: string,
  author: PersonView,
  when: string,
  text: string,
  more: Partial<MessageView> = {},
): StreamEntry => ({
  type: "message",
  message: {
    key,
    author,
    at: at(when),
    body: bodyOf(text),
    own: author.side === "staff",
    mine: author.id === anna.id,
    ...(author.side === "contact" && { authorNote: holm.name }),
    ...more,
  },
});

export const entries: readonly StreamEntry[] = [
  {
    type: "system",
    key: "r1",
    at: at("11-27T09:05"),
    system: {
      event: {
        type: "reminder.sent",
        number: 1,
        of: 3,
        recipients: ["Petra Holm"],
        after: 0,
        reminder_id: "r1",
      },
      actor: "",
    },
  },
  message(
    "m1",
    petra,
    "12-01T09:48",
    "Hej! Här kommer utdragen för hela hösten. Lagret inventerar vi på fredag.",
  ),
  message("m2", anna, "12-01T10:12", "Toppen, tack! Här är en kort film om rapporten vi går igenom sedan.", {
    receipt: { kind: "read", people: [{ name: "Petra", at: at("12-01T10:42") }] },
  }),
  {
    type: "message",
    message: {
      key: "n1",
      author: erik,
      at: at("12-01T14:20"),
      body: {
        content: [
          {
            type: "paragraph",
            content: [
              { type: "mention", id: "an", name: "Anna Lindberg" },
              { type: "text", text: " oktoberhyran är bokförd två gånger, 18 400 kr. Rättar du?" },
            ],
          },
        ],
      },
      own: true,
      mine: false,
      internal: true,
    },
  },
  message(
    "m3",
    petra,
    "12-03T10:31",
    "En fråga om momsen för november, ska fakturan från Stockholms Trä med?",
  ),
  message("m4", anna, "12-03T10:47", "Ja, ta med den. Fakturadatum 28 november, alltså novembers moms.", {
    receipt: { kind: "pending" },
  }),
  message("m5", anna, "12-03T10:47", "Skicka den gärna som PDF så bokför jag i dag.", {
    receipt: { kind: "failed" },
  }),
];

export const rich: MessageView = {
  key: "rich",
  author: sofia,
  at: at("12-03T10:49"),
  own: true,
  mine: false,
  editedAt: at("12-03T10:50"),
  quote: {
    key: "m3",
    name: "Petra Holm",
    at: at("12-03T10:31"),
    text: "ska fakturan från Stockholms Trä med?",
  },
  receipt: { kind: "delivered", people: [{ name: "Petra", at: at("12-03T10:50") }] },
  body: {
    content: [
      {
        type: "paragraph",
        content: [
          { type: "text", text: "Ja, den hör till " },
          { type: "text", text: "novembers", strong: true },
          { type: "text", text: " moms. Se " },
          { type: "text", text: "skatteverket.se", link: "https://www.skatteverket.se" },
          { type: "text", text: ", " },
          { type: "text", text: "punkt fyra", em: true },
          { type: "text", text: ":" },
        ],
      },
      {
        type: "bullet_list",
        items: [
          { content: [{ type: "paragraph", content: [{ type: "text", text: "fakturadatum 28 november" }] }] },
          { content: [{ type: "paragraph", content: [{ type: "text", text: "leverans i november 👍" }] }] },
        ],
      },
    ],
  },
};
export const deleted: MessageView = {
  ...rich,
  key: "gone",
  author: petra,
  own: false,
  deleted: true,
  body: bodyOf(""),
};

export const contactEntries: readonly StreamEntry[] = [
  message("c1", anna, "12-01T10:12", "Toppen, tack! Här är en kort film om rapporten vi går igenom sedan.", {
    own: false,
    mine: false,
  }),
  message(
    "c2",
    petra,
    "12-03T10:31",
    "En fråga om momsen för november, ska fakturan från Stockholms Trä med?",
    {
      own: true,
      mine: true,
      receipt: { kind: "read", people: [{ name: "Anna", at: at("12-03T10:44") }] },
    },
  ),
  message(
    "c3",
    { ...anna, online: true },
    "12-03T10:48",
    "Ja, ta med den. Fakturadatumet är 28 november, så den hör till novembers moms.",
    {
      own: false,
      mine: false,
    },
  ),
  message("c4", { ...anna, online: true }, "12-03T10:49", "Skicka den gärna som PDF så bokför jag i dag.", {
    own: false,
    mine: false,
  }),
];

export const header: ThreadHeaderView = {
  id: "t1",
  account: holm,
  subject: "Årsbokslut 2025 – underlag",
  archived: false,
  people: [petra],
  assignee: anna,
  reminderNextAt: at("12-04T10:12"),
  reminderOn: true,
};

const task = (id: string, text: string, more: Partial<TaskView> = {}): TaskView => ({
  id,
  text,
  done: false,
  ...more,
});
export const tasks: readonly TaskView[] = [
  task("a", "Ladda upp lagerlista per 30 november", { dueAt: at("11-30T12:00") }),
  task("b", "Skicka bilkvitton för okt och nov", { dueAt: at("12-05T12:00") }),
  task("c", "Godkänn preliminär resultatrapport", { dueAt: at("12-15T12:00") }),
  task("d", "Ladda upp bankutdrag sep–nov", { done: true, doneBy: "Petra Holm", doneAt: at("12-01T09:48") }),
  task("e", "Bekräfta firmatecknare", { done: true, doneBy: "Petra Holm", doneAt: at("11-25T16:03") }),
];

const row = (
  id: string,
  of: AccountView,
  subject: string,
  when: string,
  author: PersonView,
  text: string,
  more: Partial<ThreadRowView> = {},
): ThreadRowView => ({
  id,
  account: of,
  subject,
  at: at(when),
  unread: 0,
  last: { author, text, mine: author.id === anna.id },
  tasksDone: 0,
  tasksTotal: 0,
  ...more,
});

export const rows: readonly ThreadRowView[] = [
  row(
    "t1",
    holm,
    "Årsbokslut 2025 – underlag",
    "12-03T10:31",
    petra,
    "En fråga om momsen för november, ska fakturan med?",
    {
      unread: 1,
      tasksDone: 2,
      tasksTotal: 5,
      hasDocuments: true,
      assignee: anna,
    },
  ),
  row(
    "t2",
    account("n", "Nordvik Advokater KB", "NA1"),
    "Lönekörning december",
    "12-03T10:12",
    johan,
    "Två nyanställda från 1 december, skickar underlagen",
    {
      unread: 1,
      tasksDone: 1,
      tasksTotal: 3,
      assignee: sofia,
    },
  ),
  row(
    "t3",
    account("b", "Brightwater Studio Ltd", "BS3"),
    "VAT return, November",
    "12-03T09:40",
    emma,
    "Could you confirm the reverse charge on these?",
    {
      unread: 3,
      hasDocuments: true,
      assignee: erik,
    },
  ),
  row(
    "t4",
    account("brf", "Brf Eken 4", "BE1"),
    "Årsmöte och revision",
    "12-03T08:05",
    gunilla,
    "Protokollet är justerat, bifogar här",
    {
      unread: 1,
      tasksTotal: 4,
      hasDocuments: true,
    },
  ),
  row(
    "t5",
    account("c", "Café Saltå AB", "CS1"),
    "Kassarapporter v. 48",
    "12-03T09:58",
    anna,
    "Tack Maria, då stämmer allt. Jag bokför i dag",
    {
      tasksDone: 3,
      tasksTotal: 3,
      assignee: anna,
    },
  ),
  row(
    "t6",
    account("s", "Sjöbergs Måleri AB", "SM2"),
    "Moms oktober – rättelse",
    "12-02T16:44",
    oskar,
    "Rättelsen är inskickad till Skatteverket",
    {
      hasDocuments: true,
      assignee: oskar,
    },
  ),
  row(
    "t7",
    vinterhav,
    "Utdelning 2025, 3:12",
    "12-02T14:20",
    klara,
    "Låter bra! Då väntar vi med beslutet till i vår",
    {
      tasksDone: 1,
      tasksTotal: 2,
      assignee: anna,
    },
  ),
  row(
    "t8",
    account("i", "Ivar Åkesson", "IÅ1"),
    "Deklaration – kapitalvinst",
    "12-01T09:17",
    sofia,
    "Hej Ivar, köpekontraktet behövs i original",
    {
      tasksTotal: 12,
      hasDocuments: true,
      assignee: sofia,
      draft: true,
    },
  ),
  row(
    "t9",
    account("ny", "Tandläkare Nyström AB", "TN1"),
    "Periodisering av leasing",
    "11-28T11:00",
    erik,
    "Klart. Ny fördelning gäller från januari.",
    {
      assignee: erik,
    },
  ),
];

export const contactRows: readonly ThreadRowView[] = [
  row(
    "t1",
    holm,
    "Årsbokslut 2025 – underlag",
    "12-03T10:48",
    { ...anna, online: true },
    "Ja, ta med den. Fakturadatumet är 28 november",
    {
      unread: 2,
      tasksDone: 2,
      tasksTotal: 5,
    },
  ),
  row(
    "t2",
    holm,
    "Lönekörning december",
    "12-03T09:15",
    { ...sofia, online: false },
    "Finns det övertid att ta med?",
    {
      unread: 1,
      tasksDone: 2,
      tasksTotal: 3,
    },
  ),
  row("t3", holm, "Moms november", "12-01T14:00", petra, "Tack, då vet jag!", {
    tasksDone: 2,
    tasksTotal: 2,
  }),
  row("t4", holm, "Bilförmån från januari", "11-26T09:00", erik, "Beräkningen ligger i dokumenten nu"),
]
  .map((one) => (one.last?.mine ? { ...one, last: { ...one.last, mine: false } } : one))
  .map((one) => (one.id === "t3" && one.last ? { ...one, last: { ...one.last, mine: true } } : one));

export const staff: readonly StaffChoice[] = [
  { person: anna, me: true, hasAccess: true },
  { person: sofia, hasAccess: true, openCount: 9 },
  { person: oskar, hasAccess: true, openCount: 4 },
  { person: erik, hasAccess: false },
];

export const refused: ContactRowView = {
  person: linn,
  email: "linn@holmbyg.se",
  login: true,
  notify: false,
  state: "invited",
  mail: { name: linn.name, state: "failed", said: "550 5.1.1 No such user" },
};

export const reminder: ReminderView = {
  enabled: true,
  days: 3,
  number: 3,
  anchorAt: at("12-01T10:12"),
  anchorBy: "you",
  sent: [
    {
      number: 1,
      at: at("12-03T10:12"),
      counted: false,
      fates: [{ name: "Petra Holm", state: "failed", said: "550 5.1.1 No such user", retry: ["l1"] }],
    },
  ],
  planned: [at("12-04T10:12"), at("12-07T10:12"), at("12-10T10:12")],
  verdict: "due",
  stopsWhen: "tasks_done_and_all_read",
  rounds: [
    {
      key: "1",
      sent: [
        {
          number: 1,
          at: at("11-27T09:05"),
          counted: true,
          fates: [{ name: "Petra Holm", state: "handed_over", said: "" }],
        },
      ],
    },
  ],
  recipients: [
    { person: { ...petra, online: false }, email: "petra@holmbygg.se", notify: true },
    { person: linn, email: "linn@holmbygg.se", notify: false },
  ],
};

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

export const taskRows: readonly TaskRowView[] = tasks.map((one, index) => ({
  threadId: "t1",
  account: index % 2 ? vinterhav : holm,
  subject: index % 2 ? "Utdelning 2025, 3:12" : "Årsbokslut 2025 – underlag",
  task: one,
  createdAt: at("11-20T09:00"),
  ...(index < 3 && { assignee: index === 1 ? sofia : anna, reminderNextAt: at("12-04T10:12") }),
}));
