// Svenska för konsolen: kortkoder.

import type { Translated } from "../i18n/types.ts";
import type { shortcodes as english } from "./en.staff.ts";

export const shortcodes: Translated<typeof english> = {
  "codes.title": "Kortkoder",
  "codes.add": "Lägg till kortkod",
  "codes.addTo": "Lägg till kortkod: {where}",
  "codes.search": "Hitta en kortkod",
  "codes.account": "Klient",
  "codes.contact": "Kontakt",
  "codes.today": "Nu",
  "codes.previous": "Förra",
  "codes.next": "Nästa",
  "codes.sees": "{name} ser *{subject}*",
  "codes.readerSees": "Klienten ser *{subject}*",
  "codes.whole": "Så ser {name} det",
  "codes.wholeReader": "Så ser klienten det",
  "codes.unknown": {
    one: "{names} är ingen kortkod. Den skickas som den står.",
    other: "{names} är inga kortkoder. De skickas som de står.",
  },
  "codes.empty": {
    one: "Inget är känt för {names}. Den utelämnas.",
    other: "Inget är känt för {names}. De utelämnas.",
  },
  "codes.others": {
    one: "Värdena gäller {name}. En kontakt till läser dem.",
    other: "Värdena gäller {name}. {n} kontakter till läser dem.",
  },
};
