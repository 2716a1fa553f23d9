// Adding tasks one after the other: a button, and in its place a line to write in.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { PlusIcon } from "../kit/icons.tsx";
import { TaskEditor } from "./TaskEditor.tsx";

interface AddTasksProps {
  /** Of the button. */
  readonly class?: string;
  readonly onAdd: (text: string) => void;
}

export function AddTasks({ class: name, onAdd }: AddTasksProps): JSX.Element {
  const [adding, setAdding] = useState(0);
  return adding > 0 ? (
    // A new key each time: Enter saves and opens the next empty line at once.
    <TaskEditor
      key={adding}
      initial=""
      placeholder={t("tasks.placeholder")}
      onSave={(text) => {
        onAdd(text);
        setAdding(adding + 1);
      }}
      onCancel={() => setAdding(0)}
    />
  ) : (
    <Button kind="link" icon={PlusIcon} class={name} onClick={() => setAdding(1)}>
      {t("tasks.add")}
    </Button>
  );
}
