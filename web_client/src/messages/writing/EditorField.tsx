// Where a message is written. A plain field at once, the rich one as soon as it has loaded, with what was typed
// meanwhile: nobody waits for an editor. Where formatting isn't offered it stays plain and the editor isn't fetched.

import type { ComponentType, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { plainText } from "../../core/threads.ts";
import { bodyOf } from "../body_text.ts";
import type { EditorProps } from "./editor/Editor.tsx";
import type { EditorHandle } from "./editor/view.ts";

export type { EditorHandle, ListName, MarkName, ToolbarState } from "./editor/view.ts";

export type MakeHandle = (
  area: { readonly current: HTMLTextAreaElement | null },
  setText: (text: string) => void,
  onChange: (body: BodyDoc) => void,
) => EditorHandle;

export interface EditorFieldProps extends EditorProps {
  /** It stays plain, with a handle made by this: plain_handle.ts. */
  readonly plain?: MakeHandle | undefined;
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
  const { plain, body, docKey, onChange, onReady } = props;
  const [Rich, setRich] = useState<{ readonly component: ComponentType<EditorProps> } | undefined>(
    !plain && loaded ? { component: loaded } : undefined,
  );
  const [text, setText] = useState(body ? plainText(body) : "");
  /** In the plain field, and of which text: of another one it says nothing. */
  const typed = useRef<{ readonly docKey: string; readonly body: BodyDoc }>(undefined);
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
    setText(body ? plainText(body) : "");
  }, [docKey]);

  useLayoutEffect(() => {
    // The rich field has it now, and what is written there goes further than this.
    if (Rich) typed.current = undefined;
  }, [Rich]);

  useLayoutEffect(() => {
    if (!plain) return;
    onReady(plain(area, setText, onChange));
    return () => onReady(null);
  }, [plain]);

  useLayoutEffect(() => {
    if (!Rich && props.autofocus) area.current?.focus();
  }, []);

  if (Rich) {
    const before = typed.current?.docKey === docKey ? typed.current : undefined;
    return (
      <Rich.component
        {...props}
        body={(before ?? props).body}
        autofocus={props.autofocus || caret.current !== undefined}
        caret={before && caret.current}
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
        typed.current = { docKey, body: bodyOf(value) };
        onChange(typed.current.body);
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
