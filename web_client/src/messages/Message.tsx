// One message in the console. The other side writes on plain paper, your own side on a quiet surface that bleeds
// outwards, so the text edge never moves. Internal is amber as a whole, with the words written out.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Attachments } from "../documents/attached.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { LockIcon, ReplyIcon } from "../kit/icons.tsx";
import { Time } from "../kit/Time.tsx";
import { Body } from "./Body.tsx";
import type { MessageView } from "./models.ts";
import { Quote } from "./Quote.tsx";
import { Receipt } from "./Receipt.tsx";

export interface MessageActions {
  readonly onReply?: (key: string) => void;
  readonly onRetry?: (key: string) => void;
  readonly onDiscard?: (key: string) => void;
  readonly onJump?: (key: string) => void;
}

export interface MessageProps extends MessageActions {
  readonly message: MessageView;
  readonly continued?: boolean;
  readonly meId?: string | undefined;
}

export function Message({ message, continued = false, meId, ...acts }: MessageProps): JSX.Element {
  const { author, receipt } = message;
  const kind = message.deleted ? "deleted" : message.internal ? "internal" : message.own ? "own" : "other";
  const state = receipt?.kind === "pending" || receipt?.kind === "failed" ? ` message--${receipt.kind}` : "";
  return (
    <article
      class={`message message--${kind}${continued ? " message--continued" : ""}${state}`}
      data-entry={message.key}
      tabIndex={-1}
    >
      <span class="message__avatar">{!continued && <Avatar person={author} size={28} />}</span>
      <div class="message__surface">
        {message.deleted ? (
          <p class="message__deleted">{t("message.deleted", { name: author.name })}</p>
        ) : (
          <>
            <Head message={message} continued={continued} />
            {message.quote && <Quote quote={message.quote} onJump={acts.onJump} />}
            <Body body={message.body} meId={meId} lang={message.lang} />
            {message.attachments && <Attachments items={message.attachments} />}
            <Foot message={message} {...acts} />
          </>
        )}
      </div>
      <Time at={message.at} form="time" class="message__time" />
      {!message.deleted && !state && acts.onReply && (
        <span class="message__tools">
          <IconButton
            icon={ReplyIcon}
            label={t("message.reply")}
            data-key="r"
            onClick={() => acts.onReply?.(message.key)}
          />
        </span>
      )}
    </article>
  );
}

function Head({
  message,
  continued,
}: {
  readonly message: MessageView;
  readonly continued: boolean;
}): JSX.Element {
  const note = message.mine ? t("you") : message.authorNote;
  return (
    <>
      {message.internal && <span class="hidden">{t("message.internalSpoken")}</span>}
      <header class={continued ? "hidden" : "message__head"}>
        <span class="message__author">{message.author.name}</span>
        {note && <span class="message__note">{note}</span>}
      </header>
      {message.internal && (
        <span class={continued ? "message__internal message__internal--alone" : "message__internal"}>
          <LockIcon size={14} />
          {t("message.internal")}
        </span>
      )}
    </>
  );
}

function Foot({
  message,
  onRetry,
  onDiscard,
}: MessageActions & { readonly message: MessageView }): JSX.Element | null {
  const { receipt, editedAt, key } = message;
  if (!receipt && editedAt === undefined) return null;
  return (
    <footer class="message__foot">
      {editedAt !== undefined && (
        <span>{t("message.edited", { time: format.value.timeBeside(editedAt, message.at, now.value) })}</span>
      )}
      {editedAt !== undefined && receipt && <span aria-hidden="true"> · </span>}
      {receipt && (
        <Receipt
          receipt={receipt}
          beside={message.at}
          onRetry={onRetry && (() => onRetry(key))}
          onDiscard={onDiscard && (() => onDiscard(key))}
        />
      )}
      {(receipt?.kind === "delivered" || receipt?.kind === "mailed") && <Unknown />}
    </footer>
  );
}

/** What either can't know, behind a mark of its own (RD-5). */
function Unknown(): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      {" "}
      <span class="receipt">
        <button type="button" class="receipt__more" aria-expanded={open} onClick={() => setOpen(!open)}>
          ?<span class="hidden"> {t("receipt.about")}</span>
        </button>
      </span>
      {open && <span class="receipt">{t("receipt.notInMail")}</span>}
    </>
  );
}
