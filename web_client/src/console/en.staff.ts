// English for the console: the main menu.

import type { Message } from "../i18n/types.ts";

export const rail = {
  rail: "Main menu",
  "rail.settings": "Settings",
  "rail.inboxCount": { one: "One entry", other: "{n} entries" },
} as const satisfies Readonly<Record<string, Message>>;
