// English for the console: the main menu, and its keys.

import type { Message } from "../i18n/types.ts";

export const rail = {
  rail: "Main menu",
  "rail.settings": "Settings",
  "keys.reply": "Reply",
  "keys.columns": "Next column",
  "rail.inboxCount": { one: "One entry", other: "{n} entries" },
} as const satisfies Readonly<Record<string, Message>>;
