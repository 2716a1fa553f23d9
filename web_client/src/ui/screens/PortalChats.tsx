// Chats & tasks: the list, the thread and "To do" beside each other where there is room; phones show one at a time.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Button } from "../Button.tsx";
import { EmptyState } from "../EmptyState.tsx";
import { moveFocus } from "../focus.ts";
import { ChatIcon, PlusIcon, ProblemIcon } from "../icons.tsx";
import { ClientListRow } from "../ListRow.tsx";
import type { ThreadListView, ThreadTab } from "../models.ts";
import { Skeleton } from "../Skeleton.tsx";
import { Tabs } from "../Tabs.tsx";

export interface PortalChatsProps {
  readonly view: ThreadListView;
  /** The firm lets clients start threads (AC-3). */
  readonly canCreate: boolean;
  readonly hrefOf: (threadId: string) => string;
  readonly onOpen: (threadId: string) => void;
  readonly onNew: () => void;
  readonly onTab: (tab: ThreadTab) => void;
  readonly onMore: () => void;
  readonly onRetry: () => void;
  /** The open thread with its "To do" column, or nothing. */
  readonly children?: ComponentChildren;
}

export function PortalChats(props: PortalChatsProps): JSX.Element {
  const { view, canCreate, children } = props;
  return (
    <div class={children ? "portal-chats portal-chats--open" : "portal-chats"}>
      <section class="portal-list" aria-label={t("list.title")}>
        <header class="portal-list__head">
          <h1 class="portal-list__title">{t("list.title")}</h1>
          {canCreate && (
            <Button icon={PlusIcon} onClick={props.onNew}>
              {t("list.new")}
            </Button>
          )}
        </header>
        <Tabs
          name="portal"
          label={t("list.state")}
          selected={view.tab}
          onSelect={props.onTab}
          tabs={[
            { id: "active", label: t("list.active"), count: view.activeCount || undefined },
            { id: "archived", label: t("list.archived") },
          ]}
        />
        <div
          class="portal-list__rows"
          role="tabpanel"
          id="portal-panel"
          aria-labelledby={`portal-${view.tab}`}
        >
          <Rows {...props} />
        </div>
      </section>
      {children || (
        <div class="portal-chats__none">
          <EmptyState icon={ChatIcon} title={t("thread.none")}>
            {t("portal.noneWhy")}
          </EmptyState>
        </div>
      )}
    </div>
  );
}

function Rows({ view, canCreate, hrefOf, onOpen, onMore, onRetry }: PortalChatsProps): JSX.Element {
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
  if (view.rows.length === 0) {
    return (
      <EmptyState
        icon={ChatIcon}
        title={view.tab === "active" ? t("portal.noChats") : t("list.noneArchived")}
      >
        {view.tab === "active" && (canCreate ? t("portal.noChatsStart") : t("portal.noChatsWait"))}
      </EmptyState>
    );
  }
  const stop = view.rows.some((row) => row.id === view.selectedId) ? view.selectedId : view.rows[0]?.id;
  return (
    <>
      <ul class="rows" onKeyDown={(event) => moveFocus(event, "a[data-row]", "vertical")}>
        {view.rows.map((row) => (
          <ClientListRow
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
