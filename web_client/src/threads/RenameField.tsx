// The field in place of a thread's subject while somebody changes it. Enter and leaving it save, Escape doesn't.

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { oneLine, saysNothing } from "../core/blank.ts";
import { t } from "../i18n/index.ts";

export interface RenameFieldProps {
  readonly subject: string;
  readonly onRename: (subject: string) => void;
  readonly onDone: () => void;
}

export function RenameField({ subject, onRename, onDone }: RenameFieldProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.select(), []);
  const decided = useRef(false);
  const finish = (text: string | undefined): void => {
    if (decided.current) return;
    decided.current = true;
    const written = oneLine(text ?? "");
    if (!saysNothing(written) && written !== subject) onRename(written);
    onDone();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        finish(field.current?.value);
      }}
    >
      <input
        ref={field}
        class="thread-header__rename"
        aria-label={t("thread.subject")}
        maxLength={200}
        defaultValue={subject}
        onBlur={() => finish(field.current?.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          // It has closed the field, and closes nothing else.
          event.preventDefault();
          finish(undefined);
        }}
      />
    </form>
  );
}
