// How far an own message has come, in words with an icon, and the decision when it failed.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { problemText } from "../i18n/problems.ts";
import { CheckIcon, ClockIcon, DoubleCheckIcon, ProblemIcon } from "../kit/icons.tsx";
import type { MessageView, ReachedKind, ReachedView, ReceiptView } from "./models.ts";
import type { InBlock } from "./stream_rows.ts";

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
    case "failed":
      return (
        <span class="receipt receipt--failed" role="alert">
          <ProblemIcon size={14} />
          <span>
            {receipt.problem
              ? t("receipt.failedRefused", { reason: problemText(receipt.problem) })
              : t("receipt.failedOffline")}
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
    default:
      return <Reached {...receipt} when={when} />;
  }
}

/** The class of a message's foot within a block: on the seam to the one behind, where it takes no room and so moves nothing when
 *  it comes or goes; and, where that one says it for both, only while somebody points at the message or has gone to it. */
export function seamOf(
  { receipt, editedAt }: MessageView,
  { followed, saidBelow }: Partial<InBlock>,
): string {
  if (!followed || receipt?.kind === "failed" || editedAt !== undefined) return "";
  return saidBelow ? " seam seam--quiet" : " seam";
}

/** Who, each with a time. */
export function namesOf(people: readonly ReachedView[], when: (at: number) => string): string {
  return people.map(({ name, at }) => `${isolated(name)} ${when(at)}`).join(", ");
}

interface ReachedProps {
  readonly kind: ReachedKind;
  readonly people: readonly ReachedView[];
  readonly when: (at: number) => string;
}

function Reached({ kind, people, when }: ReachedProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const shown = open ? people : people.slice(0, NAMES_MAX);
  const names = namesOf(shown, when);
  const rest = people.length - shown.length;
  const Icon = kind === "mailed" ? CheckIcon : DoubleCheckIcon;
  return (
    <span class={`receipt receipt--${kind}`}>
      <Icon size={14} />
      <span>{t(`receipt.${kind}`, { names })}</span>
      {rest > 0 && (
        <button type="button" class="receipt__more" onClick={() => setOpen(true)}>
          +{rest}
          <span class="hidden"> {t("receipt.more", { n: rest })}</span>
        </button>
      )}
    </span>
  );
}
