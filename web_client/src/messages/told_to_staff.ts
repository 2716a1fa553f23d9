// The rows of told.ts for what only staff hear: the console tells them, too.

import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { BellIcon, ClockIcon, PersonIcon } from "../kit/icons.tsx";
import type { ToldRows } from "./told.ts";

export const toldToStaff: ToldRows = {
  "thread.assigned": [
    "time",
    PersonIcon,
    ({ actor, actor_id, event: { assignee } }) => {
      if (!assignee) return t("system.unassigned", { actor });
      if (assignee.id === actor_id) return t("system.tookOver", { actor });
      return t("system.assigned", { actor, assignee: assignee.name });
    },
  ],
  "thread.snoozed": [
    "time",
    ClockIcon,
    ({ actor, event: { snooze } }) =>
      snooze.until === undefined
        ? t("system.snoozedForAnswer", { actor })
        : t("system.snoozed", { actor, when: format.value.full(snooze.until, now.value) }),
  ],
  "thread.woken": [
    "time",
    ClockIcon,
    ({ actor, event: { back, snoozed_by } }) => {
      if (back) return t(back.why === "time" ? "snooze.backByTime" : "snooze.backByAnswer");
      if (!actor) return t("system.snoozeOver");
      return t(snoozed_by ? "system.woken" : "system.takenDown", { actor });
    },
  ],
  "reminder.sent": [
    "stream",
    BellIcon,
    ({ actor, event: { number, of, recipients }, lost, names: reached = recipients }) => {
      const names = format.value.list(reached);
      if (lost) return t("system.notReminded", { names });
      return number === 0
        ? t("system.remindedByHand", { actor, names })
        : t("system.reminded", { number, of, names });
    },
  ],
  "reminder.exhausted": ["time", BellIcon, ({ event }) => t(`unanswered.${event.unanswered}`)],
};
