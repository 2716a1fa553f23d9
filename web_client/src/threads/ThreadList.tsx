// The list of threads: title, New chat, search, Active and Archived, filters, rows. One tab stop, arrow keys inside.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { FilterChip } from "../kit/Chip.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { ArchiveIcon, ChatIcon, ClockIcon, PlusIcon, SearchIcon } from "../kit/icons.tsx";
import { SearchField } from "../kit/SearchField.tsx";
import { Tabs } from "../kit/Tabs.tsx";
import { FILTERS, filters, type ThreadFilter } from "./filters.ts";
import type { ThreadListView, ThreadTab } from "./models.ts";
import { StaffRow } from "./StaffRow.tsx";
import { ThreadRows } from "./ThreadRows.tsx";

export interface ThreadListProps {
  readonly view: ThreadListView;
  readonly hrefOf: (threadId: string) => string;
  readonly onOpen: (threadId: string) => void;
  readonly onNew: () => void;
  /** To what is to be created later. */
  readonly onScheduled: () => void;
  readonly onTab: (tab: ThreadTab) => void;
  readonly onFilter: (filter: ThreadFilter) => void;
  readonly onSearch: (text: string) => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
}

export function ThreadList(props: ThreadListProps): JSX.Element {
  const { view } = props;
  return (
    <div class="thread-list">
      <header class="thread-list__head">
        <h1 class="thread-list__title">{t("list.title")}</h1>
        <IconButton icon={ClockIcon} label={t("laterChat.page")} onClick={props.onScheduled} />
        <Button kind="primary" icon={PlusIcon} onClick={props.onNew}>
          {t("list.new")}
        </Button>
      </header>
      <div class="thread-list__search">
        <SearchField
          label={t("list.search")}
          value={view.search}
          onInput={props.onSearch}
          after={view.search === "" ? <kbd class="key">/</kbd> : undefined}
        />
      </div>
      <Tabs
        name="threads"
        label={t("list.state")}
        selected={view.tab}
        onSelect={props.onTab}
        tabs={[
          { id: "active", label: t("list.active"), count: view.activeCount || undefined },
          { id: "archived", label: t("list.archived") },
        ]}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: no form, so no fieldset */}
      <div class="thread-list__filters" role="group" aria-label={t("list.filters")}>
        {filters.map((which) => {
          const { label } = FILTERS[which];
          return (
            label && (
              <FilterChip
                key={which}
                pressed={view.filter === which}
                count={(which === "unread" && view.unreadCount) || undefined}
                onClick={() => props.onFilter(view.filter === which ? "all" : which)}
              >
                {t(label)}
              </FilterChip>
            )
          );
        })}
      </div>
      <div
        class="thread-list__rows"
        role="tabpanel"
        id="threads-panel"
        aria-labelledby={`threads-${view.tab}`}
      >
        <ThreadRows {...props} row={StaffRow} empty={() => <Empty {...props} />} />
      </div>
    </div>
  );
}

function Empty({ view, onNew, onFilter, onSearch }: ThreadListProps): JSX.Element {
  if (view.search !== "" || view.filter !== "all") {
    const clear = (): void => {
      onSearch("");
      onFilter("all");
    };
    return (
      <EmptyState
        icon={SearchIcon}
        title={t("list.noHits")}
        action={<Button onClick={clear}>{t("list.showAll")}</Button>}
      >
        {t("list.noHitsWhy")}
      </EmptyState>
    );
  }
  if (view.tab === "archived") {
    return (
      <EmptyState icon={ArchiveIcon} title={t("list.noneArchived")}>
        {t("list.noneArchivedWhy")}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={ChatIcon}
      title={t("list.none")}
      action={<Button onClick={onNew}>{t("list.new")}</Button>}
    >
      {t("list.noneWhy")}
    </EmptyState>
  );
}
