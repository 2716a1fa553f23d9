// What staff can do to the open thread, besides what has a button of its own: the header's menu is made from this table. A
// row says when it fits, and what it does; what it asks first is fetched then.

import { type Desk, documentsHref } from "../console/desk.ts";
import type { Thread } from "../core/protocol.gen.ts";
import { type PlainKey, t } from "../i18n/index.ts";
import { CheckIcon, ClockIcon, FolderIcon, type Icon, UnreadIcon } from "../kit/icons.tsx";
import type { MenuItem } from "../kit/Menu.tsx";
import { lazy } from "../shell/lazy.tsx";
import { go } from "../shell/router.ts";
import { attempt, say } from "../shell/toasts.ts";
import { backAt } from "./order.ts";
import { untilText } from "./snoozing.ts";

interface Act {
  readonly label: PlainKey;
  readonly icon: Icon;
  /** Whether it is offered. */
  readonly fits: (row: Thread, desk: Desk) => boolean;
  readonly run: (row: Thread, desk: Desk) => void;
}

const ACTS: readonly Act[] = [
  {
    label: "thread.unread",
    icon: UnreadIcon,
    fits: ({ id }, desk) => desk.lastWord(id) !== undefined,
    run: ({ id }, desk) => void desk.markUnread(id, desk.lastWord(id) ?? 0),
  },
  {
    label: "thread.snooze",
    icon: ClockIcon,
    fits: ({ state, staff }) => state === "active" && !staff?.snooze,
    run: (row, desk) => {
      desk.over.value = (
        <SnoozeDialog
          onChoose={(until) => void snooze(row, desk, until)}
          onClose={() => {
            desk.over.value = null;
          }}
        />
      );
    },
  },
  { label: "thread.wake", icon: ClockIcon, fits: ({ staff }) => !!staff?.snooze, run: wake },
  {
    label: "docs.all",
    icon: FolderIcon,
    fits: () => true,
    run: ({ account }) => go(documentsHref(account.id)),
  },
  { label: "thread.takeDown", icon: CheckIcon, fits: (row) => backAt(row) > 0, run: wake },
];

const SnoozeDialog = lazy(async () => (await import("./SnoozeDialog.tsx")).SnoozeDialog);

/** Put off by what is known of it here: an answer that comes meanwhile ends it (SS-2). It is left, as what is done. */
async function snooze(row: Thread, desk: Desk, until?: number): Promise<void> {
  const args = { thread_id: row.id, seq: row.head, ...(until === undefined ? {} : { until }) };
  if (!(await attempt(() => desk.client.api.call("thread.snooze", args)))) return;
  go(desk.chatsHref());
  say(untilText(until), { action: { label: t("undo"), run: () => wake(row, desk) } });
}

function wake({ id }: Thread, desk: Desk): void {
  void attempt(() => desk.client.api.call("thread.wake", { thread_id: id }));
}

/** What fits a thread as it is, for a menu. */
export function actsOn(row: Thread | undefined, desk: Desk): MenuItem[] {
  if (row === undefined) return [];
  return ACTS.filter(({ fits }) => fits(row, desk)).map(({ label, icon, run }) => ({
    label: t(label),
    icon,
    onSelect: () => run(row, desk),
  }));
}
