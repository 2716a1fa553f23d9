// Svenska för konsolen: huvudmenyn och tangenterna.

import type { Translated } from "../i18n/types.ts";
import type { rail as english } from "./en.staff.ts";

export const rail: Translated<typeof english> = {
  rail: "Huvudmeny",
  "rail.settings": "Inställningar",
  "keys.reply": "Svara",
  "keys.columns": "Nästa kolumn",
  "rail.inboxCount": { one: "En post", other: "{n} poster" },
};
