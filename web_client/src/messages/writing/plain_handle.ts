// What tools do with a field that stays plain. Only where clients write can it be so.

import { plainText } from "../../core/threads.ts";
import { bodyOf } from "../body_text.ts";
import type { MakeHandle } from "./EditorField.tsx";

export const plainHandle: MakeHandle = (area, setText, onChange) => {
  const put = (text: string): void => {
    setText(text);
    onChange(bodyOf(text));
  };
  const insertText = (text: string): void => {
    const field = area.current;
    if (!field) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    put(field.value);
    field.focus();
  };
  return {
    focus: () => area.current?.focus(),
    toggleMark: () => undefined,
    toggleList: () => undefined,
    setLink: () => undefined,
    mention: () => undefined,
    insertText,
    insertBody: (body) => insertText(plainText(body)),
    replace: (body) => put(body ? plainText(body) : ""),
    body: () => bodyOf(area.current?.value ?? ""),
  };
};
