// The inbox: what happened in my threads, one entry each, by day. The day's name stands in the margin.

import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, type PlainKey, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { moveFocus } from "../kit/focus.ts";
import { ArchiveIcon, InboxIcon } from "../kit/icons.tsx";
import { useKeptRow } from "../kit/kept_row.ts";
import { Listing } from "../kit/Listing.tsx";
import { Tabs } from "../kit/Tabs.tsx";
import type { StaffChoice } from "../staff/models.ts";
import { InboxEntry, type InboxEntryProps } from "./InboxEntry.tsx";
import type { InboxEntryView, InboxFilter } from "./models.ts";

export interface InboxPageProps extends Omit<InboxEntryProps, "entry" | "href" | "staff" | "tabStop"> {
  readonly entries: readonly InboxEntryView[];
  readonly filter: InboxFilter;
  readonly archived: boolean;
  readonly state: "loading" | "ready" | "failed";
  readonly more: boolean;
  readonly staff: readonly StaffChoice[] | undefined;
  readonly hrefOf: (threadId: string) => string;
  readonly onFilter: (filter: InboxFilter) => void;
  readonly onArchived: (archived: boolean) => void;
  readonly onArchiveRead: () => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
}

const filters: readonly { id: InboxFilter; label: PlainKey }[] = [
  { id: "all", label: "inbox.all" },
  { id: "mentions", label: "inbox.mentions" },
  { id: "messages", label: "inbox.messages" },
  { id: "tasks", label: "inbox.taskChanges" },
  { id: "assigned", label: "inbox.mine" },
];

/** Whether an entry stands under a tab: under each that something in it belongs to. */
export function inFilter(entry: InboxEntryView, filter: InboxFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "mentions":
      return entry.mentioned || entry.gathered.some(({ kind }) => kind === "mention");
    case "messages":
      return entry.gathered.some(
        ({ kind, actor }) =>
          kind === "message_from_contact" || (kind === "thread_created" && actor.side === "contact"),
      );
    case "tasks":
      return entry.gathered.some(({ kind }) => kind === "tasks_changed" || kind === "tasks_completed");
    case "assigned":
      return entry.gathered.some(({ kind }) => kind === "assignment");
  }
}

export function InboxPage(props: InboxPageProps): JSX.Element {
  const { entries, filter, archived, onFilter, onArchived, onArchiveRead } = props;
  const shown = entries.filter((entry) => inFilter(entry, filter));
  const count = (which: InboxFilter): number => entries.filter((entry) => inFilter(entry, which)).length;
  const anyRead = entries.some((entry) => !entry.unread);
  return (
    <div class="page page--days">
      <header class="page__head">
        <h1 class="page__title">{archived ? t("inbox.titleArchived") : t("inbox.title")}</h1>
        <div class="page__acts">
          <Button
            kind="quiet"
            icon={archived ? InboxIcon : ArchiveIcon}
            onClick={() => onArchived(!archived)}
          >
            {archived ? t("inbox.toInbox") : t("inbox.titleArchived")}
          </Button>
          {!archived && anyRead && <Button onClick={onArchiveRead}>{t("inbox.archiveRead")}</Button>}
        </div>
      </header>
      <Tabs
        name="inbox"
        label={t("inbox.title")}
        selected={filter}
        onSelect={onFilter}
        tabs={filters.map(({ id, label }) => ({ id, label: t(label), count: count(id) || undefined }))}
      />
      <div role="tabpanel" id="inbox-panel" aria-labelledby={`inbox-${filter}`}>
        <Days {...props} entries={shown} />
      </div>
    </div>
  );
}

/** What is so where nothing stands, whatever is in other tabs and on pages that weren't fetched. */
export function inboxEmpty(filter: InboxFilter, archived: boolean, more: boolean) {
  if (filter !== "all" || more) return "inbox.emptyFilter";
  return archived ? "list.noneArchived" : "inbox.empty";
}

function Days(props: InboxPageProps): JSX.Element {
  const { entries, staff, hrefOf, state, more, onMore, onRetry } = props;
  const words = format.value;
  const days = useMemo(() => byDay(entries, words.dayKey), [entries, words]);
  const nothing = inboxEmpty(props.filter, props.archived, more);
  const empty = (
    <EmptyState
      icon={InboxIcon}
      title={t(nothing)}
      action={more && <Button onClick={onMore}>{t("list.more")}</Button>}
    >
      {nothing === "inbox.empty" ? t("inbox.emptyWhy") : undefined}
    </EmptyState>
  );
  const first = entries[0]?.id;
  const list = useRef<HTMLDivElement>(null);
  useKeptRow(list);
  return (
    <Listing
      skeleton="entries"
      state={state}
      empty={entries.length === 0 ? empty : undefined}
      more={more}
      onMore={onMore}
      onRetry={onRetry}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys between the links, which do the rest */}
      <div
        ref={list}
        onKeyDown={(event) =>
          (event.target as Element).matches("a[data-row]") && moveFocus(event, "a[data-row]", "vertical")
        }
      >
        {days.map(({ key, all }) => {
          const margin = words.marginDay(all[0]?.at ?? 0, now.value);
          return (
            <section key={key} class="days__day">
              <h2 class="days__margin">
                <span class="days__name">{margin.title}</span>
                <span class="days__date">{margin.date}</span>
              </h2>
              <ul class="days__entries">
                {all.map((entry) => (
                  <InboxEntry
                    key={entry.id}
                    {...props}
                    entry={entry}
                    staff={staff}
                    href={entry.about ? (entry.about.href ?? "/console/inbox") : hrefOf(entry.threadId)}
                    tabStop={entry.id === first}
                  />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </Listing>
  );
}

function byDay(
  entries: readonly InboxEntryView[],
  dayKey: (at: number) => string,
): { key: string; all: InboxEntryView[] }[] {
  const days: { key: string; all: InboxEntryView[] }[] = [];
  for (const entry of entries) {
    const key = dayKey(entry.at);
    const last = days.at(-1);
    if (last?.key === key) last.all.push(entry);
    else days.push({ key, all: [entry] });
  }
  return days;
}
