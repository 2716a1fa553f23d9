// The console's pages, a row each, in their layout.

import type { ComponentType, JSX } from "preact";
import { RUN, RUNS } from "../bulk/addresses.ts";
import { t } from "../i18n/index.ts";
import { logout, meView } from "../shell/boot.ts";
import { lazy } from "../shell/lazy.tsx";
import { go, path } from "../shell/router.ts";
import { pathOf, type Route, routeAt } from "../shell/routes.ts";
import { useTitle } from "../shell/title.ts";
import { attempt, toast, unsay } from "../shell/toasts.ts";
import { ChatList, ChatPanel, ChatThread } from "../threads/ConsoleChats.tsx";
import { ConsoleLayout } from "./ConsoleLayout.tsx";
import { CHATS, type Desk, DOCUMENTS, THREAD } from "./desk.ts";
import { FURTHER, pages } from "./further.ts";
import type { Place, RailProps } from "./Rail.tsx";

// The chats are what everybody comes for; the rest is fetched when it is shown, or when the page is idle.
const Inbox = lazy(async () => (await import("../inbox/ConsoleInbox.tsx")).Inbox);
const Tasks = lazy(async () => (await import("../tasks/ConsoleTasks.tsx")).Tasks);
const Clients = lazy(async () => (await import("../accounts/ConsoleClients.tsx")).Clients);
const Bulk = lazy(async () => (await import("../bulk/ConsoleBulk.tsx")).Bulk);
const Documents = lazy(async () => (await import("../documents/ConsoleDocuments.tsx")).Documents);
const Account = lazy(async () => (await pages()).Account);
const Contact = lazy(async () => (await import("../contacts/ConsoleContact.tsx")).Contact);
const Keys = lazy(
  async () => (await import("./ConsoleKeys.tsx")).ConsoleKeys,
  () => null,
);
const NewChat = lazy(async () => (await import("../threads/ConsoleNewChat.tsx")).NewChat);
const Nowhere = lazy(async () => (await import("../shell/Nowhere.tsx")).Nowhere);

interface PageProps {
  readonly desk: Desk;
}

/** Without a page of their own: the chats have columns instead. */
type Row = Route<Place, ComponentType<PageProps> | undefined>;

const ROUTES: readonly [Row, ...Row[]] = [
  { place: "chats", path: CHATS, title: "list.title", page: undefined },
  { place: "chats", path: THREAD, title: "list.title", page: undefined },
  { place: "inbox", path: "/console/inbox", title: "inbox.title", page: Inbox },
  { place: "tasks", path: "/console/tasks", title: "tasksPage.title", page: Tasks },
  { place: "clients", path: "/console/clients", title: "clients.title", page: Clients },
  { place: "clients", path: RUNS, title: "bulk.runs", page: Bulk },
  { place: "clients", path: RUN, title: "bulk.runs", page: Bulk },
  { place: "chats", path: DOCUMENTS, title: "docs.title", page: Documents },
  { place: "account", path: "/console/settings", title: "rail.settings", page: Account },
  ...FURTHER,
];

export function App({ desk }: PageProps): JSX.Element {
  const me = desk.me.value;
  const route = routeAt(ROUTES, path.value, me.may);
  const { place, title, page: Page } = route ?? { title: "nowhere.title" };
  const { client } = desk;
  const inboxCount = client.state.value.open_count;
  const unreadCount = desk.lists.counts.value.messages;
  useTitle(t(title), place === "inbox" ? inboxCount : place === "chats" ? unreadCount : 0);
  const hrefOf = (to: Place): string => (to === "chats" ? desk.chatsHref() : pathOf(ROUTES, to));
  const rail: RailProps = {
    me: meView(me),
    place,
    inboxCount,
    unreadCount,
    hrefOf,
    onGo: (to) => go(hrefOf(to)),
    onLogout: () => void attempt(() => logout(desk.page)),
  };
  const shared = {
    rail,
    connection: desk.page.connection.value,
    onRetry: () => client.wake(),
    toast: toast.value,
    onToastDone: unsay,
  };
  const about = desk.contact.value;
  const dialog = about ? (
    <Contact key={about.contactId} desk={desk} {...about} />
  ) : desk.newChat.value ? (
    <NewChat desk={desk} {...desk.newChat.value} />
  ) : (
    desk.over.value
  );
  if (Page || !route) {
    const onHome = (): void => go(CHATS);
    const page = Page ? (
      <Page desk={desk} />
    ) : (
      <Nowhere firm={me.firm.name} home={t("thread.toList")} onHome={onHome} />
    );
    return (
      <ConsoleLayout {...shared} page={page}>
        {dialog}
        <Keys desk={desk} />
      </ConsoleLayout>
    );
  }
  const open = desk.threadId.value !== null;
  const panelOpen = desk.panelOpen.value;
  return (
    <ConsoleLayout
      {...shared}
      list={<ChatList desk={desk} />}
      thread={<ChatThread desk={desk} />}
      panel={open ? <ChatPanel desk={desk} /> : undefined}
      column={panelOpen ? "panel" : open ? "thread" : "list"}
      panelOpen={panelOpen}
      onPanelClose={desk.closePanel}
    >
      {dialog}
      <Keys desk={desk} />
    </ConsoleLayout>
  );
}
