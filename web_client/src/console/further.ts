// The console's pages that the settings lead to, besides those of the rail: a row each.

import type { ComponentType } from "preact";
import { SCHEDULED } from "../scheduled_chats/place.ts";
import { lazy } from "../shell/lazy.tsx";
import type { Route } from "../shell/routes.ts";
import type { Desk } from "./desk.ts";

/** The settings' own place in the rail, and in the table of App.tsx. */
type Row = Route<"account", ComponentType<{ readonly desk: Desk }>>;

/** What stands there, fetched together with the settings themselves. */
export const pages = () => import("./further_pages.ts");

export const FURTHER: readonly Row[] = [
  {
    place: "account",
    path: SCHEDULED,
    title: "laterChat.page",
    page: lazy(async () => (await pages()).Scheduled),
  },
  {
    place: "account",
    path: "/console/templates",
    title: "templates.title",
    page: lazy(async () => (await pages()).Templates),
  },
  {
    place: "account",
    path: "/console/replies",
    title: "replies.title",
    page: lazy(async () => (await pages()).SavedReplies),
  },
  {
    place: "account",
    path: "/console/fields",
    title: "fields.title",
    right: "manage_custom_fields",
    page: lazy(async () => (await pages()).Fields),
  },
];
