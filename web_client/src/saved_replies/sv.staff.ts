// Svenska för konsolen: sparade svar.

import type { Translated } from "../i18n/types.ts";
import type { savedReplies as english } from "./en.staff.ts";

export const savedReplies: Translated<typeof english> = {
  "replies.title": "Sparade svar",
  "replies.new": "Nytt sparat svar",
  "replies.firms": "Byråns",
  "replies.mine": "Dina egna",
  "replies.none": "Byrån har inga sparade svar ännu.",
  "replies.noneMine": "Du har inga egna ännu. Ingen annan ser dem.",
  "replies.noneYet": "Det finns inga sparade svar ännu.",
  "replies.edit": "Ändra ”{title}”",
  "replies.delete": "Ta bort ”{title}”",
  "replies.deleteVerb": "Ta bort",
  "replies.deleteMine": "Det som har skrivits med det står kvar.",
  "replies.deleteFirms": "Ingen kollega kan längre använda det. Det som har skrivits med det står kvar.",
  "replies.leaveWhy": "Inget har sparats.",
  "replies.name": "Rubrik",
  "replies.nameHint": "Klienter ser den aldrig.",
  "replies.nameMissing": "Ge det en rubrik.",
  "replies.text": "Text",
  "replies.textMissing": "Skriv något.",
  "replies.onlyMe": "Bara för mig",
  "replies.save": "Spara",
  "replies.search": "Hitta ett sparat svar",
  "replies.mineNote": "ditt eget",
  "replies.manage": "Hantera sparade svar",
};
