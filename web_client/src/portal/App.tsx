// The portal's pages, a row each, in their layout. The firm is the brand here; the product isn't named.

import type { ComponentType, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { logout, meView } from "../shell/boot.ts";
import { lazy } from "../shell/lazy.tsx";
import { go, hasMoved, path } from "../shell/router.ts";
import { pathOf, type Route, routeAt } from "../shell/routes.ts";
import { useTitle } from "../shell/title.ts";
import { attempt, toast, unsay } from "../shell/toasts.ts";
import type { ContactListView } from "../threads/models.ts";
import { useReturning } from "../threads/opening.ts";
import { PortalChats } from "../threads/PortalChats.tsx";
import { PortalThread } from "../threads/PortalThread.tsx";
import { rowView } from "../threads/rows.ts";
import { useSearch } from "../threads/searching.ts";
import { PortalHome } from "./PortalHome.tsx";
import { PortalLayout, type PortalPlace } from "./PortalLayout.tsx";
import { CHATS, hrefOf, listed, THREAD, type Visit } from "./visit.ts";

const Documents = lazy(async () => (await import("../documents/PortalDocuments.tsx")).Documents);
const Account = lazy(async () => (await import("../sessions/PortalAccount.tsx")).Account);
const Keys = lazy(
  async () => (await import("./PortalKeys.tsx")).PortalKeys,
  () => null,
);
const NewChat = lazy(async () => (await import("../threads/PortalNewChat.tsx")).NewChat);
const Nowhere = lazy(async () => (await import("../shell/Nowhere.tsx")).Nowhere);

interface PageProps {
  readonly visit: Visit;
}

type Row = Route<PortalPlace, ComponentType<PageProps>>;

const ROUTES: readonly [Row, ...Row[]] = [
  { place: "home", path: "/portal", title: "portal.home", page: Home },
  { place: "chats", path: CHATS, title: "list.title", page: Chats },
  { place: "chats", path: THREAD, title: "list.title", page: Chats },
  { place: "documents", path: "/portal/documents", title: "docs.title", page: Documents },
  { place: "account", path: "/portal/settings", title: "account.title", page: Account },
];
const hrefTo = (place: PortalPlace): string => pathOf(ROUTES, place);

export function App({ visit }: PageProps): JSX.Element {
  const { client } = visit;
  const me = visit.me.value;
  const { place, title, page: Page } = routeAt(ROUTES, path.value, me.may) ?? { title: "nowhere.title" };
  const unreadCount = visit.home.view.value.unread.reduce((sum, row) => sum + row.unread, 0);
  useTitle(`${t(title)} · ${isolated(me.firm.name)}`, unreadCount);
  return (
    <PortalLayout
      me={meView(me)}
      accounts={(me.accounts ?? []).map(({ id, name }) => ({ id, name }))}
      accountId={visit.accountId.value}
      place={place}
      unreadCount={unreadCount}
      inThread={visit.threadId.value !== null}
      connection={visit.page.connection.value}
      toast={toast.value}
      hrefOf={hrefTo}
      onGo={(to) => go(hrefTo(to))}
      onAccount={(id) => {
        visit.choose(id);
        if (visit.threadId.value !== null) go(hrefTo("home"));
      }}
      onLogout={() => void attempt(() => logout(visit.page))}
      onRetry={() => client.wake()}
      onToastDone={unsay}
    >
      {Page ? (
        <Page visit={visit} />
      ) : (
        <Nowhere firm={me.firm.name} home={t("portal.home")} onHome={() => go(hrefTo("home"))} />
      )}
      {visit.newChat.value && <NewChat visit={visit} />}
      <Keys visit={visit} />
    </PortalLayout>
  );
}

function Home({ visit }: PageProps): JSX.Element {
  const { home, ticks } = visit;
  return (
    <PortalHome
      view={home.view.value}
      hrefOf={hrefOf}
      onOpen={(id) => go(hrefOf(id))}
      onTick={(threadId, taskId, done) => void ticks.set(threadId, taskId, done)}
      onAccount={(id) => visit.choose(id)}
      onRetry={() => void home.load()}
    />
  );
}

function Chats({ visit }: PageProps): JSX.Element {
  const { lists, client } = visit;
  const query = lists.query.value;
  const state = client.state.value;
  const drafts = client.drafts?.begun.value;
  const selectedId = visit.threadId.value;
  useReturning(selectedId);
  const search = useSearch(lists);
  const rows = lists.rows.value;
  const view: ContactListView = {
    tab: query.state,
    search: query.search,
    activeCount: query.state === "active" && query.search === "" ? rows.length : 0,
    rows: rows.map((row) => rowView(row, state, drafts ? { drafts } : {})),
    state: lists.state.value.state,
    more: lists.state.value.next !== undefined,
    ...(selectedId ? { selectedId } : {}),
  };
  return (
    <PortalChats
      view={view}
      canCreate={visit.me.value.firm.clients_may_create_threads ?? true}
      hrefOf={hrefOf}
      onOpen={(id) => go(hrefOf(id))}
      onNew={() => {
        visit.newChat.value = true;
      }}
      onTab={listed.choose}
      onSearch={search}
      onMore={() => void lists.load(true)}
      onRetry={() => void lists.load()}
    >
      {selectedId !== null && <OpenThread visit={visit} />}
    </PortalChats>
  );
}

function OpenThread({ visit }: PageProps): JSX.Element | null {
  const { thread, client } = visit;
  const view = thread.view.value;
  const id = view?.header.id;
  if (view === undefined || id === undefined) return null;
  const tasks = visit.ticks.shown(client.state.value.opened[id]?.tasks ?? []);
  return (
    <PortalThread
      view={view}
      tasks={tasks}
      meId={visit.me.value.person.id}
      teamOnline={client.state.value.team_online}
      openedFor={visit.toWrite === id ? "writing" : hasMoved() ? "reading" : undefined}
      hasDocuments={client.state.value.rows.get(id)?.has_documents}
      files={thread.files.value}
      onBack={() => go(hrefOf())}
      onSend={(body) => thread.onSend(body, false)}
      onDraft={(body) => thread.onDraft({ body, internal: false })}
      onTyping={() => thread.onTyping(false)}
      onTick={(taskId, done) => void visit.ticks.set(id, taskId, done)}
      onRetry={thread.onRetry}
      onDiscard={thread.onDiscard}
      onOlder={thread.onOlder}
      onSeen={thread.onSeen}
      onReload={thread.onReload}
    />
  );
}
