// "Add task", and the field in its place while one is written: Enter saves it and opens the next empty line at once, leaving the
// field saves it too, Escape leads back to the button.

import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { PlusIcon } from "../kit/icons.tsx";
import { TaskEditor } from "./TaskEditor.tsx";

export interface AddTaskProps {
  readonly onAdd: (text: string) => void;
  /** Of the button. */
  readonly class?: string;
}

export function AddTask({ onAdd, class: extra }: AddTaskProps): JSX.Element {
  const id = useId();
  /** Counts the fields, so that each is a new one; 0 without one. */
  const [adding, setAdding] = useState(0);
  const returns = useRef(false);
  useLayoutEffect(() => {
    if (returns.current) document.getElementById(id)?.focus();
    returns.current = false;
  }, [adding]);
  if (adding === 0)
    return (
      <Button id={id} kind="link" icon={PlusIcon} class={extra} onClick={() => setAdding(1)}>
        {t("tasks.add")}
      </Button>
    );
  return (
    <TaskEditor
      key={adding}
      initial=""
      placeholder={t("tasks.placeholder")}
      onSave={(text, left) => {
        onAdd(text);
        setAdding(left ? 0 : adding + 1);
      }}
      onCancel={(left) => {
        returns.current = !left;
        setAdding(0);
      }}
    />
  );
}
