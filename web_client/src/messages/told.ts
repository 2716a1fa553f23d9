// What is told in a line of the stream though nobody wrote it: one row says of each event where it is told, with which icon and in
// which words. An event without a row is told nowhere. The rows of what only staff hear stand in told_to_staff.ts.

import type { Event } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { ArchiveIcon, CheckIcon, type Icon, PencilIcon } from "../kit/icons.tsx";
import type { SystemView } from "./models.ts";

/** `place`: as it stands in the stream, or by its time, for what has no place among what clients see. */
type Place = "stream" | "time";
type Told<E> = readonly [place: Place, icon: Icon, words: (system: SystemView<E>) => string];

export type ToldRows = { readonly [T in Event["type"]]?: Told<Extract<Event, { readonly type: T }>> };

const told: ToldRows = {
  "thread.renamed": [
    "stream",
    PencilIcon,
    ({ actor, event }) => t("system.renamed", { actor, subject: event.subject }),
  ],
  "thread.archived": [
    "stream",
    ArchiveIcon,
    ({ actor }) => (actor ? t("system.archived", { actor }) : t("system.archivedAlone")),
  ],
  "thread.reopened": ["stream", ArchiveIcon, ({ actor }) => t("system.reopened", { actor })],
  "tasks.completed": ["stream", CheckIcon, () => t("system.tasksCompleted")],
};

/** What is told besides: of what only staff hear (told_to_staff.ts), which clients' pages needn't fetch. */
export function tellAlso(rows: ToldRows): void {
  Object.assign(told, rows);
}

/** Where an event is told in a line, if it is. */
export function placeOf({ type }: Event): Place | undefined {
  return told[type]?.[0];
}

/** The line's words. */
export function systemText(system: SystemView): string {
  return (told[system.event.type] as Told<Event> | undefined)?.[2](system) ?? "";
}

/** The line's icon. */
export function systemIcon({ event }: SystemView): Icon {
  return told[event.type]?.[1] ?? CheckIcon;
}
