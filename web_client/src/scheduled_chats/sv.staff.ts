// Svenska för konsolen: schemalagda chattar.

import type { Translated } from "../i18n/types.ts";
import type { scheduledChats as english } from "./en.staff.ts";

export const scheduledChats: Translated<typeof english> = {
  "laterChat.title": "Skapa senare",
  "laterChat.page": "Schemalagda chattar",
  "laterChat.hint": "Nya chattar som skapas senare. Klienten ser ingenting innan dess.",
  "laterChat.none":
    "Ingen ny chatt väntar på att skapas. Välj klockan bredvid ”Skapa chatt” så skapas den senare.",
  "laterChat.edit": "Ändra det som väntar",
  "laterChat.editOne": "Ändra ”{subject}”",
  "laterChat.now": "Skapa nu",
  "laterChat.cancel": "Skapa inte",
  "laterChat.cancelOne": "Skapa inte ”{subject}”",
  "laterChat.cancelTitle": "Ska chatten inte skapas?",
  "laterChat.waits": "Skapas {when}",
  "laterChat.notCreated": "Skapades inte {when}: {why}",
  "laterChat.scheduled": "Chatten skapas {when}",
  "laterChat.show": "Visa",
  "laterChat.stoppedInbox": "En ny chatt av {name} skapades inte när den skulle. {why}",
};
