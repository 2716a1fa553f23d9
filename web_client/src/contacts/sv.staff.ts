// Svenska för konsolen: kontakter.

import type { Translated } from "../i18n/types.ts";
import type { contacts as english } from "./en.staff.ts";

export const contacts: Translated<typeof english> = {
  "details.open": "Kontaktuppgifter",
  "details.title": "Kontaktuppgifter: {name}",
  "details.why": "Kortkoder sätter in det som är känt här, hos alla klienter som personen hör till.",
  "details.save": "Spara",
  "details.first_name": "Förnamn",
  "details.middle_name": "Mellannamn",
  "details.last_name": "Efternamn",
  "details.phone": "Telefon",
  "details.company_name": "Företag",
  "details.street": "Gatuadress",
  "details.zip": "Postnummer",
  "details.city": "Ort",
  "details.state": "Län eller delstat",
  "details.country": "Land",
  "contact.title": "Mejl till {name}",
  "contact.address": "E-postadress",
  "contact.save": "Spara",
  "contact.saveAndInvite": "Spara och skicka inbjudan",
  "contact.onlyLeads": "Bara ägaren eller en administratör får ändra adressen för någon som loggar in.",
  "contact.serverSaid": "E-postservern svarade:",
  "toast.invited": "En inbjudan är på väg till {name}",
};
