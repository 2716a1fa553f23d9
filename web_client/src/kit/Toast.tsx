// What was just done, with a way back: bottom centre, one at a time, six seconds, longer under pointer or focus.
// Never the only place where an error is shown.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ArchiveIcon, BellIcon, CheckIcon, type Icon, PersonIcon, ProblemIcon } from "./icons.tsx";
import type { ToastView } from "./models.ts";

const TOAST_MS = 6_000;
const icons: Record<NonNullable<ToastView["icon"]>, Icon> = {
  archive: ArchiveIcon,
  bell: BellIcon,
  check: CheckIcon,
  person: PersonIcon,
  problem: ProblemIcon,
};

export interface ToastProps {
  readonly toast: ToastView | undefined;
  readonly onDone: () => void;
  readonly inline?: boolean;
}

export function Toast({ toast, onDone, inline }: ToastProps): JSX.Element {
  const [held, setHeld] = useState(false);
  const key = toast?.key;
  useEffect(() => {
    if (key === undefined || held || inline) return;
    const timer = setTimeout(onDone, TOAST_MS);
    return () => clearTimeout(timer);
  }, [key, held, inline, onDone]);
  const Glyph = toast?.icon && icons[toast.icon];
  // The region stays in the page when there is nothing to say: one that comes with its text isn't read out.
  return (
    <div class={inline ? "toasts toasts--inline" : "toasts"} role="status">
      {toast && (
        <div
          key={toast.key}
          class="toast"
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocusCapture={() => setHeld(true)}
          onBlurCapture={() => setHeld(false)}
        >
          {Glyph && <Glyph size={18} />}
          <span class="toast__text">{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              class="toast__action"
              onClick={() => {
                toast.action?.run();
                onDone();
              }}
            >
              {toast.action.label}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
