// What a client has to do in one thread: folded to the next two on phones, to its head while one writes and when all is done, whole beside the chat on wide screens.

import type { JSX } from "preact";
import { useId, useLayoutEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { ChevronUpIcon } from "../kit/contact_icons.tsx";
import { ChevronDownIcon } from "../kit/icons.tsx";
import type { TaskView } from "./models.ts";
import { sunk } from "./order.ts";
import { TaskItem } from "./TaskItem.tsx";
import { TaskMarks } from "./TaskMarks.tsx";

const FOLDED = 2;

export interface ContactTasksProps {
  readonly tasks: readonly TaskView[];
  readonly readOnly?: boolean | undefined;
  readonly onTick: (id: string, done: boolean) => void;
  /** Not 0: somebody writes, and there is little room (kit/writing.ts). It folds, until they have done or open it. */
  readonly writing?: number;
}

export function ContactTasks({
  tasks,
  readOnly = false,
  onTick,
  writing = 0,
}: ContactTasksProps): JSX.Element | null {
  const id = useId();
  const [folded, setFolded] = useState(false);
  const [all, setAll] = useState(false);
  const done = tasks.every((task) => task.done);
  useLayoutEffect(() => setFolded(writing > 0 || done), [writing, done]);
  if (tasks.length === 0) return null;
  const ordered = sunk(tasks);
  const open = ordered.filter((task) => !task.done).length;
  const shown = all ? ordered : ordered.slice(0, FOLDED);
  const rest = ordered.slice(shown.length);
  const restOpen = rest.filter((task) => !task.done).length;
  return (
    <section class="todo todo--folding" aria-labelledby={id}>
      <header class="todo__head">
        <h2 class="todo__title" id={id}>
          {open > 0 ? t("todo") : t("todo.done")}
        </h2>
        <TaskMarks done={tasks.length - open} total={tasks.length} />
        <button
          type="button"
          class="todo__fold"
          aria-expanded={!folded}
          aria-label={t("todo.fold")}
          onClick={() => setFolded(!folded)}
        >
          {folded ? <ChevronDownIcon size={18} /> : <ChevronUpIcon size={18} />}
        </button>
      </header>
      {!folded && (
        <ul class="todo__list">
          {shown.map((task) => (
            <TaskItem key={task.id} task={task} contact readOnly={readOnly} onTick={onTick} />
          ))}
          {(rest.length > 0 || all) && ordered.length > FOLDED && (
            <li class="todo__rest">
              <button type="button" onClick={() => setAll(!all)}>
                {all ? <ChevronUpIcon size={18} /> : <ChevronDownIcon size={18} />}
                {all ? t("todo.less") : restText(restOpen, rest.length - restOpen)}
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

function restText(open: number, done: number): string {
  if (open > 0 && done > 0)
    return t("todo.moreAndDone", {
      more: t("todo.more", { n: open }),
      done: t("todo.doneCount", { n: done }),
    });
  return open > 0 ? t("todo.more", { n: open }) : t("todo.doneOnly", { n: done });
}

/** The whole list with a heading, for the column beside the chat. */
export function TodoColumn({ tasks, readOnly = false, onTick }: ContactTasksProps): JSX.Element {
  const id = useId();
  const done = tasks.filter((task) => task.done).length;
  return (
    <section class="todo" aria-labelledby={id}>
      <header class="todo__head">
        <h2 class="todo__title" id={id}>
          {t("todo")}
        </h2>
        <TaskMarks done={done} total={tasks.length} />
      </header>
      {tasks.length === 0 ? (
        <p class="todo__none">{t("todo.none")}</p>
      ) : (
        <ul class="todo__list">
          {sunk(tasks).map((task) => (
            <TaskItem key={task.id} task={task} contact readOnly={readOnly} onTick={onTick} />
          ))}
        </ul>
      )}
    </section>
  );
}
