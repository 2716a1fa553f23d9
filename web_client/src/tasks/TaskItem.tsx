// One task: box, text, and below it when it is due or who ticked it.

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Mark } from "../kit/Badge.tsx";
import { Checkbox } from "../kit/Checkbox.tsx";
import { ClockIcon, ProblemIcon } from "../kit/icons.tsx";
import type { TaskView } from "./models.ts";

export interface TaskItemProps {
  readonly task: TaskView;
  /** Whole days in words ("Senast fredag 5 december") for clients, short ones for staff. */
  readonly contact?: boolean;
  readonly readOnly?: boolean;
  readonly onTick: (id: string, done: boolean) => void;
  /** Stands in place of box and words while the text is written. */
  readonly editor?: JSX.Element | undefined;
  /** What else can be done with it, at the right. */
  readonly children?: ComponentChildren;
}

export function TaskItem({
  task,
  contact = false,
  readOnly = false,
  onTick,
  editor,
  children,
}: TaskItemProps): JSX.Element {
  const id = useId();
  return (
    <li class={`task${task.done ? " task--done" : ""}`} data-task={task.id}>
      {editor ?? (
        <div class="task__main">
          <Checkbox
            checked={task.done}
            disabled={readOnly}
            describedBy={`${id}-note`}
            onChange={(done) => onTick(task.id, done)}
          >
            {task.text}
          </Checkbox>
          <p class="task__note" id={`${id}-note`}>
            <Note task={task} contact={contact} />
          </p>
        </div>
      )}
      {children}
    </li>
  );
}

function Note({ task, contact }: { readonly task: TaskView; readonly contact: boolean }): JSX.Element | null {
  const { value: words } = format;
  const at = now.value;
  if (task.done) {
    if (task.doneAt === undefined) return null;
    if (contact) return <>{t("task.doneOn", { day: words.day(task.doneAt, at) })}</>;
    return <>{`${task.doneBy ?? ""} · ${words.day(task.doneAt, at)} ${words.time(task.doneAt)}`}</>;
  }
  if (task.dueAt === undefined) return null;
  if (words.dayKey(task.dueAt) < words.dayKey(at)) {
    const day = words.day(task.dueAt, at);
    return (
      <Mark kind="overdue" icon={ProblemIcon}>
        {contact ? t("task.wasDue", { day }) : t("task.overdue", { day })}
      </Mark>
    );
  }
  return (
    <Mark kind="due" icon={ClockIcon}>
      {contact
        ? t("task.by", { day: words.long(task.dueAt, at) })
        : t("task.due", { day: words.weekday(task.dueAt, at) })}
    </Mark>
  );
}
