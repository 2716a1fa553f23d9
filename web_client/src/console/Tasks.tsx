// Tasks over all threads, fed from the desk. The page is asked for anew when a thread's counter changes.

import "../../styles/pages.css";
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { insist } from "../core/api.ts";
import type { TaskRow } from "../core/protocol.gen.ts";
import { taskRowView } from "../core/views/panels.ts";
import { go } from "../shell/router.ts";
import { type TaskFilter, TasksPage } from "../ui/screens/TasksPage.tsx";
import { type Desk, hrefOf } from "./desk.ts";

interface Loaded {
  readonly state: "loading" | "ready" | "failed";
  readonly rows: readonly TaskRow[];
  readonly next?: string;
}

const filter = signal<TaskFilter>("open");
const mineOnly = signal(false);
const loaded = signal<Loaded>({ state: "loading", rows: [] });
const RELOAD_AFTER_MS = 500;

async function load(desk: Desk, more = false): Promise<void> {
  const { rows, next } = loaded.value;
  const asked = filter.value;
  const me = desk.me.value.person.id;
  try {
    const page = await insist(() =>
      desk.client.api.call("task.list", {
        state: asked,
        ...(mineOnly.value ? { assignee_id: me } : {}),
        ...(more && next ? { after: next } : {}),
      }),
    );
    if (asked !== filter.value) return;
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
  useEffect(() => void load(desk), [filter.value, mineOnly.value]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listener = (before: typeof state, after: typeof state): void => {
      const changed = Object.values(after.rows).some((row) => {
        const old = before.rows[row.id];
        return old !== row && (old?.tasks_done !== row.tasks_done || old?.tasks_total !== row.tasks_total);
      });
      if (!changed) return;
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
      mineOnly={mineOnly.value}
      state={loaded.value.state}
      more={loaded.value.next !== undefined}
      hrefOf={hrefOf}
      onOpen={(id) => go(hrefOf(id))}
      onTick={async (threadId, taskId, done) => {
        if (await desk.ticks.set(threadId, taskId, done)) void load(desk);
      }}
      onFilter={(next) => {
        filter.value = next;
      }}
      onMineOnly={(next) => {
        mineOnly.value = next;
      }}
      onMore={() => void load(desk, true)}
      onRetry={() => void load(desk)}
    />
  );
}
