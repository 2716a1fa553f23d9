// Where a client writes: one roomy field and Send. In the portal the field is rich and opens a formatting bar on wish;
// in the widget it stays plain and the editor isn't fetched.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { language, t } from "../../i18n/index.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { ArrowUpIcon, TextIcon } from "../../kit/icons.tsx";
import { isBlank, trimmed } from "../body_text.ts";
import type { BodyDoc } from "../models.ts";
import { EditorField, type EditorHandle, type ToolbarState } from "./EditorField.tsx";
import { EmojiButton } from "./EmojiButton.tsx";
import { FormatBar } from "./FormatBar.tsx";

export interface ContactComposerProps {
  readonly threadId: string;
  readonly draft: BodyDoc | null;
  /** First name of who will most likely answer, for "Write to Anna". */
  readonly receiver?: string | undefined;
  readonly rich: boolean;
  readonly blocked?: string | undefined;
  readonly onDraft: (body: BodyDoc | null) => void;
  readonly onSend: (body: BodyDoc) => void;
  readonly onTyping?: () => void;
}

export function ContactComposer(props: ContactComposerProps): JSX.Element {
  const { threadId, draft, receiver, rich, blocked, onDraft, onSend, onTyping } = props;
  const editor = useRef<EditorHandle | null>(null);
  const [toolbar, setToolbar] = useState<ToolbarState>();
  const [formatting, setFormatting] = useState(false);
  const [empty, setEmpty] = useState(false);
  const [round, setRound] = useState(0);
  const body = useRef<BodyDoc | null>(draft);
  const start = useRef({ threadId, round, body: draft });
  if (start.current.threadId !== threadId) {
    start.current = { threadId, round, body: draft };
    body.current = draft;
  }
  const send = (): void => {
    if (blocked !== undefined) return;
    if (isBlank(body.current)) {
      setEmpty(true);
      editor.current?.focus();
      return;
    }
    onSend(trimmed(body.current as BodyDoc));
    start.current = { threadId, round: round + 1, body: null };
    body.current = null;
    setRound(round + 1);
    onDraft(null);
    editor.current?.focus();
  };
  const label = receiver ? t("composer.writeTo", { name: receiver }) : t("composer.placeholder");
  const why = blocked ?? (empty ? t("composer.empty") : undefined);
  return (
    <section class="contact-composer" aria-label={t("composer")}>
      {formatting && <FormatBar editor={editor} state={toolbar} />}
      {why && (
        <p class="contact-composer__why" role="status">
          {why}
        </p>
      )}
      <div class="contact-composer__line">
        {rich && (
          <IconButton
            icon={TextIcon}
            size={20}
            label={t("format")}
            class="contact-composer__format"
            aria-expanded={formatting}
            onClick={() => setFormatting(!formatting)}
          />
        )}
        <div class="contact-composer__field">
          <EditorField
            plain={!rich}
            body={start.current.body}
            docKey={`${threadId}/${start.current.round}`}
            label={label}
            placeholder={label}
            lang={language.value}
            onReady={(handle) => {
              editor.current = handle;
            }}
            onToolbar={setToolbar}
            onSubmit={send}
            onChange={(next) => {
              body.current = next;
              setEmpty(false);
              onDraft(isBlank(next) ? null : next);
              if (!isBlank(next)) onTyping?.();
            }}
          />
          <EmojiButton onPick={(char) => editor.current?.insertText(char)} />
        </div>
        <button
          type="button"
          class="contact-composer__send"
          disabled={blocked !== undefined}
          onClick={send}
          aria-label={t("send")}
        >
          <span class="contact-composer__word" aria-hidden="true">
            {t("send")}
          </span>
          <ArrowUpIcon size={20} />
        </button>
      </div>
    </section>
  );
}
