// Svenska för konsolen: meddelanden och hur de skrivs.

import type { Translated } from "../i18n/types.ts";
import type { messages as english } from "./en.staff.ts";

export const messages: Translated<typeof english> = {
  "message.internal": "Intern · syns aldrig för klienten",
  "message.internalSpoken": "Intern anteckning",
  "message.reply": "Svara med citat",
  "system.assigned": "{actor} tilldelade {assignee} chatten",
  "system.tookOver": "{actor} tog över chatten",
  "system.unassigned": "{actor} tog bort tilldelningen",
  "system.snoozed": "{actor} sköt upp chatten till {when}",
  "system.snoozedForAnswer": "{actor} sköt upp chatten tills klienten skriver",
  "system.woken": "{actor} tog fram chatten igen",
  "system.takenDown": "{actor} tog ner chatten från toppen",
  "system.snoozeOver": "Chatten är inte uppskjuten längre",
  "system.reminded": "Påminnelse {number} av {of} skickad till {names}",
  "system.remindedByHand": "{actor} påminde {names} för hand",
  "system.notReminded": "Påminnelsen till {names} skickades inte",
  "composer.label": "Meddelande till klienten",
  "composer.internalLabel": "Intern anteckning",
  "composer.internalPlaceholder": "Skriv till dina kollegor",
  "composer.internal": "Intern anteckning",
  "composer.neverSeen": "Syns aldrig för klienten",
  "composer.nowInternal": "Internt, klienten ser inte det här",
  "composer.nowContact": "Till klienten",
  "composer.save": "Spara internt",
  "composer.sendTo": "Skicka till {name}",
  "composer.sendToMore": { one: "Skicka till {name} och 1 till", other: "Skicka till {name} och {n} till" },
  "format.mention": "Nämn en kollega",
  "receipt.mailed": "Mejlat till {names}",
  "receipt.about": "Vad det inte säger",
  "receipt.notInMail": "Om någon bara läser i mejlet syns det inte här.",
};
