// A text with its tools in a form: the format bar, the rich field, what stands below it, and why it was refused.
// Knows how they stand together; refuses to know what the text is for.

import "./composer.css";
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { language } from "../../i18n/index.ts";
import { FieldNote } from "../../kit/Field.tsx";
import type { BodyDoc } from "../models.ts";
import { EditorField, type EditorHandle, type ToolbarState } from "./EditorField.tsx";
import { FormatBar } from "./FormatBar.tsx";

export interface RichFieldProps {
  readonly label: string;
  readonly placeholder: string;
  /** What stands there, read anew when `docKey` changes. */
  readonly body: BodyDoc | null;
  readonly docKey: string;
  readonly error?: string | undefined;
  /** Shortcodes show as chips. */
  readonly codes?: boolean | undefined;
  /** Further tools over the text, which act on it. */
  readonly tools?: ((editor: { readonly current: EditorHandle | null }) => ComponentChildren) | undefined;
  /** Inside the frame, below the text. */
  readonly children?: ComponentChildren;
  readonly onChange: (body: BodyDoc) => void;
  readonly onSubmit: () => void;
}

export function RichField(props: RichFieldProps): JSX.Element {
  const { error, tools, children, ...field } = props;
  const id = useId();
  const editor = useRef<EditorHandle | null>(null);
  const [toolbar, setToolbar] = useState<ToolbarState>();
  return (
    <>
      <div class={error ? "composer composer--error" : "composer"}>
        <FormatBar editor={editor} state={toolbar} more={tools?.(editor)} />
        <div class="composer__text composer__text--tall">
          <EditorField
            {...field}
            lang={language.value}
            onReady={(handle) => {
              editor.current = handle;
            }}
            onToolbar={setToolbar}
          />
        </div>
        {children}
      </div>
      {error && <FieldNote id={id} error text={error} />}
    </>
  );
}
