// The settings and what they lead to, fetched together: who opens one of them is likely to open another.

export { Fields } from "../custom_fields/ConsoleFields.tsx";
export { SavedReplies } from "../saved_replies/ConsoleSavedReplies.tsx";
export { Scheduled } from "../scheduled_chats/ConsoleScheduled.tsx";
export { Account } from "../sessions/ConsoleAccount.tsx";
export { Templates } from "../templates/ConsoleTemplates.tsx";
