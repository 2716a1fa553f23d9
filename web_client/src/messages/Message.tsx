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
import { Receipt, seamOf } from "./Receipt.tsx";
import type { InBlock } from "./stream_rows.ts";

export interface MessageActions {
  readonly onReply?: (key: string) => void;
  readonly onRetry?: (key: string) => void;
  readonly onDiscard?: (key: string) => void;
  readonly onJump?: (key: string) => void;
}

export interface MessageProps extends MessageActions, Partial<InBlock> {
  readonly message: MessageView;
  readonly meId?: string | undefined;
}

export function Message(props: MessageProps): JSX.Element {
  const { message, continued = false, followed, sameMinute, meId, onReply, onJump } = props;
  const { author, receipt } = message;
  const kind = message.deleted ? "deleted" : message.internal ? "internal" : message.own ? "own" : "other";
  const state = receipt?.kind === "pending" || receipt?.kind === "failed" ? ` message--${receipt.kind}` : "";
  return (
    <article
      class={`message message--${kind}${continued ? " message--continued" : ""}${followed ? " message--followed" : ""}${state}`}
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
            {message.quote && <Quote quote={message.quote} onJump={onJump} />}
            <Body body={message.body} meId={meId} lang={message.lang} />
            {message.attachments && <Attachments items={message.attachments} />}
            <Foot {...props} />
          </>
        )}
      </div>
      <Time at={message.at} form="time" class={sameMinute ? "hidden" : "message__time"} />
      {!message.deleted && !state && onReply && (
        <span class="message__tools">
          <IconButton
            icon={ReplyIcon}
            label={t("message.reply")}
            data-key="r"
            onClick={() => onReply(message.key)}
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
        <span class="message__internal">
          <LockIcon size={14} />
          {t("message.internal")}
        </span>
      )}
    </>
  );
}

function Foot({ message, onRetry, onDiscard, ...place }: MessageProps): JSX.Element | null {
  const { receipt, editedAt, key } = message;
  if (!receipt && editedAt === undefined) return null;
  const seam = seamOf(message, place);
  return (
    <footer class={`message__foot${seam}`}>
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
      {!seam && (receipt?.kind === "delivered" || receipt?.kind === "mailed") && <Unknown />}
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
