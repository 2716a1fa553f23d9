// What follows the last reminder, to choose from (SS-6).

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { AfterLast as Choice } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { Select } from "../kit/Select.tsx";

interface AfterLastProps<T extends Choice | ""> {
  readonly value: T;
  /** Besides those that each form has. */
  readonly also?: readonly (readonly [value: T, name: string])[];
  readonly onChange: (value: T | Choice) => void;
}

/** In a chat that there is. */
export function AfterLast<T extends Choice | "">({
  value,
  also = [],
  onChange,
}: AfterLastProps<T>): JSX.Element {
  const id = useId();
  return (
    <div class="stepper stepper--choice">
      <label class="stepper__label" for={id}>
        {t("reminder.afterLast")}
      </label>
      <Select<T | Choice>
        id={id}
        value={value}
        options={[
          ...also,
          ["nothing", t("reminder.after.nothing")],
          ["tell", t("reminder.after.tell")],
          ["archive", t("reminder.after.archive")],
        ]}
        onChange={onChange}
      />
    </div>
  );
}

interface AfterLastToBeProps {
  readonly value: Choice | undefined;
  readonly onChange: (value: Choice | undefined) => void;
}

/** In a chat that is to begin, or a template: also what the firm has chosen by then. */
export function AfterLastToBe({ value, onChange }: AfterLastToBeProps): JSX.Element {
  return (
    <AfterLast<Choice | "">
      value={value ?? ""}
      also={[["", t("reminder.after.firm")]]}
      onChange={(chosen) => onChange(chosen || undefined)}
    />
  );
}
