// A thread's tasks for staff: how far, the list with its handles, Add, and what changed lately.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Time } from "../kit/Time.tsx";
import { AddTask } from "./AddTask.tsx";
import type { ChangeView, TasksPanelView } from "./models.ts";
import { beforeAfterDrop, beforeAfterMove, sunk } from "./order.ts";
import { Segments } from "./Progress.tsx";
import { StaffTask } from "./StaffTask.tsx";

export interface TasksPanelProps {
  readonly view: TasksPanelView;
  readonly onAdd: (text: string) => void;
  readonly onTick: (id: string, done: boolean) => void;
  readonly onEdit: (id: string, text: string) => void;
  /** Put a task before another, or last. */
  readonly onMove: (id: string, beforeId: string | null) => void;
  readonly onDelete: (id: string) => void;
}

const CHANGES_SHOWN = 3;

export function TasksPanel({ view, onAdd, onTick, onEdit, onMove, onDelete }: TasksPanelProps): JSX.Element {
  const done = view.tasks.filter((task) => task.done).length;
  const total = view.tasks.length;
  const list = useRef<HTMLUListElement>(null);
  const grab = useDrag(list, (id, onto) => {
    const before = beforeAfterDrop(view.tasks, id, onto);
    if (before !== undefined) onMove(id, before);
  });
  return (
    <div class="tasks-panel">
      {total > 0 && (
        <div class="tasks-panel__sum">
          <p class="tasks-panel__count">{t("tasks.doneOf", { n: done, done, total })}</p>
          <p class="tasks-panel__who">{t("tasks.visible")}</p>
          <Segments done={done} total={total} />
        </div>
      )}
      {total === 0 && <p class="tasks-panel__none">{t("tasks.none")}</p>}
      <ul class="tasks" ref={list}>
        {sunk(view.tasks).map((task) => (
          <StaffTask
            key={task.id}
            task={task}
            onTick={onTick}
            onEdit={onEdit}
            onDelete={onDelete}
            onMove={(id, by) => {
              const before = beforeAfterMove(view.tasks, id, by);
              if (before !== undefined) onMove(id, before);
            }}
            onGrab={grab}
          />
        ))}
      </ul>
      <AddTask class="tasks-panel__add" onAdd={onAdd} />
      {view.changes.length > 0 && <Changes changes={view.changes} />}
    </div>
  );
}

function Changes({ changes }: { readonly changes: readonly ChangeView[] }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <section class="changes">
      <header class="changes__head">
        <h3>{t("tasks.changes")}</h3>
        <Button kind="link" small onClick={() => setOpen(true)}>
          {t("tasks.log")}
        </Button>
      </header>
      <ul>
        {changes
          .filter(({ ofTasks }) => ofTasks)
          .slice(0, CHANGES_SHOWN)
          .map((change) => (
            <Change key={change.key} change={change} />
          ))}
      </ul>
      {open && (
        <Dialog
          size="form"
          title={t("tasks.changes")}
          onClose={() => setOpen(false)}
          footer={
            <Button kind="primary" onClick={() => setOpen(false)}>
              {t("close")}
            </Button>
          }
        >
          <ul class="changes changes--log">
            {changes.map((change) => (
              <Change key={change.key} change={change} full />
            ))}
          </ul>
        </Dialog>
      )}
    </section>
  );
}

function Change({
  change,
  full = false,
}: {
  readonly change: ChangeView;
  readonly full?: boolean;
}): JSX.Element {
  return (
    <li class="changes__row">
      <span class="changes__what">
        {change.what}
        {full && <span class="changes__from">{change.from}</span>}
      </span>
      <Time at={change.at} form="full" />
    </li>
  );
}

/** Dragging by the handle: the row follows in place, and is dropped on the row under the pointer. */
function useDrag(
  list: { readonly current: HTMLElement | null },
  onDrop: (id: string, onto: string) => void,
): (event: PointerEvent, id: string) => void {
  return (event, id) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const rowAt = (y: number): HTMLElement | undefined =>
      [...(list.current?.querySelectorAll<HTMLElement>(".task:not(.task--done)") ?? [])].find((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return y >= top && y <= bottom;
      });
    const row = rowAt(event.clientY);
    row?.classList.add("task--dragged");
    let target: HTMLElement | undefined;
    const mark = (next: HTMLElement | undefined): void => {
      target?.classList.remove("task--target");
      target = next === row ? undefined : next;
      target?.classList.add("task--target");
    };
    const move = (moved: PointerEvent): void => mark(rowAt(moved.clientY));
    const end = (ended: PointerEvent): void => {
      const onto = target?.dataset.task;
      mark(undefined);
      row?.classList.remove("task--dragged");
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      if (ended.type === "pointerup" && onto !== undefined) onDrop(id, onto);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  };
}
