// A thread's trail in words: who did what, and from where (spec 2.14). Staff alone read it. Of its kinds each has a row here; one
// that a newer server writes is shown by its name.

import type { AuditRow } from "../core/protocol.gen.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import type { ChangeView } from "./models.ts";

type Words = (actor: string, text: string) => string;

const words: Readonly<Record<string, Words>> = {
  "task.added": (actor, text) => t("system.taskAdded", { actor, text }),
  "task.edited": (actor, text) => t("system.taskEdited", { actor, text }),
  "task.completed": (actor, text) => t("system.taskCompleted", { actor, text }),
  "task.reopened": (actor, text) => t("system.taskReopened", { actor, text }),
  "task.moved": (actor, text) => t("system.taskMoved", { actor, text }),
  "task.deleted": (actor, text) => t("system.taskDeleted", { actor, text }),
  "reminder.resent": (actor) => t("system.resent", { actor }),
  "letter.retried": (actor, email) => t("system.letterRetried", { actor, email }),
  "thread.renamed": (actor, subject) => t("system.renamed", { actor, subject }),
  "thread.archived": (actor) => (actor ? t("system.archived", { actor }) : t("system.archivedAlone")),
  "reminder.exhausted": () => t("reminder.told"),
  "thread.reopened": (actor) => t("system.reopened", { actor }),
  "thread.assigned": (actor, assignee) => {
    if (!assignee) return t("system.unassigned", { actor });
    return assignee === actor ? t("system.tookOver", { actor }) : t("system.assigned", { actor, assignee });
  },
  "thread.snoozed": (actor, until) =>
    until
      ? t("system.snoozed", { actor, when: format.value.full(Date.parse(until), now.value) })
      : t("system.snoozedForAnswer", { actor }),
  "thread.woken": (actor) => t("system.woken", { actor }),
};

/** A line of the trail. Who has no name, has an address. */
export function changeView({ id, at, event, person, email, text = "", ...from }: AuditRow): ChangeView {
  const actor = person?.name ?? email;
  return {
    key: id,
    at,
    what: words[event]?.(actor, text) ?? [actor, event].filter(Boolean).join(": "),
    ofTasks: event.startsWith("task."),
    from: [email, from.ip, from.browser, from.os].filter(Boolean).join(" · "),
  };
}
