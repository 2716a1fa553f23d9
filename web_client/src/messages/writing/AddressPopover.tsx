// Asking for an address: beside the button, taken with Enter, refused with a sentence. Refuses to know what it is of.

import "./link.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../kit/Button.tsx";
import { Field } from "../../kit/Field.tsx";
import { Popover } from "../../kit/Popover.tsx";

export interface AddressPopoverProps {
  readonly anchor: HTMLElement | DOMRect;
  readonly label: string;
  readonly hint?: string;
  /** What stands there at first. */
  readonly address: string;
  /** What the button says that takes it. */
  readonly verb: string;
  /** Why what was typed can't be taken. */
  readonly wrong: string;
  /** Whether it is taken. */
  readonly onTake: (typed: string) => boolean;
  /** What else can be done with what was typed, once it was refused or not. */
  readonly other: (typed: string, refused: boolean) => JSX.Element | false;
  /** With `restore`, focus goes back to where it came from. */
  readonly onClose: (restore: boolean) => void;
}

export function AddressPopover(props: AddressPopoverProps): JSX.Element {
  const { anchor, label, hint, address, verb, wrong, onTake, other, onClose } = props;
  const [typed, setTyped] = useState(address);
  const [refused, setRefused] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  return (
    <Popover anchor={anchor} prefer="above" onClose={onClose} class="popover--form">
      <form
        ref={form}
        class="link-form"
        onSubmit={(event) => {
          event.preventDefault();
          setRefused(!onTake(typed));
        }}
      >
        <Field
          label={label}
          value={typed}
          inputMode="url"
          placeholder="https://"
          error={refused ? wrong : undefined}
          hint={hint}
          onInput={(value) => {
            setTyped(value);
            setRefused(false);
          }}
        />
        <div class="link-form__acts">
          {other(typed, refused)}
          <Button kind="primary" type="submit">
            {verb}
          </Button>
        </div>
      </form>
    </Popover>
  );
}
