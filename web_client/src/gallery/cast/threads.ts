// The lists of chats, and the head of one.

import type { AccountView, PersonView } from "../../kit/models.ts";
import type { ThreadHeaderView, ThreadRowView } from "../../threads/models.ts";
import {
  account,
  anna,
  at,
  emma,
  erik,
  gunilla,
  holm,
  johan,
  klara,
  oskar,
  petra,
  sofia,
  vinterhav,
} from "./people.ts";

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
