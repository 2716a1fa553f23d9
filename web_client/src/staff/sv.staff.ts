// Svenska för konsolen: kollegor och vem en chatt är tilldelad.

import type { Translated } from "../i18n/types.ts";
import type { staff as english } from "./en.staff.ts";

export const staff: Translated<typeof english> = {
  assign: "Tilldela",
  "assign.to": "Tilldelad {name}",
  "assign.clear": "Ingen",
  "picker.search": "Sök kollega",
  "picker.colleagues": "Kollegor",
  "picker.hasAccess": "Har tillgång till {account}",
  "picker.noAccess": "Saknar tillgång, kan inte väljas",
  "picker.none": "Ingen kollega med det namnet",
  "picker.nothing": "Inget hittades",
  "picker.open": { one: "{n} öppen", other: "{n} öppna" },
  "toast.assigned": "Tilldelad {name}",
  "toast.tookOver": "Du har tagit över chatten",
  "toast.unassigned": "Ingen är tilldelad nu",
};
