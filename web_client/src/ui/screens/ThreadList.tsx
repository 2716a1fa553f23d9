// The list of threads: title, New chat, search, Active and Archived, filters, rows. One tab stop, arrow keys inside.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../Button.tsx";
import { FilterChip } from "../Chip.tsx";
import { EmptyState } from "../EmptyState.tsx";
import { Field } from "../Field.tsx";
import { moveFocus } from "../focus.ts";
import { ArchiveIcon, ChatIcon, PlusIcon, ProblemIcon, SearchIcon } from "../icons.tsx";
import { ListRow } from "../ListRow.tsx";
import type { ThreadFilter, ThreadListView, ThreadTab } from "../models.ts";
import { Skeleton } from "../Skeleton.tsx";
import { Tabs } from "../Tabs.tsx";

export interface ThreadListProps {
  readonly view: ThreadListView;
  readonly hrefOf: (threadId: string) => string;
  readonly onOpen: (threadId: string) => void;
  readonly onNew: () => void;
  readonly onTab: (tab: ThreadTab) => void;
  readonly onFilter: (filter: ThreadFilter) => void;
  readonly onSearch: (text: string) => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
}

export function ThreadList(props: ThreadListProps): JSX.Element {
  const { view } = props;
  const filter = (which: ThreadFilter): void => props.onFilter(view.filter === which ? "all" : which);
  const search = useRef<HTMLDivElement>(null);
  useSlash(search);
  return (
    <div class="thread-list">
      <header class="thread-list__head">
        <h1 class="thread-list__title">{t("list.title")}</h1>
        <Button kind="primary" icon={PlusIcon} onClick={props.onNew}>
          {t("list.new")}
        </Button>
      </header>
      <div class="thread-list__search" ref={search}>
        <Field
          label={t("list.search")}
          labelHidden
          type="search"
          icon={SearchIcon}
          placeholder={t("list.search")}
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
        <FilterChip pressed={view.filter === "mine"} onClick={() => filter("mine")}>
          {t("list.mine")}
        </FilterChip>
        <FilterChip
          pressed={view.filter === "unread"}
          count={view.unreadCount || undefined}
          onClick={() => filter("unread")}
        >
          {t("list.unread")}
        </FilterChip>
        <FilterChip pressed={view.filter === "open_tasks"} onClick={() => filter("open_tasks")}>
          {t("list.openTasks")}
        </FilterChip>
      </div>
      <div
        class="thread-list__rows"
        role="tabpanel"
        id="threads-panel"
        aria-labelledby={`threads-${view.tab}`}
      >
        <Rows {...props} />
      </div>
    </div>
  );
}

function Rows({
  view,
  hrefOf,
  onOpen,
  onMore,
  onRetry,
  onNew,
  onFilter,
  onSearch,
}: ThreadListProps): JSX.Element {
  if (view.state === "loading" && view.rows.length === 0) return <Skeleton kind="rows" />;
  if (view.state === "failed") {
    return (
      <EmptyState
        icon={ProblemIcon}
        title={t("list.failed")}
        action={<Button onClick={onRetry}>{t("retry")}</Button>}
      >
        {t("list.failedWhy")}
      </EmptyState>
    );
  }
  if (view.rows.length === 0)
    return <Empty view={view} onNew={onNew} onFilter={onFilter} onSearch={onSearch} />;
  const stop = view.rows.some((row) => row.id === view.selectedId) ? view.selectedId : view.rows[0]?.id;
  return (
    <>
      <ul
        class="rows"
        onKeyDown={(event) => moveFocus(event, "a[data-row]", "vertical")}
        data-column-focus-within
      >
        {view.rows.map((row) => (
          <ListRow
            key={row.id}
            row={row}
            href={hrefOf(row.id)}
            selected={row.id === view.selectedId}
            tabStop={row.id === stop}
            onOpen={onOpen}
          />
        ))}
      </ul>
      {view.more && (
        <div class="thread-list__more">
          <Button kind="quiet" onClick={onMore}>
            {t("list.more")}
          </Button>
        </div>
      )}
    </>
  );
}

type EmptyProps = Pick<ThreadListProps, "view" | "onNew" | "onFilter" | "onSearch">;

function Empty({ view, onNew, onFilter, onSearch }: EmptyProps): JSX.Element {
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

/** "/" goes to the search field, unless somebody is writing. */
function useSlash(search: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (
        event.key !== "/" ||
        event.ctrlKey ||
        event.metaKey ||
        target.isContentEditable ||
        target.matches("input, textarea, select")
      )
        return;
      const field = search.current?.querySelector("input");
      if (!field || field.getClientRects().length === 0) return;
      event.preventDefault();
      field.focus();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);
}
