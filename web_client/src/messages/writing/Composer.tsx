// Where staff write: formatting on top, text, then the internal switch at the left and Send at the right, whose name
// says who gets it. Internal turns the whole of it amber and the button saves. Enter makes a line, Ctrl+Enter sends.

import "./composer.css";
import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Id, Link } from "../../core/protocol.gen.ts";
import type { DraftFiles } from "../../documents/draft_files.ts";
import { AttachButton, Files, whyUnsent } from "../../documents/Files.tsx";
import { format, language, t } from "../../i18n/index.ts";
import { Button } from "../../kit/Button.tsx";
import { ArrowUpIcon } from "../../kit/contact_icons.tsx";
import { EnterIcon, LockIcon } from "../../kit/icons.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { lazy } from "../../shell/lazy.tsx";
import { codesOf, type Resolve, useResolving } from "../../shortcodes/resolving.ts";
import type { SaysProps } from "../../shortcodes/Says.tsx";
import type { StaffChoice } from "../../staff/models.ts";
import { bodyOf, isBlank, trimmed } from "../body_text.ts";
import type { BodyDoc, DraftView, QuoteView } from "../models.ts";
import { Quote } from "../Quote.tsx";
import { EditorField, type EditorHandle, type ToolbarState } from "./EditorField.tsx";
import { FormatBar, modifier } from "./FormatBar.tsx";
import { useWritingPlace } from "./place.ts";

const Says = lazy<SaysProps>(async () => (await import("../../shortcodes/Says.tsx")).Says);

export interface Outgoing {
  readonly body: BodyDoc;
  readonly internal: boolean;
  readonly quoteKey?: string;
}

/** Takes what is written elsewhere than to the thread at once; says whether it is taken. */
export type Hand = (message: Outgoing) => Promise<boolean>;

export interface ComposerProps {
  readonly threadId: string;
  /** Read when the thread changes; after that the composer reports, and keeps its own. */
  readonly draft: DraftView;
  readonly receivers: readonly string[];
  /** A sentence why clients can't be written to; internal notes still can. */
  readonly blocked?: string | undefined;
  readonly people?: readonly StaffChoice[] | undefined;
  readonly autofocus?: boolean;
  /** Those that go with it, and the people of an account, to say who sees what is in a folder. */
  readonly files?: DraftFiles | undefined;
  readonly linksOf?: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  readonly onDraft: (draft: { readonly body: BodyDoc | null; readonly internal: boolean }) => void;
  readonly onSend: (message: Outgoing) => void;
  readonly onTyping?: (internal: boolean) => void;
  readonly onQuoteRemove?: () => void;
  readonly onMentionOpen?: () => void;
  /** What a text says here with the values of its shortcodes. */
  readonly resolve?: Resolve | undefined;
  readonly accountId?: string | undefined;
  /** Further tools over the text, which act on it. */
  readonly tools?: ((editor: { readonly current: EditorHandle | null }) => ComponentChildren) | undefined;
  /** Beside Send, for what goes to contacts: hands it over, if it can be sent. */
  readonly later?: ((send: (hand: Hand) => void) => ComponentChildren) | undefined;
}

export function Composer(props: ComposerProps): JSX.Element {
  const { threadId, draft, receivers, blocked, people, files, onDraft, onSend, onTyping } = props;
  const id = useId();
  const section = useRef<HTMLElement>(null);
  const editor = useRef<EditorHandle | null>(null);
  useWritingPlace(section, editor);
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
  // It went out by itself once its files were saved.
  const sent = files?.round.value ?? 0;
  const gone = useRef({ files, sent });
  if (gone.current.files === files && gone.current.sent !== sent) {
    start.current = { threadId, round, body: null };
    body.current = null;
  }
  gone.current = { files, sent };
  // Before anybody can press anything: another thread's draft must not go out by the switch of the one before.
  useLayoutEffect(() => {
    setInternal(draft.internal);
    setEmpty(false);
  }, [threadId]);
  useLayoutEffect(() => {
    if (draft.quote) editor.current?.focus();
  }, [draft.quote?.key]);

  // Only while there are shortcodes: a text without them is nobody's question.
  const [coded, setCoded] = useState<BodyDoc | null>(null);
  const { resolved, seen } = useResolving(props.resolve, props.accountId, { body: coded });
  const note = (next: BodyDoc | null): void => setCoded(codesOf({ body: next }).size > 0 ? next : null);
  useLayoutEffect(() => note(body.current), [threadId]);
  // Files may take an hour, and values change: whoever waits for them is asked about once more.
  useLayoutEffect(() => {
    if (files) files.ask = coded === null ? undefined : seen;
  });

  const cannot = internal
    ? undefined
    : (blocked ?? (files?.hidden ? t("problem.document_private") : undefined));
  const refuse = cannot !== undefined;
  const send = (hand?: Hand): void => {
    if (refuse) return;
    if (isBlank(body.current) && !files?.all.value.length) {
      setEmpty(true);
      editor.current?.focus();
      return;
    }
    if (coded === null) {
      go(hand);
      return;
    }
    // A gap is seen before it is sent; who can't ask is told by the text itself (SC-6).
    const asked = start.current;
    const text = body.current;
    void seen()
      .catch(() => true)
      .then((all) => all && start.current === asked && body.current === text && go(hand));
  };
  const go = (hand?: Hand): void => {
    if (files?.unsaved) {
      files.sendWhenSaved(internal);
      return;
    }
    const message = {
      body: trimmed(body.current ?? bodyOf("")),
      internal,
      ...(draft.quote ? { quoteKey: draft.quote.key } : {}),
    };
    const asked = start.current;
    if (hand) {
      void hand(message).then((taken) => taken && start.current === asked && begin());
      return;
    }
    onSend(message);
    begin();
  };
  const begin = (): void => {
    start.current = { threadId, round: round + 1, body: null };
    body.current = null;
    setRound(round + 1);
    setCoded(null);
    onDraft({ body: null, internal });
    editor.current?.focus();
  };
  const switchMode = (to: boolean): void => {
    setInternal(to);
    // What waited to go to the one side must not go to the other by itself.
    files?.stay();
    setSpoken(to ? t("composer.nowInternal") : t("composer.nowContact"));
    onDraft({ body: body.current, internal: to });
    editor.current?.focus();
  };
  return (
    <section
      ref={section}
      class={internal ? "composer composer--internal" : "composer"}
      aria-label={t("composer")}
    >
      <FormatBar
        editor={editor}
        state={toolbar}
        mentions={people !== undefined}
        more={
          <>
            {files && (
              <AttachButton files={files} internal={internal} linksOf={props.linksOf} tabIndex={-1} />
            )}
            {props.tools?.(editor)}
          </>
        }
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
          docKey={`${threadId}/${start.current.round}/${sent}`}
          label={internal ? t("composer.internalLabel") : t("composer.label")}
          placeholder={internal ? t("composer.internalPlaceholder") : placeholder(receivers)}
          lang={language.value}
          people={people}
          codes
          autofocus={props.autofocus}
          onReady={(handle) => {
            editor.current = handle;
          }}
          onToolbar={setToolbar}
          onSubmit={() => send()}
          {...(props.onMentionOpen ? { onMentionOpen: props.onMentionOpen } : {})}
          onChange={(next) => {
            body.current = next;
            note(next);
            setEmpty(false);
            onDraft({ body: isBlank(next) ? null : next, internal });
            if (!isBlank(next)) onTyping?.(internal);
          }}
        />
      </div>
      {coded && (
        <div class="composer__says">
          <Says text={{ body: coded }} resolved={resolved} reader={receivers[0]} />
        </div>
      )}
      {files && <Files files={files} internal={internal} linksOf={props.linksOf} />}
      <div class="composer__foot">
        <Switch checked={internal} onChange={switchMode}>
          <span class="composer__mode">
            <LockIcon size={14} />
            <span class="composer__word">{t("composer.internal")}</span>
          </span>
        </Switch>
        <span class="composer__side">
          <Hint id={id} empty={empty} blocked={cannot} files={files} />
          {!internal && props.later?.(send)}
          <SendButton
            internal={internal}
            receivers={receivers}
            describedBy={`${id}-hint`}
            disabled={refuse}
            onClick={() => send()}
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
  files,
}: {
  readonly id: string;
  readonly empty: boolean;
  readonly blocked: string | undefined;
  readonly files: DraftFiles | undefined;
}): JSX.Element {
  const waits = files?.waiting.value ?? false;
  const why = blocked ?? (empty ? t("composer.empty") : files && whyUnsent(files));
  const text = why ?? (waits ? t("attach.whenSaved") : undefined);
  return (
    <span
      id={`${id}-hint`}
      class={why ? "composer__why" : waits ? "composer__waits" : "composer__hint"}
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
        icon={ArrowUpIcon}
        class="composer__send"
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
