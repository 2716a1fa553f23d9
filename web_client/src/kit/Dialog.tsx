// Something that must be answered before anything else: holds focus, closes on Escape and on the scrim, and gives
// focus back to its opener. Its keys are heard also when what had focus is gone or switched off, and bring focus back.
// A dirty form asks first: whoever owns it decides in onClose. On phones a full sheet.

import "./dialog.css";
import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { focusable, trapTab } from "./focus.ts";
import { IconButton } from "./IconButton.tsx";
import { CloseIcon } from "./icons.tsx";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** 440 for a question, 736 for a form. A form has a close button and a ruled header. */
  readonly size?: "confirm" | "form";
  readonly footer: ComponentChildren;
  readonly children: ComponentChildren;
  /** Drawn where it stands, for the gallery. */
  readonly inline?: boolean;
  readonly onSubmit?: () => void;
}

export function Dialog(props: DialogProps): JSX.Element {
  const { title, onClose, size = "confirm", footer, children, inline = false, onSubmit } = props;
  const id = useId();
  const surface = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (inline) return;
    const opener = document.activeElement;
    const element = surface.current;
    const first =
      element?.querySelector<HTMLElement>("[data-autofocus]") ?? (element && focusable(element)[0]);
    (first ?? element)?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [inline]);

  const keys = (event: KeyboardEvent): void => {
    if (inline) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && onSubmit) {
      event.preventDefault();
      onSubmit();
    } else if (surface.current) {
      trapTab(event, surface.current);
    }
  };

  // Nothing has focus: the key goes to the page's body, and is meant for the dialog on top.
  useLayoutEffect(() => {
    const lost = (event: KeyboardEvent): void => {
      const element = surface.current;
      if (
        event.target !== document.body ||
        element !== [...document.querySelectorAll(".scrim .dialog")].at(-1)
      )
        return;
      element?.focus();
      keys(event);
    };
    document.body.addEventListener("keydown", lost);
    return () => document.body.removeEventListener("keydown", lost);
  });

  const panel = (
    <div
      ref={surface}
      class={`dialog dialog--${size}`}
      role="dialog"
      aria-modal={!inline}
      aria-labelledby={id}
      tabIndex={-1}
      onKeyDown={keys}
    >
      <header class="dialog__header">
        <h2 class="dialog__title" id={id}>
          {title}
        </h2>
        {size === "form" && <IconButton icon={CloseIcon} label={t("close")} onClick={onClose} />}
      </header>
      <div class="dialog__body">{children}</div>
      <footer class="dialog__footer">{footer}</footer>
    </div>
  );
  if (inline) return panel;
  return (
    // The scrim is a convenience for pointers; Escape and the buttons do the same for keys.
    <div
      class="scrim"
      role="presentation"
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      {panel}
    </div>
  );
}
