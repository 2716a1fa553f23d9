// One task for staff, who may edit, move and delete it (TK-4).

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { ChevronUpIcon } from "../kit/contact_icons.tsx";
import { ChevronDownIcon, PencilIcon } from "../kit/icons.tsx";
import { Menu, type MenuItem } from "../kit/Menu.tsx";
import { GripIcon, TrashIcon } from "../kit/more_icons.tsx";
import type { TaskView } from "./models.ts";
import { TaskEditor } from "./TaskEditor.tsx";
import { TaskItem } from "./TaskItem.tsx";

export interface StaffTaskProps {
  readonly task: TaskView;
  readonly onTick: (id: string, done: boolean) => void;
  readonly onEdit: (id: string, text: string) => void;
  /** Up or down by one. */
  readonly onMove: (id: string, by: -1 | 1) => void;
  readonly onDelete: (id: string) => void;
  /** Dragging is the panel's business; the handle starts it. */
  readonly onGrab: (event: PointerEvent, id: string) => void;
}

export function StaffTask({ task, onTick, onEdit, onMove, onDelete, onGrab }: StaffTaskProps): JSX.Element {
  const [editing, setEditing] = useState(false);
  // The menu that it was begun in is back, too.
  const returns = useRef(false);
  useLayoutEffect(() => {
    if (returns.current)
      document.querySelector<HTMLElement>(`[data-task="${task.id}"] [aria-haspopup=menu]`)?.focus();
    returns.current = false;
  }, [editing]);
  const end = (left: boolean): void => {
    returns.current = !left;
    setEditing(false);
  };
  const order: readonly MenuItem[] = [
    { label: t("task.up"), icon: ChevronUpIcon, onSelect: () => onMove(task.id, -1) },
    { label: t("task.down"), icon: ChevronDownIcon, onSelect: () => onMove(task.id, 1) },
  ];
  const items: readonly MenuItem[] = [
    { label: t("task.edit"), icon: PencilIcon, onSelect: () => setEditing(true) },
    ...(task.done ? [] : order),
    { label: t("task.delete"), icon: TrashIcon, danger: true, onSelect: () => onDelete(task.id) },
  ];
  const editor = editing ? (
    <TaskEditor
      initial={task.text}
      onSave={(text, left) => {
        end(left);
        if (text !== task.text) onEdit(task.id, text);
      }}
      onCancel={end}
    />
  ) : undefined;
  return (
    <TaskItem task={task} onTick={onTick} editor={editor}>
      {!editing && !task.done && (
        <span class="task__grip" aria-hidden="true" onPointerDown={(event) => onGrab(event, task.id)}>
          <GripIcon size={16} />
        </span>
      )}
      {!editing && <Menu label={t("task.menu", { text: task.text })} items={items} />}
    </TaskItem>
  );
}
