// Asking for a link's address: beside the button, saved with Enter, refused with a sentence when it isn't one.

import "./link.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../kit/Button.tsx";
import { Field } from "../../kit/Field.tsx";
import { Popover } from "../../kit/Popover.tsx";
import { linkFrom } from "./typed_link.ts";

export interface LinkPopoverProps {
  readonly anchor: HTMLElement | DOMRect;
  readonly href: string;
  /** Undefined takes the link away. */
  readonly onSave: (href: string | undefined) => void;
  /** With `restore`, focus goes back to where it came from. */
  readonly onClose: (restore: boolean) => void;
}

export function LinkPopover({ anchor, href, onSave, onClose }: LinkPopoverProps): JSX.Element {
  const [typed, setTyped] = useState(href);
  const [failed, setFailed] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  return (
    <Popover anchor={anchor} prefer="above" onClose={onClose} class="popover--form">
      <form
        ref={form}
        class="link-form"
        onSubmit={(event) => {
          event.preventDefault();
          const link = linkFrom(typed);
          if (link === undefined) setFailed(true);
          else onSave(link);
        }}
      >
        <Field
          label={t("link.address")}
          value={typed}
          inputMode="url"
          placeholder="https://"
          error={failed ? t("link.wrong") : undefined}
          onInput={(value) => {
            setTyped(value);
            setFailed(false);
          }}
        />
        <div class="link-form__acts">
          {href !== "" && (
            <Button kind="quiet" onClick={() => onSave(undefined)}>
              {t("link.remove")}
            </Button>
          )}
          <Button kind="primary" type="submit">
            {t("link.save")}
          </Button>
        </div>
      </form>
    </Popover>
  );
}
