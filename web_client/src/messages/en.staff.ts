// English for the console: messages and how they are written.

import type { Message } from "../i18n/types.ts";

export const messages = {
  "message.internal": "Internal · never sent to the client",
  "message.internalSpoken": "Internal note",
  "message.reply": "Reply with quote",
  "system.assigned": "{actor} assigned the chat to {assignee}",
  "system.tookOver": "{actor} took over the chat",
  "system.unassigned": "{actor} removed the assignee",
  "system.snoozed": "{actor} snoozed the chat until {when}",
  "system.snoozedForAnswer": "{actor} snoozed the chat until the client writes",
  "system.woken": "{actor} ended the snooze",
  "system.takenDown": "{actor} took the chat down from the top",
  "system.snoozeOver": "The snooze is over",
  "system.reminded": "Reminder {number} of {of} sent to {names}",
  "system.remindedByHand": "{actor} reminded {names} by hand",
  "system.notReminded": "The reminder to {names} was not sent",
  "composer.label": "Message to the client",
  "composer.internalLabel": "Internal note",
  "composer.internalPlaceholder": "Write to your colleagues",
  "composer.internal": "Internal note",
  "composer.neverSeen": "Never sent to the client",
  "composer.nowInternal": "Internal, the client will not see this",
  "composer.nowContact": "To the client",
  "composer.save": "Save internally",
  "composer.sendTo": "Send to {name}",
  "composer.sendToMore": { one: "Send to {name} and 1 more", other: "Send to {name} and {n} more" },
  "format.mention": "Mention a colleague",
  "receipt.mailed": "E-mailed to {names}",
  "receipt.about": "What this can't tell",
  "receipt.notInMail": "Reading in the e-mail alone doesn't show here.",
} as const satisfies Readonly<Record<string, Message>>;
