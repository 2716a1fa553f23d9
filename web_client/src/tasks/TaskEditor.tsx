// A task's text being written.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { oneLine, saysNothing } from "../core/blank.ts";
import { t } from "../i18n/index.ts";

export interface TaskEditorProps {
  readonly initial: string;
  readonly placeholder?: string;
  /** `left`: the keyboard has gone elsewhere already. */
  readonly onSave: (text: string, left: boolean) => void;
  readonly onCancel: (left: boolean) => void;
}

/** Enter saves, also together with Ctrl or Cmd; Escape leaves it as it was. */
export function TaskEditor({ initial, placeholder, onSave, onCancel }: TaskEditorProps): JSX.Element {
  const [text, setText] = useState(initial);
  // Removing the field on Enter or Escape also blurs it: what was decided first counts.
  const decided = useRef(false);
  const finish = (act: () => void): void => {
    if (decided.current) return;
    decided.current = true;
    act();
  };
  const save = (left = false): void =>
    finish(() => (saysNothing(text) ? onCancel(left) : onSave(oneLine(text), left)));
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
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
        onBlur={() => save(true)}
        onKeyDown={(event) => {
          // What it stands in hears it, too, and has the task then.
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
          if (event.key !== "Escape") return;
          event.stopPropagation();
          event.preventDefault();
          finish(() => onCancel(false));
        }}
      />
    </form>
  );
}
