// Svenska för konsolen: dokument.

import type { Translated } from "../i18n/types.ts";
import type { documents as english } from "./en.staff.ts";

export const documents: Translated<typeof english> = {
  "seen.private": "Bara byrån ser det.",
  "seen.nobody": "Ingen kontakt ser det.",
  "seen.by": { one: "{names} ser det.", other: "{names} ser det." },
  "seen.edits": { one: "{names} ser det och får ändra.", other: "{names} ser det och får ändra." },
  "seen.client_views": "Klienten ser det.",
  "seen.client_edits": "Klienten ser det och får ändra.",
  "docs.all": "Klientens alla dokument",
  "docs.save": "Spara",
  "docs.access": "Vad klienten får göra",
  "docs.accessTitle": "Vem som ser {name}",
  "docs.accessEdits": "Se och ändra",
  "docs.accessViews": "Se",
  "docs.accessNone": "Inget: bara byrån ser den",
  "docs.asFolder": "Som alla hos klienten",
  "docs.seesNothing": "Ser den inte",
  "docs.views": "Ser den",
  "docs.edits": "Ser den och får ändra",
  "docs.none": "Inga dokument som du får se",
  "docs.add": "Lägg till dokument",
  "docs.asNew": "Markera som nytt för oss",
  "docs.notNew": "Markera som sett av oss",
  "docs.asNewToContacts": "Markera som nytt för klienten",
  "docs.notNewToContacts": "Markera som sett av klienten",
  "docs.delete": "Ta bort {name}?",
  "docs.deleteWhy":
    "Det försvinner ur chatten och ur sin mapp, också för klienten. Det ligger kvar i papperskorgen i 120 dagar.",
  "docs.deleted": "{name} ligger i papperskorgen",
};
