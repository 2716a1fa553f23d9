// The console's pages that the settings lead to, besides those of the rail: a row each.

import type { ComponentType } from "preact";
import { lazy } from "../shell/lazy.tsx";
import type { Route } from "../shell/routes.ts";
import type { Desk } from "./desk.ts";

/** The settings' own place in the rail, and in the table of App.tsx. */
type Row = Route<"account", ComponentType<{ readonly desk: Desk }>>;

export const FURTHER: readonly Row[] = [
  {
    place: "account",
    path: "/console/templates",
    title: "templates.title",
    page: lazy(async () => (await import("../templates/ConsoleTemplates.tsx")).Templates),
  },
  {
    place: "account",
    path: "/console/replies",
    title: "replies.title",
    page: lazy(async () => (await import("../saved_replies/ConsoleSavedReplies.tsx")).SavedReplies),
  },
];
