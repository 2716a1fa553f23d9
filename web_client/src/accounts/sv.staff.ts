// Svenska för konsolen: klienter.

import type { Translated } from "../i18n/types.ts";
import type { accounts as english } from "./en.staff.ts";

export const accounts: Translated<typeof english> = {
  "info.shortId": "Kort id",
  "info.created": "Startad av",
  "info.follow": "Följ klienten",
  "info.followHint": "Du får veta när någon där skriver eller bockar av en uppgift.",
  "info.contacts": "Kontakter",
  "info.noContacts": "Klienten har inga kontakter ännu.",
  "info.staff": "Kollegor med tillgång",
  "info.login": "Får logga in",
  "info.notify": "Får mejl",
  "info.invite": "Skicka inbjudan",
  "info.inviteAgain": "Skicka inbjudan igen",
  "info.activated": "Kan logga in",
  "info.invited": "Inbjuden, inget lösenord ännu",
  "info.notInvited": "Inte inbjuden ännu",
  "info.cannotLogin": "Inloggning avstängd",
  "info.correct": "Rätta adressen",
  "clients.title": "Klienter",
  "clients.search": "Sök klienter",
  "clients.assigned": "Tilldelad",
  "clients.anybody": "Alla kollegor",
  "clients.activation": "Inloggning",
  "clients.anyActivation": "Alla lägen",
  "clients.allHere": "Alla som visas här",
  "clients.chosen": { one: "En vald", other: "{n} valda" },
  "clients.allMatching": { one: "Välj den som matchar", other: "Välj alla {n} som matchar" },
  "clients.more": "Fler åtgärder",
  "clients.none": "Inga klienter här",
  "clients.noneWhy": "Här står de klienter som du har tillgång till och som matchar.",
  "clients.archived": "Arkiverad",
  "activation.activated": "Kan logga in",
  "activation.pending": "Inbjuden eller väntar på inbjudan",
  "activation.not_activated": "Ingen får logga in",
};
