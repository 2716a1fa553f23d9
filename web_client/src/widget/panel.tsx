// What the visitor sees once the panel is opened: the screen, fed from the live client.

import { computed, effect, type ReadonlySignal } from "@preact/signals-core";
import { type JSX, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { newKey } from "../core/keys.ts";
import { firmView } from "../core/people.ts";
import type { Body, Id, Thread } from "../core/protocol.gen.ts";
import { bringBy } from "../documents/picture.ts";
import { startClock } from "../i18n/clock.ts";
import { chooseLanguage, loadLanguage, setTimeZone, t } from "../i18n/index.ts";
import { leaveComposing } from "../kit/composing.ts";
import { connectionOf } from "../shell/connection.ts";
import { attempt } from "../shell/toasts.ts";
import { Ticks } from "../tasks/ticks.ts";
import { HeldPlace } from "../threads/held_place.ts";
import { rowView } from "../threads/rows.ts";
import { ThreadModel } from "../threads/thread.ts";
import type { Visitor } from "./visitor.ts";
import { WidgetPanel } from "./WidgetPanel.tsx";
// Last: the panel lays out what its parts bring.
import "./widget.css";

const SUBJECT_CHARACTERS = 60;

/** Draw the panel, in the page's language. */
export async function draw(visitor: Visitor, element: HTMLElement): Promise<void> {
  const asked = new URLSearchParams(location.search).get("lang");
  const language = chooseLanguage([...(asked ? [asked] : []), ...navigator.languages]);
  await loadLanguage(language);
  document.documentElement.lang = language;
  leaveComposing();
  startClock();
  const { client } = visitor;
  effect(() => setTimeZone(client.state.value.me?.firm.time_zone));
  bringBy(async (id) => {
    const { webp = "" } = await client.api.call("document.thumbnail", { document_id: id });
    return `data:image/webp;base64,${webp}`;
  });
  const thread = new ThreadModel(client);
  let chosen = false;
  visitor.loaded.subscribe((loaded) => {
    // One chat needs no list.
    const [only, ...more] = visitor.rows.peek();
    if (loaded !== "ready" || chosen) return;
    chosen = true;
    if (only !== undefined && more.length === 0) thread.show(only.id);
  });
  const place = new HeldPlace();
  const rows = computed(() => place.keep(visitor.rows.value, thread.id.value, visitor.loaded.value));
  render(<Panel visitor={visitor} rows={rows} thread={thread} ticks={new Ticks(client)} />, element);
}

interface PanelProps {
  readonly visitor: Visitor;
  readonly rows: ReadonlySignal<readonly Thread[]>;
  readonly thread: ThreadModel;
  readonly ticks: Ticks;
}

function Panel({ visitor, rows, thread, ticks }: PanelProps): JSX.Element {
  const { client, host } = visitor;
  const state = client.state.value;
  const me = state.me;
  const id = thread.id.value;
  const refused = visitor.refused.value;
  const firm = me?.firm.name;
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    if (firm) document.title = firm;
  }, [firm]);
  return (
    <WidgetPanel
      firm={firmView(me?.firm)}
      teamOnline={state.team_online}
      answerHours={me?.firm.answer_hours ?? 0}
      state={refused ? "failed" : visitor.loaded.value}
      threads={rows.value.map((row) => rowView(row, state))}
      more={visitor.next.value !== undefined}
      view={thread.view.value}
      tasks={ticks.shown((id !== null && state.opened[id]?.tasks) || [])}
      meId={me?.person.id ?? ""}
      canCreate={me?.firm.clients_may_create_threads ?? true}
      connection={connectionOf(client).value}
      problem={refused ? t("widget.noIdentity") : undefined}
      openedFor={opened ? "reading" : undefined}
      onOpen={(next: Id) => {
        setOpened(true);
        thread.show(next);
      }}
      onMore={() => void visitor.more()}
      onBack={() => thread.show(null)}
      onClose={() => host.close()}
      onSend={(body) => (id === null ? void begin(visitor, thread, body) : thread.onSend(body, false))}
      onDraft={(body) => thread.onDraft({ body, internal: false })}
      onTyping={() => thread.onTyping(false)}
      onTick={(taskId, done) => id !== null && void ticks.set(id, taskId, done, true)}
      onMessageRetry={thread.onRetry}
      onMessageDiscard={thread.onDiscard}
      onReload={thread.onReload}
      onOlder={() => void thread.onOlder()}
      onSeen={(keys) => visitor.shown.value && thread.onSeen(keys)}
      onRetry={() => {
        client.start();
        client.wake();
      }}
    />
  );
}

let key = newKey();

/** A chat that begins with a message. */
async function begin({ client }: Visitor, thread: ThreadModel, body: Body): Promise<void> {
  const account_id = client.state.value.me?.accounts?.[0]?.id;
  if (account_id === undefined) return;
  const made = { account_id, client_message_id: key, subject: firstWords(body), body };
  await attempt(async () => {
    const { thread: created } = await client.api.call("thread.create", made);
    key = newKey();
    client.dispatch({ type: "rows", threads: [created] });
    thread.show(created.id);
  });
}

/** Its subject: the message's first words. */
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
