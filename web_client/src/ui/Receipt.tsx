// How far an own message has come, in words with an icon, and the decision when it failed.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { CheckIcon, ClockIcon, DoubleCheckIcon, ProblemIcon } from "./icons.tsx";
import type { ReachedView, ReceiptView } from "./models.ts";

/** So many names stand written out; the rest opens from "+2". */
const NAMES_MAX = 2;

export interface ReceiptProps {
  readonly receipt: ReceiptView;
  /** When the message was written: times of the same day need no date. */
  readonly beside: number;
  readonly onRetry?: (() => void) | undefined;
  readonly onDiscard?: (() => void) | undefined;
}

export function Receipt({ receipt, beside, onRetry, onDiscard }: ReceiptProps): JSX.Element {
  const when = (at: number): string => format.value.timeBeside(at, beside, now.value);
  switch (receipt.kind) {
    case "pending":
      return (
        <span class="receipt">
          <ClockIcon size={14} />
          {t("receipt.pending")}
        </span>
      );
    case "sent":
      return (
        <span class="receipt">
          <CheckIcon size={14} />
          {t("receipt.sent", { time: when(receipt.at) })}
        </span>
      );
    case "delivered":
      return <Reached kind="delivered" people={receipt.to} when={when} />;
    case "read":
      return <Reached kind="read" people={receipt.by} when={when} />;
    case "failed":
      return (
        <span class="receipt receipt--failed" role="alert">
          <ProblemIcon size={14} />
          <span>
            {receipt.reason === "refused"
              ? t("receipt.failedRefused", { reason: receipt.detail ?? "" })
              : t(receipt.reason === "offline" ? "receipt.failedOffline" : "receipt.failedTooLong")}
          </span>
          {onRetry && (
            <button type="button" class="receipt__act" onClick={onRetry}>
              {t("retry")}
            </button>
          )}
          {onRetry && onDiscard && <span aria-hidden="true">·</span>}
          {onDiscard && (
            <button type="button" class="receipt__act" onClick={onDiscard}>
              {t("discard")}
            </button>
          )}
        </span>
      );
  }
}

interface ReachedProps {
  readonly kind: "delivered" | "read";
  readonly people: readonly ReachedView[];
  readonly when: (at: number) => string;
}

function Reached({ kind, people, when }: ReachedProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const shown = open ? people : people.slice(0, NAMES_MAX);
  const names = shown.map((person) => `${person.name} ${when(person.at)}`).join(", ");
  const rest = people.length - shown.length;
  return (
    <span class={`receipt receipt--${kind}`}>
      <DoubleCheckIcon size={14} />
      <span>{kind === "read" ? t("receipt.read", { names }) : t("receipt.delivered", { names })}</span>
      {rest > 0 && (
        <button type="button" class="receipt__more" onClick={() => setOpen(true)}>
          +{rest}
          <span class="hidden"> {t("receipt.more", { n: rest })}</span>
        </button>
      )}
    </span>
  );
}
