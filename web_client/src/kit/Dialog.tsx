// Something that must be answered before anything else: the browser's own modal dialog, so that nothing behind it can be
// reached by whatever means. Holds focus, closes on Escape, on a phone's Back and on the scrim, and gives focus back to its
// opener. Its keys are heard also when what had focus is gone or switched off, and bring focus back.
// A dirty form asks first: whoever owns it decides in onClose. On phones a full sheet.

import "./dialog.css";
import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { focusable } from "./focus.ts";
import { IconButton } from "./IconButton.tsx";
import { CloseIcon } from "./icons.tsx";
import { trapTab } from "./trap.ts";

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
  const modal = useRef<HTMLDialogElement>(null);
  const surface = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = modal.current;
    if (!element) return;
    const opener = document.activeElement;
    element.showModal();
    const first = element.querySelector<HTMLElement>("[data-autofocus]") ?? focusable(element)[0];
    (first ?? surface.current)?.focus();
    return () => {
      // What is behind takes no focus before it is closed.
      element.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [inline]);

  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      event.stopPropagation();
      // Else the browser would ask for the same once more.
      event.preventDefault();
      onClose();
    } else if (event.defaultPrevented) {
      // It was for what stands inside: an editor that has sent, a cell that was left.
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && onSubmit) {
      event.preventDefault();
      // One dialog may stand in another, which is not meant.
      event.stopPropagation();
      onSubmit();
    } else if (surface.current) {
      trapTab(event, surface.current);
    }
  };

  // Nothing has focus: the key goes to the page's body, and is meant for the dialog on top.
  useLayoutEffect(() => {
    const lost = (event: KeyboardEvent): void => {
      if (
        event.target !== document.body ||
        modal.current !== [...document.querySelectorAll("dialog:modal")].at(-1)
      )
        return;
      surface.current?.focus();
      keys(event);
    };
    document.body.addEventListener("keydown", lost);
    return () => document.body.removeEventListener("keydown", lost);
  });

  const inside = (
    <>
      <header class="dialog__header">
        <h2 class="dialog__title" id={id}>
          {title}
        </h2>
        {size === "form" && <IconButton icon={CloseIcon} label={t("close")} onClick={onClose} />}
      </header>
      <div class="dialog__body">{children}</div>
      <footer class="dialog__footer">{footer}</footer>
    </>
  );
  const name = `dialog dialog--${size}`;
  if (inline)
    return (
      <div class={name} role="dialog" aria-labelledby={id}>
        {inside}
      </div>
    );
  return (
    // The scrim is a convenience for pointers; Escape and the buttons do the same for keys.
    <dialog
      ref={modal}
      class="scrim"
      aria-labelledby={id}
      onKeyDown={keys}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onCancel={(event) => {
        // A file chooser inside that was left says so, too.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => {
        // A browser may insist at the second Back in a row, also where the owner asks first.
        if (event.currentTarget.isConnected && !event.currentTarget.open) event.currentTarget.showModal();
      }}
    >
      <div ref={surface} class={name} tabIndex={-1}>
        {inside}
      </div>
    </dialog>
  );
}
