// Tasks over all threads, as the server lists them: it looks at a bounded number of them for a page, so one that holds few or
// none may not be the last (`task.list`). Refuses to know who looks at them.

import { type Api, insist } from "../core/api.ts";
import type { ArgumentsOf, TaskPage, TaskRow } from "../core/protocol.gen.ts";

type Asked = ArgumentsOf<"task.list">;

/** The tasks from a place in the list on, at least `wanted` of them or all; and where the list goes on. Rejects as the call does. */
export async function tasksFrom(api: Pick<Api, "call">, asked: Asked, wanted: number): Promise<TaskPage> {
  const rows: TaskRow[] = [];
  let { after } = asked;
  for (;;) {
    const page = await insist(() => api.call("task.list", { ...asked, ...(after ? { after } : {}) }));
    rows.push(...page.rows);
    after = page.next;
    if (!after) return { rows };
    if (rows.length >= wanted) return { rows, next: after };
  }
}
