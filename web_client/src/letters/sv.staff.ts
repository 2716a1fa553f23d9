// Svenska för konsolen: vad det blev av mejl.

import type { Translated } from "../i18n/types.ts";
import type { letters as english } from "./en.staff.ts";

export const letters: Translated<typeof english> = {
  "fate.waiting": "Väntar på e-postservern: {names}",
  "fate.handed_over": "Lämnad till e-postservern: {names}",
  "fate.dropped": "Behövdes inte längre: {names}",
  "fate.failed": "Kunde inte skickas: {names}",
  "fate.refused": "Kunde inte skickas till {names}. {why}",
  "refusal.mailbox": "Adressen finns inte",
  "refusal.full": "Brevlådan är full",
  "refusal.spam": "Det avvisades som skräppost",
  "refusal.tooBig": "Det är för stort för mottagarens e-postserver",
  "refusal.notAllowed": "Vår e-postserver får inte skicka dit",
  "refusal.address": "Det går inte att skicka till adressen",
  "refusal.tooLate": "Det gick inte att lämna över i tid",
  "refusal.other": "E-postservern avvisade det",
  "fate.unknown": "Okänt om den gick iväg: {names}",
  "mail.waiting": "Senaste mejlet väntar på e-postservern",
  "mail.handed_over": "Senaste mejlet lämnat till e-postservern",
  "mail.dropped": "Senaste mejlet behövdes inte längre",
  "mail.failed": "Senaste mejlet kunde inte skickas",
  "mail.refused": "Senaste mejlet kunde inte skickas. {why}",
  "mail.unknown": "Okänt om det senaste mejlet gick iväg",
  "mail.noCopies": "Inget att skicka igen: kopior som inte gått fram sparas i 30 dagar",
  "mailNow.failed": {
    one: "Mejlet till {names} skickades inte. {why}",
    other: "{n} mejl till {names} skickades inte. {why}",
  },
  "mailNow.waiting": {
    one: "Mejlet till {names} skickas igen",
    other: "{n} mejl till {names} skickas igen",
  },
  "mailNow.handed_over": {
    one: "Mejlet till {names} är nu lämnat till e-postservern",
    other: "{n} mejl till {names} är nu lämnade till e-postservern",
  },
  "mailNow.dropped": {
    one: "Mejlet till {names} behövs inte längre",
    other: "{n} mejl till {names} behövs inte längre",
  },
  "mailNow.unknown": {
    one: "Det är okänt om mejlet till {names} gick iväg",
    other: "Det är okänt om {n} mejl till {names} gick iväg",
  },
};
