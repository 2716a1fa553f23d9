// The console's places, by path, in their layout.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { logout, meView } from "../shell/boot.ts";
import { lazy } from "../shell/lazy.tsx";
import { go, path } from "../shell/router.ts";
import { attempt, toast, unsay } from "../shell/toasts.ts";
import { ConsoleLayout } from "../ui/screens/ConsoleLayout.tsx";
import type { Place, RailProps } from "../ui/screens/Rail.tsx";
import { ChatList, ChatPanel, ChatThread } from "./Chats.tsx";
import type { Desk } from "./desk.ts";

// The chats are what everybody comes for; the rest is fetched when it is shown, or when the page is idle.
const Inbox = lazy(async () => (await import("./Inbox.tsx")).Inbox);
const Tasks = lazy(async () => (await import("./Tasks.tsx")).Tasks);
const Account = lazy(async () => (await import("./Account.tsx")).Account);
const NewChat = lazy(async () => (await import("./NewChat.tsx")).NewChat);

const PATHS: Readonly<Record<Place, string>> = {
  chats: "/console",
  inbox: "/console/inbox",
  tasks: "/console/tasks",
  account: "/console/settings",
};

function placeOf(where: string): Place {
  const found = (Object.keys(PATHS) as Place[]).find((place) => place !== "chats" && where === PATHS[place]);
  return found ?? "chats";
}

export function App({ desk }: { readonly desk: Desk }): JSX.Element {
  const place = placeOf(path.value);
  const { client } = desk;
  const inboxCount = client.state.value.open_count;
  const unreadCount = desk.lists.counts.value.unread;
  useTitle(place, place === "inbox" ? inboxCount : unreadCount);
  const rail: RailProps = {
    me: meView(desk.me.value),
    place,
    inboxCount,
    unreadCount,
    hrefOf: (to) => PATHS[to],
    onGo: (to) => go(PATHS[to]),
    onLogout: () => void attempt(() => logout(desk.page)),
  };
  const shared = {
    rail,
    connection: desk.page.connection.value,
    onRetry: () => client.wake(),
    toast: toast.value,
    onToastDone: unsay,
  };
  const dialog = desk.newChat.value ? <NewChat desk={desk} /> : null;
  if (place !== "chats") {
    return (
      <ConsoleLayout {...shared} page={pageOf(place, desk)}>
        {dialog}
      </ConsoleLayout>
    );
  }
  const open = desk.threadId.value !== null;
  const panelOpen = open && desk.panelOpen.value;
  return (
    <ConsoleLayout
      {...shared}
      list={<ChatList desk={desk} />}
      thread={<ChatThread desk={desk} />}
      panel={open ? <ChatPanel desk={desk} /> : undefined}
      column={panelOpen ? "panel" : open ? "thread" : "list"}
      panelOpen={panelOpen}
      onPanelClose={() => {
        desk.panelOpen.value = false;
      }}
    >
      {dialog}
    </ConsoleLayout>
  );
}

function pageOf(place: Exclude<Place, "chats">, desk: Desk): JSX.Element {
  if (place === "inbox") return <Inbox desk={desk} />;
  return place === "tasks" ? <Tasks desk={desk} /> : <Account desk={desk} />;
}

/** The place and how much waits there, never what (design 8). */
function useTitle(place: Place, count: number): void {
  const names: Record<Place, string> = {
    inbox: t("inbox.title"),
    chats: t("list.title"),
    tasks: t("tasksPage.title"),
    account: t("account.title"),
  };
  const title =
    count > 0 && (place === "inbox" || place === "chats") ? `(${count}) ${names[place]}` : names[place];
  useEffect(() => {
    document.title = title;
  }, [title]);
}
