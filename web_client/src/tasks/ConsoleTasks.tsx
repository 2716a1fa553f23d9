// Tasks over all threads, fed from the desk. The page is asked for anew when a thread's counter changes.

import "../kit/page.css";
import "./table.css";
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import type { TaskRow } from "../core/protocol.gen.ts";
import { Choice, go } from "../shell/router.ts";
import { tasksChanged } from "./changed.ts";
import { tasksFrom } from "./pages.ts";
import { taskRowView } from "./rows.ts";
import { type TaskFilter, TasksPage } from "./TasksPage.tsx";

interface Loaded {
  readonly state: "loading" | "ready" | "failed";
  readonly rows: readonly TaskRow[];
  readonly next?: string;
}

const filter = new Choice<TaskFilter>("state", ["open", "done", "all"]);
const whose = new Choice("whose", ["all", "mine"]);
const loaded = signal<Loaded>({ state: "loading", rows: [] });
const RELOAD_AFTER_MS = 500;
/** So many are worth showing, or all. */
const SOME = 20;

async function load(desk: Desk, more = false): Promise<void> {
  const { rows, next } = loaded.value;
  const asked = filter.value;
  const mine = whose.value;
  const me = desk.me.value.person.id;
  try {
    const query = {
      state: asked,
      ...(mine === "mine" ? { assignee_id: me } : {}),
      ...(more && next ? { after: next } : {}),
    };
    const page = await tasksFrom(desk.client.api, query, SOME);
    if (asked !== filter.value || mine !== whose.value) return;
    loaded.value = {
      state: "ready",
      rows: more ? [...rows, ...page.rows] : page.rows,
      ...(page.next ? { next: page.next } : {}),
    };
  } catch {
    if (loaded.value.state !== "ready") loaded.value = { state: "failed", rows: [] };
  }
}

export function Tasks({ desk }: { readonly desk: Desk }): JSX.Element {
  const { client, directory } = desk;
  const state = client.state.value;
  useEffect(() => void load(desk), [filter.value, whose.value]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listener = (before: typeof state, after: typeof state): void => {
      if (!tasksChanged(before, after)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void load(desk), RELOAD_AFTER_MS);
    };
    client.listeners.add(listener);
    return () => {
      clearTimeout(timer);
      client.listeners.delete(listener);
    };
  }, []);
  const rows = loaded.value.rows.map((row) => {
    const [task = row.task] = [row.task];
    const [shown] = desk.ticks.shown([task]);
    const view = taskRowView(row, state, directory.staff.value);
    return shown ? { ...view, task: shown } : view;
  });
  return (
    <TasksPage
      rows={rows}
      filter={filter.value}
      mineOnly={whose.value === "mine"}
      state={loaded.value.state}
      more={loaded.value.next !== undefined}
      hrefOf={desk.hrefOf}
      onOpen={(id) => go(desk.hrefOf(id))}
      onTick={async (threadId, taskId, done) => {
        if (await desk.ticks.set(threadId, taskId, done)) void load(desk);
      }}
      onFilter={filter.choose}
      onMineOnly={(next) => whose.choose(next ? "mine" : "all")}
      onMore={() => void load(desk, true)}
      onRetry={() => void load(desk)}
    />
  );
}
