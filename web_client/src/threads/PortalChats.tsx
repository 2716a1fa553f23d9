// Chats & tasks: the list, the thread and "To do" beside each other where there is room; phones show one at a time.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { ChatIcon, PlusIcon, SearchIcon } from "../kit/icons.tsx";
import { SearchField } from "../kit/SearchField.tsx";
import { Tabs } from "../kit/Tabs.tsx";
import { ContactRow } from "./ContactRow.tsx";
import type { ContactListView, ThreadTab } from "./models.ts";
import { ThreadRows } from "./ThreadRows.tsx";

/** So many are seen at a glance. */
const FEW = 6;

export interface PortalChatsProps {
  readonly view: ContactListView;
  /** The firm lets clients start threads (AC-3). */
  readonly canCreate: boolean;
  readonly hrefOf: (threadId: string) => string;
  readonly onOpen: (threadId: string) => void;
  readonly onNew: () => void;
  readonly onTab: (tab: ThreadTab) => void;
  readonly onSearch: (text: string) => void;
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
        {(view.search !== "" || view.more || view.rows.length > FEW) && (
          <div class="portal-list__search">
            <SearchField label={t("portal.search")} value={view.search} onInput={props.onSearch} />
          </div>
        )}
        <div
          class="portal-list__rows"
          role="tabpanel"
          id="portal-panel"
          aria-labelledby={`portal-${view.tab}`}
        >
          <ThreadRows {...props} row={ContactRow} empty={() => <Empty {...props} />} />
        </div>
      </section>
      {children || (
        <div class="portal-chats__none">
          <EmptyState icon={ChatIcon} title={t("thread.none")} />
        </div>
      )}
    </div>
  );
}

function Empty({ view, canCreate, onSearch }: PortalChatsProps): JSX.Element {
  if (view.search !== "") {
    return (
      <EmptyState
        icon={SearchIcon}
        title={t("list.noHits")}
        action={<Button onClick={() => onSearch("")}>{t("list.showAll")}</Button>}
      />
    );
  }
  const active = view.tab === "active";
  return (
    <EmptyState icon={ChatIcon} title={active ? t("portal.noChats") : t("list.noneArchived")}>
      {active && (canCreate ? t("portal.noChatsStart") : t("portal.noChatsWait"))}
    </EmptyState>
  );
}
