// The portal's places, by path, in their layout. The firm is the brand here; the product isn't named.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { rowView } from "../core/views/rows.ts";
import { logout, meView } from "../shell/boot.ts";
import { lazy } from "../shell/lazy.tsx";
import { go, path } from "../shell/router.ts";
import { attempt, toast, unsay } from "../shell/toasts.ts";
import type { ThreadListView } from "../ui/models.ts";
import { PortalChats } from "../ui/screens/PortalChats.tsx";
import { PortalHome } from "../ui/screens/PortalHome.tsx";
import { PortalLayout, type PortalPlace } from "../ui/screens/PortalLayout.tsx";
import { PortalThread } from "../ui/screens/PortalThread.tsx";
import { hrefOf, type Visit } from "./visit.ts";

const Account = lazy(async () => (await import("./Account.tsx")).Account);
const NewChat = lazy(async () => (await import("./NewChat.tsx")).NewChat);

const PATHS: Readonly<Record<PortalPlace, string>> = {
  home: "/portal",
  chats: "/portal/threads",
  account: "/portal/settings",
};

function placeOf(where: string): PortalPlace {
  if (where.startsWith(PATHS.chats)) return "chats";
  return where === PATHS.account ? "account" : "home";
}

export function App({ visit }: { readonly visit: Visit }): JSX.Element {
  const { client } = visit;
  const me = visit.me.value;
  const place = placeOf(path.value);
  const unreadCount = visit.home.view.value.unread.length;
  const firm = me.firm.name;
  useEffect(() => {
    document.title = unreadCount > 0 ? `(${unreadCount}) ${firm}` : firm;
  }, [unreadCount, firm]);
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
      hrefOf={(to) => PATHS[to]}
      onGo={(to) => go(PATHS[to])}
      onAccount={(id) => {
        visit.choose(id);
        if (visit.threadId.value !== null) go(PATHS.home);
      }}
      onLogout={() => void attempt(() => logout(visit.page))}
      onRetry={() => client.wake()}
      onToastDone={unsay}
    >
      {place === "home" && (
        <PortalHome
          view={visit.home.view.value}
          hrefOf={hrefOf}
          onOpen={(id) => go(hrefOf(id))}
          onTick={(threadId, taskId, done) => void visit.ticks.set(threadId, taskId, done)}
          onAccount={(id) => visit.choose(id)}
          onRetry={() => void visit.home.load()}
        />
      )}
      {place === "chats" && <Chats visit={visit} />}
      {place === "account" && <Account visit={visit} />}
      {visit.newChat.value && <NewChat visit={visit} />}
    </PortalLayout>
  );
}

function Chats({ visit }: { readonly visit: Visit }): JSX.Element {
  const { lists, client } = visit;
  const query = lists.query.value;
  const state = client.state.value;
  const drafts = client.drafts?.begun.value;
  const selectedId = visit.threadId.value;
  const rows = lists.rows.value;
  const view: ThreadListView = {
    tab: query.state,
    filter: "all",
    search: "",
    activeCount: query.state === "active" ? rows.length : 0,
    unreadCount: visit.home.view.value.unread.length,
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
      onTab={(tab) => lists.show({ ...query, state: tab })}
      onMore={() => void lists.load(true)}
      onRetry={() => void lists.load()}
    >
      {selectedId !== null && <OpenThread visit={visit} />}
    </PortalChats>
  );
}

function OpenThread({ visit }: { readonly visit: Visit }): JSX.Element | null {
  const { thread, client } = visit;
  const first = useRef(true);
  const view = thread.view.value;
  const id = view?.header.id;
  useEffect(() => {
    if (id !== undefined) first.current = false;
  }, [id]);
  if (view === undefined || id === undefined) return null;
  const tasks = visit.ticks.shown(client.state.value.opened[id]?.tasks ?? []);
  return (
    <PortalThread
      view={view}
      tasks={tasks}
      meId={visit.me.value.person.id}
      teamOnline={client.state.value.team_online}
      focusHeading={!first.current}
      onBack={() => go(PATHS.chats)}
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
