// Where a message is written. A plain field at once, the rich one as soon as it has loaded, with what was typed
// meanwhile: nobody waits for an editor. Where formatting isn't offered it stays plain and the editor isn't fetched.

import type { ComponentType, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { plainText } from "../../core/threads.ts";
import { bodyOf } from "../body_text.ts";
import type { EditorProps } from "./editor/Editor.tsx";
import type { EditorHandle } from "./editor/view.ts";

export type { EditorHandle, ListName, MarkName, ToolbarState } from "./editor/view.ts";

export interface EditorFieldProps extends EditorProps {
  readonly plain?: boolean | undefined;
}

let loaded: ComponentType<EditorProps> | undefined;

/** Fetch the editor ahead of its first use. Resolves to nothing when it can't be had: the plain field stays. */
export async function loadEditor(): Promise<ComponentType<EditorProps> | undefined> {
  try {
    loaded ??= (await import("./editor/Editor.tsx")).default;
  } catch (problem) {
    console.warn("the editor could not be loaded, the plain field stays", problem);
  }
  return loaded;
}

export function EditorField(props: EditorFieldProps): JSX.Element {
  const { plain = false, body, docKey, onChange, onReady } = props;
  const [Rich, setRich] = useState<{ readonly component: ComponentType<EditorProps> } | undefined>(
    !plain && loaded ? { component: loaded } : undefined,
  );
  const [text, setText] = useState(body ? plainText(body) : "");
  const typed = useRef<BodyDoc>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  /** Where the caret stood in the plain field when the rich one took its place; undefined without focus. */
  const caret = useRef<number>(undefined);

  useEffect(() => {
    if (plain || Rich) return;
    let wanted = true;
    loadEditor().then((component) => {
      if (!wanted || !component) return;
      if (area.current && document.activeElement === area.current) caret.current = behindCaret(area.current);
      setRich({ component });
    });
    return () => {
      wanted = false;
    };
  }, [plain, Rich]);

  useLayoutEffect(() => {
    if (Rich) return;
    typed.current = null;
    setText(body ? plainText(body) : "");
  }, [docKey]);

  useLayoutEffect(() => {
    if (!plain) return;
    onReady(plainHandle(area, setText, onChange));
    return () => onReady(null);
  }, [plain]);

  useLayoutEffect(() => {
    if (!Rich && props.autofocus) area.current?.focus();
  }, []);

  if (Rich) {
    return (
      <Rich.component
        {...props}
        body={typed.current ?? body}
        autofocus={props.autofocus || caret.current !== undefined}
        caret={typed.current ? caret.current : undefined}
      />
    );
  }
  return (
    <textarea
      ref={area}
      class="editor__text editor__text--plain"
      rows={1}
      aria-label={props.label}
      placeholder={props.placeholder}
      lang={props.lang}
      value={text}
      onInput={(event) => {
        const { value } = event.currentTarget;
        setText(value);
        typed.current = bodyOf(value);
        onChange(typed.current);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        props.onSubmit();
      }}
    />
  );
}

/** How many positions of the document are behind the caret: each character is one, and a new line two. */
function behindCaret(field: HTMLTextAreaElement): number {
  const behind = field.value.slice(field.selectionEnd);
  return behind.length + behind.split("\n").length - 1;
}

type BodyDoc = NonNullable<EditorProps["body"]>;

function plainHandle(
  area: { readonly current: HTMLTextAreaElement | null },
  setText: (text: string) => void,
  onChange: (body: BodyDoc) => void,
): EditorHandle {
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
}
