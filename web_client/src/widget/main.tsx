// The panel in its frame begins here: the firm's page says who the visitor is, everything else is the live client.

import "../../styles/widget.css";
import { computed, effect, signal } from "@preact/signals";
import { type JSX, render } from "preact";
import { Client } from "../core/client.ts";
import { newKey } from "../core/keys.ts";
import { type Body, CLOSE_CODE, type Id } from "../core/protocol.gen.ts";
import { browserStorage } from "../core/shelf.ts";
import { byUrgency, rowView } from "../core/views/rows.ts";
import { onWake } from "../core/wake.ts";
import { startClock } from "../i18n/clock.ts";
import { chooseLanguage, loadLanguage, t } from "../i18n/index.ts";
import { connectionOf } from "../shell/boot.ts";
import { Ticks } from "../shell/tasks.ts";
import { ThreadModel } from "../shell/thread.ts";
import { attempt } from "../shell/toasts.ts";
import { WidgetPanel } from "../ui/screens/WidgetPanel.tsx";
import { Host, hostOrigin } from "./host.ts";

const SUBJECT_CHARACTERS = 60;

const around = hostOrigin(location.hash);
const root = document.getElementById("app");
const asked = new URLSearchParams(location.search).get("lang");
const language = chooseLanguage([...(asked ? [asked] : []), ...navigator.languages]);
await loadLanguage(language);
document.documentElement.lang = language;
startClock();
if (around !== null && root !== null) start(around, root);

function start(origin: string, element: HTMLElement): void {
  const shown = signal(false);
  const host = new Host(origin, (now) => {
    shown.value = now;
    if (now) client.wake();
  });
  const refused = signal(false);
  const loaded = signal<"loading" | "ready" | "failed">("loading");
  const client: Client = new Client({
    socketUrl: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`,
    credentials: async () => {
      try {
        return { identity: await host.identity() };
      } catch (error) {
        refused.value = true;
        throw error;
      }
    },
    storage: browserStorage(),
  });
  const thread = new ThreadModel(client);
  const ticks = new Ticks(client);
  const list = async (): Promise<void> => {
    try {
      const page = await client.api.call("thread.list", { limit: 50 });
      client.dispatch({ type: "rows", threads: page.threads });
      loaded.value = "ready";
      const [only, ...more] = page.threads;
      if (only !== undefined && more.length === 0) thread.show(only.id);
    } catch {
      if (loaded.value !== "ready") loaded.value = "failed";
    }
  };
  const rows = computed(() =>
    Object.values(client.state.value.rows)
      .filter((row) => row.state === "active")
      .sort(byUrgency),
  );
  effect(() => {
    const { kind } = client.link.value;
    if (kind === "live") {
      refused.value = false;
      if (loaded.peek() !== "ready") void list();
    } else if (kind === "ended" && client.link.value.code !== CLOSE_CODE.UNSUPPORTED) refused.value = true;
  });
  effect(() => host.unread(rows.value.reduce((sum, row) => sum + (row.unread ?? 0), 0)));
  const connection = connectionOf(client);
  let key = newKey();

  const begin = async (body: Body): Promise<void> => {
    const accountId = client.state.value.me?.accounts?.[0]?.id;
    if (accountId === undefined) return;
    const made = { account_id: accountId, client_message_id: key, subject: firstWords(body), body };
    await attempt(async () => {
      const { thread: created } = await client.api.call("thread.create", made);
      key = newKey();
      client.dispatch({ type: "rows", threads: [created] });
      thread.show(created.id);
    });
  };

  function Panel(): JSX.Element {
    const state = client.state.value;
    const me = state.me;
    const id = thread.id.value;
    return (
      <WidgetPanel
        firm={{ name: me?.firm.name ?? "", ...(me?.firm.accent ? { accent: me.firm.accent } : {}) }}
        teamOnline={state.team_online}
        state={refused.value ? "failed" : loaded.value}
        threads={rows.value.map((row) => rowView(row, state))}
        view={thread.view.value}
        tasks={ticks.shown((id !== null && state.opened[id]?.tasks) || [])}
        meId={me?.person.id ?? ""}
        canCreate={me?.firm.clients_may_create_threads ?? true}
        connection={connection.value}
        problem={refused.value ? t("widget.noIdentity") : undefined}
        onOpen={(next: Id) => thread.show(next)}
        onBack={() => thread.show(null)}
        onClose={() => host.close()}
        onSend={(body) => (id === null ? void begin(body) : thread.onSend(body, false))}
        onDraft={(body) => thread.onDraft({ body, internal: false })}
        onTyping={() => thread.onTyping(false)}
        onTick={(taskId, done) => id !== null && void ticks.set(id, taskId, done, true)}
        onMessageRetry={thread.onRetry}
        onMessageDiscard={thread.onDiscard}
        onOlder={thread.onOlder}
        // A frame that isn't shown has nothing in view, however it is rendered (RD-4).
        onSeen={(seq) => shown.value && thread.onSeen(seq)}
        onRetry={() => {
          client.start();
          client.wake();
        }}
      />
    );
  }
  onWake(() => client.wake());
  client.start();
  render(<Panel />, element);
}

/** A subject for a chat that began with a message. */
function firstWords(body: Body): string {
  const text = body.content
    .flatMap((block) => (block.type === "paragraph" ? (block.content ?? []) : []))
    .map((node) => (node.type === "text" ? node.text : " "))
    .join(" ")
    .trim();
  return text.length > SUBJECT_CHARACTERS
    ? `${text.slice(0, SUBJECT_CHARACTERS - 1).trimEnd()}…`
    : text || "…";
}
