// One message for a client, in portal and widget: the firm's people with avatar and name at the left, the client's
// own in a quiet block at the right, receipts in grey below it.

import type { JSX } from "preact";
import { Attachments } from "../documents/attached.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Time } from "../kit/Time.tsx";
import { Body } from "./Body.tsx";
import type { MessageProps } from "./Message.tsx";
import { Quote } from "./Quote.tsx";
import { Receipt, seamOf } from "./Receipt.tsx";

export function ContactMessage(props: MessageProps): JSX.Element {
  const { message, continued, followed, ...acts } = props;
  const { author, receipt } = message;
  const state =
    receipt?.kind === "pending" || receipt?.kind === "failed" ? ` contact-message--${receipt.kind}` : "";
  const kind = message.deleted ? "deleted" : message.mine ? "mine" : "other";
  return (
    <article
      class={`contact-message contact-message--${kind}${continued ? " contact-message--continued" : ""}${followed ? " contact-message--followed" : ""}${state}`}
      data-entry={message.key}
      tabIndex={-1}
    >
      <header class={continued || message.mine ? "hidden" : "contact-message__head"}>
        <Avatar person={author} size={28} />
        <span class="contact-message__author">{message.mine ? t("you") : author.name}</span>
        <Time at={message.at} form="timeBeside" class="contact-message__time" />
      </header>
      <div class="contact-message__surface">
        {message.deleted ? (
          <p class="message__deleted">{t("message.deleted", { name: author.name })}</p>
        ) : (
          <>
            {message.quote && <Quote quote={message.quote} onJump={acts.onJump} />}
            <Body body={message.body} mentions="plain" lang={message.lang} />
            {message.attachments && <Attachments items={message.attachments} />}
          </>
        )}
      </div>
      {(receipt || message.editedAt !== undefined) && (
        <footer class={`contact-message__foot${seamOf(message, props)}`}>
          {message.editedAt !== undefined && (
            <span>
              {t("message.edited", {
                time: format.value.timeBeside(message.editedAt, message.at, now.value),
              })}
            </span>
          )}
          {receipt && (
            <Receipt
              receipt={receipt}
              beside={message.at}
              onRetry={acts.onRetry && (() => acts.onRetry?.(message.key))}
              onDiscard={acts.onDiscard && (() => acts.onDiscard?.(message.key))}
            />
          )}
        </footer>
      )}
    </article>
  );
}
