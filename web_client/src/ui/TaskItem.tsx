// One task: box, text, and below it when it is due or who ticked it. Staff may edit, move and delete (TK-4).

import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { oneLine, saysNothing } from "../core/blank.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Mark } from "./Badge.tsx";
import { Checkbox } from "./Checkbox.tsx";
import {
  ChevronDownIcon,
  ChevronUpIcon,
  ClockIcon,
  GripIcon,
  PencilIcon,
  ProblemIcon,
  TrashIcon,
} from "./icons.tsx";
import { Menu } from "./Menu.tsx";
import type { TaskView } from "./models.ts";

export interface TaskItemActions {
  readonly onTick: (id: string, done: boolean) => void;
  readonly onEdit?: (id: string, text: string) => void;
  /** Up or down by one. */
  readonly onMove?: (id: string, by: -1 | 1) => void;
  readonly onDelete?: (id: string) => void;
}

export interface TaskItemProps extends TaskItemActions {
  readonly task: TaskView;
  /** Whole days in words ("Senast fredag 5 december") for clients, short ones for staff. */
  readonly client?: boolean;
  readonly readOnly?: boolean;
  /** Dragging is the panel's business; the handle starts it. */
  readonly onGrab?: ((event: PointerEvent, id: string) => void) | undefined;
}

export function TaskItem({
  task,
  client = false,
  readOnly = false,
  onGrab,
  ...acts
}: TaskItemProps): JSX.Element {
  const id = useId();
  const [editing, setEditing] = useState(false);
  const { onEdit, onMove, onDelete } = acts;
  const items = [
    ...(onEdit ? [{ label: t("task.edit"), icon: PencilIcon, onSelect: () => setEditing(true) }] : []),
    ...(onMove && !task.done
      ? [
          { label: t("task.up"), icon: ChevronUpIcon, onSelect: () => onMove(task.id, -1) },
          { label: t("task.down"), icon: ChevronDownIcon, onSelect: () => onMove(task.id, 1) },
        ]
      : []),
    ...(onDelete
      ? [{ label: t("task.delete"), icon: TrashIcon, danger: true, onSelect: () => onDelete(task.id) }]
      : []),
  ];
  return (
    <li class={`task${task.done ? " task--done" : ""}`} data-task={task.id}>
      {editing ? (
        <TaskEditor
          initial={task.text}
          onSave={(text) => {
            setEditing(false);
            if (text !== task.text) onEdit?.(task.id, text);
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <div class="task__main">
          <Checkbox
            checked={task.done}
            disabled={readOnly}
            describedBy={`${id}-note`}
            onChange={(done) => acts.onTick(task.id, done)}
          >
            {task.text}
          </Checkbox>
          <p class="task__note" id={`${id}-note`}>
            <Note task={task} client={client} />
          </p>
        </div>
      )}
      {!editing && onGrab && !task.done && (
        <span class="task__grip" aria-hidden="true" onPointerDown={(event) => onGrab(event, task.id)}>
          <GripIcon size={16} />
        </span>
      )}
      {!editing && items.length > 0 && <Menu label={t("task.menu", { text: task.text })} items={items} />}
    </li>
  );
}

function Note({ task, client }: { readonly task: TaskView; readonly client: boolean }): JSX.Element | null {
  const { value: words } = format;
  const at = now.value;
  if (task.done) {
    if (task.doneAt === undefined) return null;
    if (client) return <>{t("task.doneOn", { day: words.day(task.doneAt, at) })}</>;
    return <>{`${task.doneBy ?? ""} · ${words.day(task.doneAt, at)} ${words.time(task.doneAt)}`}</>;
  }
  if (task.dueAt === undefined) return null;
  if (words.dayKey(task.dueAt) < words.dayKey(at)) {
    const day = words.day(task.dueAt, at);
    return (
      <Mark kind="overdue" icon={ProblemIcon}>
        {client ? t("task.wasDue", { day }) : t("task.overdue", { day })}
      </Mark>
    );
  }
  return (
    <Mark kind="due" icon={ClockIcon}>
      {client
        ? t("task.by", { day: words.long(task.dueAt, at) })
        : t("task.due", { day: words.weekday(task.dueAt, at) })}
    </Mark>
  );
}

export interface TaskEditorProps {
  readonly initial: string;
  readonly placeholder?: string;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
}

/** A task's text being written. Enter saves, Escape leaves it as it was. */
export function TaskEditor({ initial, placeholder, onSave, onCancel }: TaskEditorProps): JSX.Element {
  const [text, setText] = useState(initial);
  // Removing the field on Enter or Escape also blurs it: what was decided first counts.
  const decided = useRef(false);
  const finish = (act: () => void): void => {
    if (decided.current) return;
    decided.current = true;
    act();
  };
  const save = (): void => finish(() => (saysNothing(text) ? onCancel() : onSave(oneLine(text))));
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <form
      class="task-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <input
        class="task-editor__input"
        aria-label={t("task.text")}
        placeholder={placeholder}
        maxLength={500}
        value={text}
        ref={input}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          finish(onCancel);
        }}
      />
    </form>
  );
}
