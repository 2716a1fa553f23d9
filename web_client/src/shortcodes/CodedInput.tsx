// A line in which shortcodes show as chips. What is typed stays an input's text; as soon as a shortcode stands in it, a copy
// of the text with chips is drawn in its place, and the input keeps caret, selection and keys.

import "./shortcodes.css";
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { shortcodesIn } from "./codes.ts";
import { ShortcodeWord } from "./ShortcodeButton.tsx";

export interface CodedInputProps {
  readonly label: string;
  readonly placeholder: string;
  readonly maxLength: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly field?: RefObject<HTMLInputElement | null> | undefined;
  /** The dialog that it stands in begins here. */
  readonly first?: boolean | undefined;
}

export function CodedInput(props: CodedInputProps): JSX.Element {
  const { label, placeholder, maxLength, value, onChange, first = false } = props;
  const own = useRef<HTMLInputElement>(null);
  const field = props.field ?? own;
  const copy = useRef<HTMLDivElement>(null);
  const codes = shortcodesIn(value);
  /** The copy shows the stretch that the input shows. */
  const follow = (): void => {
    if (copy.current && field.current) copy.current.scrollLeft = field.current.scrollLeft;
  };
  useLayoutEffect(follow);
  const insert = (token: string): void => {
    const input = field.current;
    if (!input) return;
    const { selectionStart, selectionEnd } = input;
    input.setRangeText(token, selectionStart ?? value.length, selectionEnd ?? value.length, "end");
    input.focus();
    onChange(input.value.slice(0, maxLength));
  };
  return (
    <div class={codes.length > 0 ? "coded coded--on" : "coded"}>
      <div class="coded__line">
        {codes.length > 0 && (
          <div ref={copy} class="coded__copy" aria-hidden="true">
            {pieces(value)}
          </div>
        )}
        <input
          ref={field}
          class="sheet__input coded__input"
          aria-label={label}
          placeholder={placeholder}
          maxLength={maxLength}
          value={value}
          {...(first ? { "data-autofocus": "" } : {})}
          onInput={(event) => onChange(event.currentTarget.value)}
          onScroll={follow}
          onSelect={follow}
        />
      </div>
      <ShortcodeWord where={label} onPick={insert} />
    </div>
  );
}

function pieces(text: string): (JSX.Element | string)[] {
  const found: (JSX.Element | string)[] = [];
  let at = 0;
  for (const code of shortcodesIn(text)) {
    found.push(
      text.slice(at, code.start),
      <span key={code.start} class={code.known ? "shortcode" : "shortcode shortcode--unknown"}>
        {code.text}
      </span>,
    );
    at = code.end;
  }
  return [...found, text.slice(at)];
}
