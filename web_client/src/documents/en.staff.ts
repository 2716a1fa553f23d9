// English for the console: documents.

import type { Message } from "../i18n/types.ts";

export const documents = {
  "seen.private": "Only the firm sees it.",
  "seen.nobody": "No contact sees it.",
  "seen.by": { one: "{names} sees it.", other: "{names} see it." },
  "seen.edits": { one: "{names} sees it and may change it.", other: "{names} see it and may change it." },
  "seen.client_views": "The client sees it.",
  "seen.client_edits": "The client sees it and may change it.",
  "docs.all": "All documents of the client",
  "docs.save": "Save",
  "docs.access": "What the client may do",
  "docs.accessTitle": "Who sees {name}",
  "docs.accessEdits": "See it and change it",
  "docs.accessViews": "See it",
  "docs.accessNone": "Nothing: only the firm sees it",
  "docs.asFolder": "As everybody at the client",
  "docs.seesNothing": "Doesn’t see it",
  "docs.views": "Sees it",
  "docs.edits": "Sees it and may change it",
  "docs.none": "No documents that you may see",
  "docs.add": "Add documents",
  "docs.asNew": "Mark as new to us",
  "docs.notNew": "Mark as seen by us",
  "docs.asNewToContacts": "Mark as new to the client",
  "docs.notNewToContacts": "Mark as seen by the client",
  "docs.delete": "Delete {name}?",
  "docs.deleteWhy":
    "It disappears from the chat and from its folder, for the client too. It stays in the trash for 120 days.",
  "docs.deleted": "{name} is in the trash",
} as const satisfies Readonly<Record<string, Message>>;
