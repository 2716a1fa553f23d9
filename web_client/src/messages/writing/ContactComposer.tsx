// Where a client writes: one roomy field and Send. In the portal the field is rich and opens a formatting bar on wish;
// in the widget it stays plain and the editor isn't fetched.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { DraftFiles } from "../../documents/draft_files.ts";
import { AttachButton, Files, whyUnsent } from "../../documents/Files.tsx";
import { language, t } from "../../i18n/index.ts";
import { ArrowUpIcon, TextIcon } from "../../kit/contact_icons.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { bodyOf, isBlank, trimmed } from "../body_text.ts";
import type { BodyDoc } from "../models.ts";
import { EditorField, type EditorHandle, type ToolbarState } from "./EditorField.tsx";
import { EmojiButton } from "./EmojiButton.tsx";
import { FormatBar } from "./FormatBar.tsx";
import { useWritingPlace } from "./place.ts";
import { plainHandle } from "./plain_handle.ts";

export interface ContactComposerProps {
  readonly threadId: string;
  readonly draft: BodyDoc | null;
  /** First name of who will most likely answer, for "Write to Anna". */
  readonly receiver?: string | undefined;
  readonly rich: boolean;
  readonly blocked?: string | undefined;
  /** Those that go with it; absent where none can be attached. */
  readonly files?: DraftFiles | undefined;
  readonly onDraft: (body: BodyDoc | null) => void;
  readonly onSend: (body: BodyDoc) => void;
  readonly onTyping?: () => void;
}

export function ContactComposer(props: ContactComposerProps): JSX.Element {
  const { threadId, draft, receiver, rich, blocked, files, onDraft, onSend, onTyping } = props;
  const section = useRef<HTMLElement>(null);
  const editor = useRef<EditorHandle | null>(null);
  useWritingPlace(section, editor);
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
  // It went out by itself once its files were saved.
  const sent = files?.round.value ?? 0;
  const gone = useRef({ files, sent });
  if (gone.current.files === files && gone.current.sent !== sent) {
    start.current = { threadId, round, body: null };
    body.current = null;
  }
  gone.current = { files, sent };
  const send = (): void => {
    if (blocked !== undefined) return;
    if (isBlank(body.current) && !files?.all.value.length) {
      setEmpty(true);
      editor.current?.focus();
      return;
    }
    if (files?.unsaved) {
      files.sendWhenSaved(false);
      return;
    }
    onSend(trimmed(body.current ?? bodyOf("")));
    start.current = { threadId, round: round + 1, body: null };
    body.current = null;
    setRound(round + 1);
    onDraft(null);
    editor.current?.focus();
  };
  const label = receiver ? t("composer.writeTo", { name: receiver }) : t("composer.placeholder");
  const why = blocked ?? (empty ? t("composer.empty") : files && whyUnsent(files));
  return (
    <section ref={section} class="contact-composer" aria-label={t("composer")}>
      {formatting && <FormatBar editor={editor} state={toolbar} />}
      {why && (
        <p class="contact-composer__why" role="status">
          {why}
        </p>
      )}
      {files && <Files files={files} internal={false} />}
      {files?.waiting.value && (
        <p class="contact-composer__waits" role="status">
          {t("attach.whenSaved")}
        </p>
      )}
      <div class="contact-composer__line">
        {files && blocked === undefined && (
          <span class="contact-composer__attach">
            <AttachButton files={files} size={20} />
          </span>
        )}
        <div class="contact-composer__field">
          <EditorField
            plain={rich ? undefined : plainHandle}
            body={start.current.body}
            docKey={`${threadId}/${start.current.round}/${sent}`}
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
          {rich && (
            <IconButton
              icon={TextIcon}
              size={20}
              label={t("format")}
              aria-expanded={formatting}
              onClick={() => setFormatting(!formatting)}
            />
          )}
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
