// The inbox of staff, from what the desk knows. Entries come with events; pages of older ones are asked for.

import "../kit/page.css";
import "../letters/letters.css";
import "./inbox.css";
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { insist } from "../core/api.ts";
import type { Id, Notification } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { copiesAgain, tryAgain } from "../letters/retry.ts";
import { Choice, go } from "../shell/router.ts";
import { attempt, say } from "../shell/toasts.ts";
import { useStaffChoices } from "../staff/choices.ts";
import { inboxEntryView } from "./entries.ts";
import { lettersOf } from "./InboxEntry.tsx";
import { InboxPage } from "./InboxPage.tsx";
import type { InboxFilter } from "./models.ts";

interface Loaded {
  readonly state: "loading" | "ready" | "failed";
  readonly next?: string;
}

const filter = new Choice<InboxFilter>("filter", ["all", "mentions", "messages", "tasks", "assigned"]);
const place = new Choice("state", ["open", "archived"]);
const pages = signal<Readonly<Record<"open" | "archived", Loaded>>>({
  open: { state: "loading" },
  archived: { state: "loading" },
});
const pickerFor = signal<Id | undefined>(undefined);

async function load(desk: Desk, more = false): Promise<void> {
  const kind = place.value;
  const known = pages.value[kind];
  try {
    const page = await insist(() =>
      desk.client.api.call("notification.list", {
        archived: kind === "archived",
        ...(more && known.next ? { after: known.next } : {}),
      }),
    );
    desk.client.dispatch({ type: "notifications", page });
    pages.value = { ...pages.value, [kind]: { state: "ready", ...(page.next ? { next: page.next } : {}) } };
  } catch {
    pages.value = {
      ...pages.value,
      [kind]: { ...known, state: known.state === "ready" ? "ready" : "failed" },
    };
  }
}

export function Inbox({ desk }: { readonly desk: Desk }): JSX.Element {
  const { client, directory } = desk;
  const state = client.state.value;
  const loaded = pages.value[place.value];
  const archived = place.value === "archived";
  const [staff, onStaffNeeded] = useStaffChoices(desk, pickerFor.value);
  useEffect(() => void load(desk), [archived]);
  const entries = state.notifications
    .values()
    .filter((entry) => (entry.archived ?? false) === archived)
    .sort((a, b) => b.at - a.at)
    .map((entry) => inboxEntryView(entry, state, directory.staff.value));
  return (
    <InboxPage
      entries={entries}
      filter={filter.value}
      archived={archived}
      state={loaded.state}
      more={loaded.next !== undefined}
      staff={staff}
      hrefOf={desk.hrefOf}
      onOpen={({ about, account, threadId }) => {
        if (about === undefined) go(desk.hrefOf(threadId));
        else if (about.href) go(about.href);
        else if (about.contactId) desk.contact.value = { accountId: account.id, contactId: about.contactId };
      }}
      onFilter={filter.choose}
      onArchived={(next) => place.choose(next ? "archived" : "open")}
      onArchive={(id, to) => void archive(desk, id, to)}
      onArchiveRead={() => {
        for (const entry of entries) if (!entry.unread) void archive(desk, entry.id, true, true);
      }}
      onAssign={(threadId, staffId) => void desk.assign(threadId, staffId)}
      onPickerOpen={(accountId) => {
        pickerFor.value = accountId;
        onStaffNeeded();
      }}
      onMailAgain={(entry) =>
        void (entry.copies
          ? copiesAgain(client.api)
          : tryAgain(client.api, entry.account.id, lettersOf(entry)))
      }
      onMore={() => void load(desk, true)}
      onRetry={() => void load(desk)}
    />
  );
}

/** Put away at once, taken back if that is refused. */
async function archive(desk: Desk, id: Id, to: boolean, quiet = false): Promise<void> {
  const before = desk.client.state.value.notifications.get(id);
  if (before === undefined) return;
  const show = (entry: Notification, by: number): void => {
    const open_count = Math.max(0, desk.client.state.value.open_count + by);
    desk.client.dispatch({ type: "notifications", page: { notifications: [entry], open_count } });
  };
  const step = to ? -1 : 1;
  show({ ...before, archived: to }, step);
  const done = await attempt(() =>
    desk.client.api.call("notification.archive", { notification_id: id, archived: to }),
  );
  if (!done) show(before, -step);
  else if (to && !quiet) {
    const action = { label: t("undo"), run: () => void archive(desk, id, false, true) };
    say(t("toast.entryArchived"), { icon: "archive", action });
  }
}
