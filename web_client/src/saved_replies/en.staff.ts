// English for the console: saved replies.

import type { Message } from "../i18n/types.ts";

export const savedReplies = {
  "replies.title": "Saved replies",
  "replies.new": "New saved reply",
  "replies.firms": "The firm’s",
  "replies.mine": "Your own",
  "replies.none": "The firm has no saved replies yet.",
  "replies.noneMine": "You have none of your own yet. Nobody else sees them.",
  "replies.noneYet": "There are no saved replies yet.",
  "replies.edit": "Edit “{title}”",
  "replies.delete": "Delete “{title}”",
  "replies.deleteVerb": "Delete",
  "replies.deleteMine": "What was written with it stays as it is.",
  "replies.deleteFirms": "No colleague can use it any more. What was written with it stays as it is.",
  "replies.leaveWhy": "Nothing has been saved.",
  "replies.name": "Title",
  "replies.nameHint": "Clients never see it.",
  "replies.nameMissing": "Give it a title.",
  "replies.text": "Text",
  "replies.textMissing": "Write something.",
  "replies.onlyMe": "Only for me",
  "replies.save": "Save",
  "replies.search": "Find a saved reply",
  "replies.mineNote": "your own",
  "replies.manage": "Manage saved replies",
} as const satisfies Readonly<Record<string, Message>>;
