// What narrows the list of chats: one row says of each filter what it is called and which threads fit. Chips, addresses and
// lists are made from it.

import type * as p from "../core/protocol.gen.ts";
import type { PlainKey } from "../i18n/index.ts";

export type ThreadFilter = NonNullable<p.ThreadList["only"]>;

interface Filter {
  /** Of its chip; the one that takes nothing away has none. */
  readonly label?: PlainKey;
  readonly fits: (row: p.Thread, meId: p.Id | undefined) => boolean;
}

/** It is put off, and stands only where such are asked for, or words (SS-2). */
export function isAsleep({ staff }: p.Thread): boolean {
  return staff?.snooze !== undefined;
}

/** In the order of the chips, by the server's own rules. */
export const FILTERS: { readonly [F in ThreadFilter]: Filter } = {
  all: { fits: () => true },
  mine: { label: "list.mine", fits: ({ staff }, meId) => staff?.assignee_id === meId },
  unread: { label: "list.unread", fits: ({ unread = 0 }) => unread > 0 },
  open_tasks: {
    label: "list.openTasks",
    fits: ({ tasks_done = 0, tasks_total = 0 }) => tasks_done < tasks_total,
  },
  snoozed: { label: "list.snoozed", fits: isAsleep },
};

export const filters = Object.keys(FILTERS) as [ThreadFilter, ...ThreadFilter[]];
