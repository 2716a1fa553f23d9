// English for the console: colleagues and whom a chat is assigned to.

import type { Message } from "../i18n/types.ts";

export const staff = {
  assign: "Assign",
  "assign.to": "Assigned to {name}",
  "assign.clear": "Nobody",
  "picker.search": "Search colleague",
  "picker.colleagues": "Colleagues",
  "picker.hasAccess": "Has access to {account}",
  "picker.noAccess": "No access, cannot be chosen",
  "picker.none": "No colleague by that name",
  "picker.nothing": "Nothing found",
  "picker.open": { one: "{n} open", other: "{n} open" },
  "toast.assigned": "Assigned to {name}",
  "toast.tookOver": "You have taken over the chat",
  "toast.unassigned": "Nobody is assigned now",
} as const satisfies Readonly<Record<string, Message>>;
