// What stands in a chat.

import type { PersonView } from "../../kit/models.ts";
import { bodyOf } from "../../messages/body_text.ts";
import type { MessageView, StreamEntry } from "../../messages/models.ts";
import { anna, at, erik, holm, petra, sofia } from "./people.ts";

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
