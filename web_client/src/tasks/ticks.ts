// Ticking: shown at once, sent, and taken back when it is refused. Knows which ticks are on their way.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { insist } from "../core/api.ts";
import type { Client } from "../core/client.ts";
import type { Id, Task } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { attempt, say } from "../shell/toasts.ts";
import type { TaskView } from "./models.ts";
import { taskView } from "./shown.ts";

export class Ticks {
  readonly #waiting = signal<ReadonlyMap<Id, boolean>>(new Map());

  constructor(private readonly client: Client) {}

  /** Tasks as they are shown: with ticks that are on their way. */
  shown(tasks: readonly Task[]): TaskView[] {
    const waiting = this.#waiting.value;
    return tasks.map((task) => {
      const wanted = waiting.get(task.id);
      const view = taskView(task);
      return wanted === undefined || wanted === view.done ? view : { ...view, done: wanted, pending: true };
    });
  }

  of(threadId: ReadonlySignal<Id | null>): ReadonlySignal<readonly TaskView[]> {
    const tasks = computed(() => {
      const id = threadId.value;
      return id === null ? undefined : this.client.state.value.opened[id]?.tasks;
    });
    return computed(() => this.shown(tasks.value ?? []));
  }

  /** Tick or un-tick; says so with a way back. */
  async set(threadId: Id, taskId: Id, done: boolean, quiet = false): Promise<boolean> {
    this.#put(taskId, done);
    const did = await attempt(() =>
      insist(() => this.client.api.call("task.set", { thread_id: threadId, task_id: taskId, done })),
    );
    // The event has usually come before the answer; where it hasn't, the row must not flicker back meanwhile.
    setTimeout(() => this.#put(taskId, undefined), did ? 1_000 : 0);
    if (did && done && !quiet) {
      say(t("toast.ticked"), {
        icon: "check",
        action: { label: t("undo"), run: () => void this.set(threadId, taskId, false, true) },
      });
    }
    return did;
  }

  #put(taskId: Id, done: boolean | undefined): void {
    const next = new Map(this.#waiting.value);
    if (done === undefined) next.delete(taskId);
    else next.set(taskId, done);
    this.#waiting.value = next;
  }
}
