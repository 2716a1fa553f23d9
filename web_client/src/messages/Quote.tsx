// What a message answers: a tinted block of two lines at most. Pressing it goes there.

import type { JSX } from "preact";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { CloseIcon } from "../kit/icons.tsx";
import type { QuoteView } from "./models.ts";

export interface QuoteProps {
  readonly quote: QuoteView;
  readonly onJump?: ((key: string) => void) | undefined;
  /** In the composer: takes the quote away. */
  readonly onRemove?: (() => void) | undefined;
}

export function Quote({ quote, onJump, onRemove }: QuoteProps): JSX.Element {
  const content = (
    <>
      <span class="quote__head">
        <strong>{quote.name}</strong>
        {quote.at !== undefined && ` ${format.value.timeBeside(quote.at, now.value, now.value)}`}
      </span>
      <span class="quote__text">{quote.text}</span>
    </>
  );
  return (
    <blockquote class={onRemove ? "quote quote--draft" : "quote"}>
      {onJump ? (
        <button type="button" class="quote__jump" onClick={() => onJump(quote.key)}>
          {content}
        </button>
      ) : (
        <div class="quote__jump">{content}</div>
      )}
      {onRemove && <IconButton icon={CloseIcon} size={14} label={t("quote.remove")} onClick={onRemove} />}
    </blockquote>
  );
}
