// Svenska för konsolen: mallar.

import type { Translated } from "../i18n/types.ts";
import type { templates as english } from "./en.staff.ts";

export const templates: Translated<typeof english> = {
  "templates.title": "Mallar",
  "templates.hint": "Det som en ny chatt kan börja med. En ändring lämnar chattarna som de är.",
  "templates.new": "Ny mall",
  "templates.none": "Byrån har inga mallar ännu.",
  "templates.edit": "Ändra ”{name}”",
  "templates.duplicate": "Kopiera ”{name}”",
  "templates.copyOf": "{name} (kopia)",
  "templates.use": "Använd ”{name}”",
  "templates.useVerb": "Använd",
  "templates.delete": "Ta bort ”{name}”",
  "templates.deleteVerb": "Ta bort",
  "templates.deleteWhy":
    "Ingen kollega kan längre börja en chatt med den. Chattar som började med den står kvar.",
  "templates.name": "Namn",
  "templates.namePlaceholder": "Klienter ser det aldrig",
  "templates.nameMissing": "Ge den ett namn.",
  "templates.save": "Spara",
  "templates.saveAndUse": "Spara och använd",
  "templates.leaveWhy": "Inget har sparats.",
};
