// English for the console: templates.

import type { Message } from "../i18n/types.ts";

export const templates = {
  "templates.title": "Templates",
  "templates.hint": "What a new chat can begin with. A change leaves the chats as they are.",
  "templates.new": "New template",
  "templates.none": "The firm has no templates yet.",
  "templates.edit": "Edit “{name}”",
  "templates.duplicate": "Duplicate “{name}”",
  "templates.copyOf": "{name} (copy)",
  "templates.use": "Use “{name}”",
  "templates.useVerb": "Use",
  "templates.delete": "Delete “{name}”",
  "templates.deleteVerb": "Delete",
  "templates.deleteWhy":
    "No colleague can begin a chat with it any more. Chats that began with it stay as they are.",
  "templates.name": "Name",
  "templates.namePlaceholder": "Clients never see it",
  "templates.nameMissing": "Give it a name.",
  "templates.save": "Save",
  "templates.saveAndUse": "Save and use",
  "templates.leaveWhy": "Nothing has been saved.",
} as const satisfies Readonly<Record<string, Message>>;
