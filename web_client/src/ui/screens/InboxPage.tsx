// The staff feed: what happened in my threads, one entry each, by day. The day's name stands in the margin.

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { now } from "../../i18n/clock.ts";
import { format, type PlainKey, t } from "../../i18n/index.ts";
import { Button } from "../Button.tsx";
import { EmptyState } from "../EmptyState.tsx";
import { moveFocus } from "../focus.ts";
import { InboxEntry, type InboxEntryProps } from "../InboxEntry.tsx";
import { ArchiveIcon, InboxIcon } from "../icons.tsx";
import type { InboxEntryView, InboxFilter, StaffChoice } from "../models.ts";
import { Skeleton } from "../Skeleton.tsx";
import { Tabs } from "../Tabs.tsx";

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

/** Whether an entry stands under a tab. */
export function inFilter(entry: InboxEntryView, filter: InboxFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "mentions":
      return entry.mentioned || entry.kind === "mention";
    case "messages":
      return (
        entry.kind === "message_from_contact" ||
        (entry.kind === "thread_created" && entry.actor.side === "contact")
      );
    case "tasks":
      return entry.kind === "tasks_changed" || entry.kind === "tasks_completed";
    case "assigned":
      return entry.kind === "assignment";
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
            {archived ? t("inbox.toInbox") : t("inbox.toArchived")}
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

function Days(props: InboxPageProps): JSX.Element {
  const { entries, staff, hrefOf, state, more, onMore, onRetry } = props;
  const words = format.value;
  const days = useMemo(() => byDay(entries, words.dayKey), [entries, words]);
  if (state === "loading" && entries.length === 0) return <Skeleton kind="entries" />;
  if (state === "failed") {
    return (
      <EmptyState
        icon={InboxIcon}
        title={t("list.failed")}
        action={<Button onClick={onRetry}>{t("retry")}</Button>}
      >
        {t("list.failedWhy")}
      </EmptyState>
    );
  }
  if (entries.length === 0) {
    return (
      <EmptyState icon={InboxIcon} title={t("inbox.empty")}>
        {t("inbox.emptyWhy")}
      </EmptyState>
    );
  }
  const first = entries[0]?.id;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys between the links, which do the rest
    <div
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
                  href={hrefOf(entry.threadId)}
                  tabStop={entry.id === first}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {more && (
        <div class="thread-list__more">
          <Button kind="quiet" onClick={onMore}>
            {t("list.more")}
          </Button>
        </div>
      )}
    </div>
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
