// Made-up people and threads for the gallery: the ones in the design's pictures. Nothing here reaches a build.

export * from "./cast/inbox.ts";
export * from "./cast/messages.ts";
export * from "./cast/people.ts";
export * from "./cast/reminders.ts";
export * from "./cast/tasks.ts";
export * from "./cast/threads.ts";
