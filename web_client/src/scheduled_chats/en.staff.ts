// English for the console: scheduled chats.

import type { Message } from "../i18n/types.ts";

export const scheduledChats = {
  "laterChat.title": "Create later",
  "laterChat.page": "Scheduled chats",
  "laterChat.hint": "New chats that are created at a later time. The client sees nothing before that.",
  "laterChat.none":
    "No new chat waits to be created. Choose the clock beside “Create chat” to have one be created later.",
  "laterChat.edit": "Change what waits",
  "laterChat.editOne": "Change “{subject}”",
  "laterChat.now": "Create now",
  "laterChat.cancel": "Don’t create",
  "laterChat.cancelOne": "Don’t create “{subject}”",
  "laterChat.cancelTitle": "Not create this chat?",
  "laterChat.waits": "Created {when}",
  "laterChat.notCreated": "Not created {when}: {why}",
  "laterChat.scheduled": "The chat is created {when}",
  "laterChat.show": "Show",
  "laterChat.stoppedInbox": "A new chat by {name} was not created at its time. {why}",
} as const satisfies Readonly<Record<string, Message>>;
