// The reminders of a chat.

import type { ReminderView } from "../../reminders/models.ts";
import { at, linn, petra } from "./people.ts";

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
  afterLast: "tell",
  afterAt: at("12-13T10:12"),
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
