// Where staff write: formatting on top, text, then the internal switch at the left and Send at the right, whose name
// says who gets it. Internal turns the whole of it amber and the button saves. Enter makes a line, Ctrl+Enter sends.

import "./composer.css";
import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { format, language, t } from "../../i18n/index.ts";
import { Button } from "../../kit/Button.tsx";
import { EnterIcon, LockIcon } from "../../kit/icons.tsx";
import { Switch } from "../../kit/Switch.tsx";
import type { StaffChoice } from "../../staff/models.ts";
import { isBlank, trimmed } from "../body_text.ts";
import type { BodyDoc, DraftView, QuoteView } from "../models.ts";
import { Quote } from "../Quote.tsx";
import { EditorField, type EditorHandle, type ToolbarState } from "./EditorField.tsx";
import { FormatBar, modifier } from "./FormatBar.tsx";

export interface Outgoing {
  readonly body: BodyDoc;
  readonly internal: boolean;
  readonly quoteKey?: string;
}

export interface ComposerProps {
  readonly threadId: string;
  /** Read when the thread changes; after that the composer reports, and keeps its own. */
  readonly draft: DraftView;
  readonly receivers: readonly string[];
  /** A sentence why clients can't be written to; internal notes still can. */
  readonly blocked?: string | undefined;
  readonly people?: readonly StaffChoice[] | undefined;
  readonly autofocus?: boolean;
  readonly onDraft: (draft: { readonly body: BodyDoc | null; readonly internal: boolean }) => void;
  readonly onSend: (message: Outgoing) => void;
  readonly onTyping?: (internal: boolean) => void;
  readonly onQuoteRemove?: () => void;
  readonly onMentionOpen?: () => void;
  /** Further tools over the text, which act on it. */
  readonly tools?: ((editor: { readonly current: EditorHandle | null }) => ComponentChildren) | undefined;
}

export function Composer(props: ComposerProps): JSX.Element {
  const { threadId, draft, receivers, blocked, people, onDraft, onSend, onTyping } = props;
  const id = useId();
  const editor = useRef<EditorHandle | null>(null);
  const [toolbar, setToolbar] = useState<ToolbarState>();
  const [internal, setInternal] = useState(draft.internal);
  const [empty, setEmpty] = useState(false);
  const [round, setRound] = useState(0);
  const [spoken, setSpoken] = useState("");
  const body = useRef<BodyDoc | null>(draft.body);
  const start = useRef({ threadId, round, body: draft.body });
  if (start.current.threadId !== threadId) {
    start.current = { threadId, round, body: draft.body };
    body.current = draft.body;
  }
  // Before anybody can press anything: another thread's draft must not go out by the switch of the one before.
  useLayoutEffect(() => {
    setInternal(draft.internal);
    setEmpty(false);
  }, [threadId]);
  useLayoutEffect(() => {
    if (draft.quote) editor.current?.focus();
  }, [draft.quote?.key]);

  const refuse = !internal && blocked !== undefined;
  const send = (): void => {
    if (refuse) return;
    if (isBlank(body.current)) {
      setEmpty(true);
      editor.current?.focus();
      return;
    }
    onSend({
      body: trimmed(body.current as BodyDoc),
      internal,
      ...(draft.quote ? { quoteKey: draft.quote.key } : {}),
    });
    start.current = { threadId, round: round + 1, body: null };
    body.current = null;
    setRound(round + 1);
    onDraft({ body: null, internal });
    editor.current?.focus();
  };
  const switchMode = (to: boolean): void => {
    setInternal(to);
    setSpoken(to ? t("composer.nowInternal") : t("composer.nowContact"));
    onDraft({ body: body.current, internal: to });
    editor.current?.focus();
  };
  return (
    <section class={internal ? "composer composer--internal" : "composer"} aria-label={t("composer")}>
      <FormatBar
        editor={editor}
        state={toolbar}
        mentions={people !== undefined}
        more={props.tools?.(editor)}
        note={
          internal ? (
            <>
              <LockIcon size={14} />
              {t("composer.neverSeen")}
            </>
          ) : undefined
        }
      />
      {draft.quote && <DraftQuote quote={draft.quote} onRemove={props.onQuoteRemove} />}
      <div class="composer__text">
        <EditorField
          body={start.current.body}
          docKey={`${threadId}/${start.current.round}`}
          label={internal ? t("composer.internalLabel") : t("composer.label")}
          placeholder={internal ? t("composer.internalPlaceholder") : placeholder(receivers)}
          lang={language.value}
          people={people}
          autofocus={props.autofocus}
          onReady={(handle) => {
            editor.current = handle;
          }}
          onToolbar={setToolbar}
          onSubmit={send}
          {...(props.onMentionOpen ? { onMentionOpen: props.onMentionOpen } : {})}
          onChange={(next) => {
            body.current = next;
            setEmpty(false);
            onDraft({ body: isBlank(next) ? null : next, internal });
            if (!isBlank(next)) onTyping?.(internal);
          }}
        />
      </div>
      <div class="composer__foot">
        <Switch checked={internal} onChange={switchMode}>
          <span class="composer__mode">
            <LockIcon size={14} />
            {t("composer.internal")}
          </span>
        </Switch>
        <span class="composer__side">
          <Hint id={id} empty={empty} blocked={refuse ? blocked : undefined} />
          <SendButton
            internal={internal}
            receivers={receivers}
            describedBy={`${id}-hint`}
            disabled={refuse}
            onClick={send}
          />
        </span>
      </div>
      <div class="hidden" aria-live="assertive">
        {spoken}
      </div>
    </section>
  );
}

function placeholder(receivers: readonly string[]): string {
  return receivers[0] === undefined
    ? t("composer.placeholder")
    : t("composer.writeTo", { name: receivers[0] });
}

function DraftQuote({
  quote,
  onRemove,
}: {
  readonly quote: QuoteView;
  readonly onRemove: (() => void) | undefined;
}): JSX.Element {
  return (
    <div class="composer__quote">
      <Quote quote={quote} onRemove={onRemove} />
    </div>
  );
}

/** Beside the button: the shortcut, or why nothing goes out. */
function Hint({
  id,
  empty,
  blocked,
}: {
  readonly id: string;
  readonly empty: boolean;
  readonly blocked: string | undefined;
}): JSX.Element {
  const text = blocked ?? (empty ? t("composer.empty") : undefined);
  return (
    <span
      id={`${id}-hint`}
      class={text ? "composer__why" : "composer__hint"}
      role={text ? "status" : undefined}
    >
      {text ?? (
        <>
          {modifier()} <EnterIcon size={14} />
        </>
      )}
    </span>
  );
}

interface SendButtonProps {
  readonly internal: boolean;
  readonly receivers: readonly string[];
  readonly describedBy: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

/** "Send to Petra and 1 more": the rest of the names stands above the button on hover and focus. */
function SendButton({ internal, receivers, describedBy, disabled, onClick }: SendButtonProps): JSX.Element {
  const [first, ...rest] = receivers;
  const label = internal
    ? t("composer.save")
    : first === undefined
      ? t("send")
      : rest.length === 0
        ? t("composer.sendTo", { name: first })
        : t("composer.sendToMore", { name: first, n: rest.length });
  const all = format.value.list(receivers);
  const many = !internal && rest.length > 0;
  return (
    <span class="tip">
      <Button
        kind={internal ? "note" : "primary"}
        disabled={disabled}
        aria-describedby={describedBy}
        onClick={onClick}
      >
        {label}
        {many && <span class="hidden">: {all}</span>}
      </Button>
      {many && (
        <span class="tip__text" aria-hidden="true">
          {all}
        </span>
      )}
    </span>
  );
}
