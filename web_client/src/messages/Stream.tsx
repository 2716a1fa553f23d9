// The messages of a thread, oldest first, read like a log: one tab stop, arrow keys move inside, new ones are
// announced once. Where the reader is in it knows scrolling.ts.

import type { ComponentType, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { plainText } from "../core/threads.ts";
import { format, t } from "../i18n/index.ts";
import { isolated } from "../i18n/isolated.ts";
import { Button } from "../kit/Button.tsx";
import { ChevronDownIcon } from "../kit/icons.tsx";
import { TypingDots } from "../kit/TypingDots.tsx";
import { DaySeparator, UnreadDivider } from "./DaySeparator.tsx";
import type { MessageActions, MessageProps } from "./Message.tsx";
import type { MessageView, StreamEntry } from "./models.ts";
import { useRoving } from "./roving.ts";
import { SystemLine } from "./SystemLine.tsx";
import { entryOf, useScrolling } from "./scrolling.ts";
import { entryKey, streamRows } from "./stream_rows.ts";

export interface StreamProps extends MessageActions {
  readonly entries: readonly StreamEntry[];
  readonly unreadFrom?: string | undefined;
  readonly typing: readonly string[];
  readonly older: boolean;
  readonly olderLoading?: boolean | undefined;
  readonly meId?: string | undefined;
  /** How a message is drawn for this reader. */
  readonly message: ComponentType<MessageProps>;
  readonly onOlder?: () => void;
  /** Key of the message at which it opens instead. */
  readonly startAt?: string | undefined;
  /** Keys of messages that have been before somebody's eyes since; none, when there is only something to look at anew. Said
   *  while the page is visible and has focus (RD-4). */
  readonly onSeen?: (keys: readonly string[]) => void;
}

export function Stream(props: StreamProps): JSX.Element {
  const {
    entries,
    unreadFrom,
    startAt,
    typing,
    older,
    olderLoading,
    meId,
    message: OneMessage,
    onOlder,
    onSeen,
    ...acts
  } = props;
  const rows = useMemo(
    () => streamRows(entries, unreadFrom, format.value),
    [entries, unreadFrom, format.value],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const first = entries[0];
  const atEnd = useScrolling(
    scroller,
    [entries, typing.length],
    first && entryKey(first),
    { unreadFrom, startAt, written: writtenLast(entries) },
    older && !olderLoading ? onOlder : undefined,
  );
  useSeen(scroller, entries, onSeen);
  const keys = useRoving(scroller, [rows]);
  const jump = (key: string): void => {
    const target = entryOf(scroller.current, key);
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  };
  const stable = useStable(acts);
  // That somebody writes, or older ones are on their way, draws none of what was said anew, however much of it there is.
  const drawn = useMemo(
    () =>
      rows.map((row) => {
        if (row.type === "day") return <DaySeparator key={row.key} at={row.at} />;
        if (row.type === "unread") return <UnreadDivider key={row.key} at={row.at} day={row.day} />;
        if (row.type === "system")
          return <SystemLine key={row.key} entryKey={row.key} system={row.system} at={row.at} />;
        const { key, message, place } = row;
        return <OneMessage key={key} message={message} {...place} meId={meId} {...stable} onJump={jump} />;
      }),
    [rows, meId, OneMessage, stable],
  );
  return (
    <div class="stream">
      <div
        ref={scroller}
        class="stream__scroll"
        role="log"
        aria-live="off"
        aria-label={t("stream")}
        tabIndex={-1}
        onKeyDown={keys}
      >
        <div class="stream__rows">
          {older && onOlder && (
            <div class="stream__older">
              {/* Not disabled: it would lose the keyboard to the page. */}
              <Button kind="quiet" onClick={onOlder} aria-disabled={olderLoading}>
                {olderLoading ? t("loading") : t("stream.older")}
              </Button>
            </div>
          )}
          {drawn}
          <TypingDots names={typing} />
        </div>
      </div>
      {!atEnd && (
        <button
          type="button"
          class="stream__down"
          // End does the same from within.
          tabIndex={-1}
          aria-label={t("stream.toEnd")}
          title={t("stream.toEnd")}
          onClick={() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight })}
        >
          <ChevronDownIcon size={18} />
        </button>
      )}
      <Announcer entries={entries} />
    </div>
  );
}

/** The same acts for as long as the same ones are there, whoever passes them anew. */
function useStable(acts: MessageActions): MessageActions {
  const latest = useRef(acts);
  latest.current = acts;
  const names = (Object.keys(acts) as (keyof MessageActions)[]).filter((name) => acts[name]);
  return useMemo(
    () => Object.fromEntries(names.map((name) => [name, (key: string) => latest.current[name]?.(key)])),
    [String(names)],
  );
}

/** The newest message, where it was written in this window and waits to be sent. */
function writtenLast(entries: readonly StreamEntry[]): string | undefined {
  const newest = entries.findLast((entry) => entry.type === "message");
  if (newest?.type !== "message" || newest.message.receipt?.kind !== "pending") return undefined;
  return newest.message.key;
}

type Scroller = { readonly current: HTMLDivElement | null };

/** Such a part of the window counts as having looked at a message that is longer than that. */
const PART_OF_WINDOW = 0.6;
const END_SLACK_PX = 8;

/** A message has been seen once its end has been in view, or 60 % of the window have been full of it. */
function isSeen(message: DOMRect, view: DOMRect): boolean {
  const end = message.bottom > view.top && message.bottom <= view.bottom + END_SLACK_PX;
  const shown = Math.min(message.bottom, view.bottom) - Math.max(message.top, view.top);
  return end || (view.height > 0 && shown >= view.height * PART_OF_WINDOW);
}

/** Reports which messages have been seen while the page was visible and focused. */
function useSeen(
  scroller: Scroller,
  entries: readonly StreamEntry[],
  onSeen: ((keys: readonly string[]) => void) | undefined,
): void {
  const inView = useRef(new Set<HTMLElement>());
  const report = useRef<(always?: boolean) => void>(() => undefined);
  report.current = (always = false) => {
    const element = scroller.current;
    if (!onSeen || !element || document.visibilityState !== "visible" || !document.hasFocus()) return;
    const view = element.getBoundingClientRect();
    const seen = [...inView.current].filter((message) => isSeen(message.getBoundingClientRect(), view));
    for (const message of seen) inView.current.delete(message);
    if (always || seen.length > 0) onSeen(seen.flatMap((message) => message.dataset.entry ?? []));
  };
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    inView.current.clear();
    const observer = new IntersectionObserver(
      (changes) => {
        for (const { isIntersecting, target } of changes) {
          if (!(target instanceof HTMLElement)) continue;
          if (isIntersecting) inView.current.add(target);
          else inView.current.delete(target);
        }
        report.current(true);
      },
      { root: element },
    );
    for (const message of element.querySelectorAll("[data-entry]")) observer.observe(message);
    return () => observer.disconnect();
  }, [entries]);
  useEffect(() => {
    let frame = 0;
    const look = (): void => report.current(true);
    const scrolled = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        report.current();
      });
    };
    const element = scroller.current;
    element?.addEventListener("scroll", scrolled, { passive: true });
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      cancelAnimationFrame(frame);
      element?.removeEventListener("scroll", scrolled);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
}

/** Says author and text of each message that comes in, once; receipts and redraws say nothing. */
function Announcer({ entries }: { readonly entries: readonly StreamEntry[] }): JSX.Element {
  const [said, setSaid] = useState("");
  const last = useRef<string | undefined>(undefined);
  const newest = entries.findLast((entry) => entry.type === "message");
  const message: MessageView | undefined = newest?.type === "message" ? newest.message : undefined;
  useEffect(() => {
    const fresh = last.current !== undefined && message && message.key !== last.current && !message.mine;
    if (fresh)
      setSaid(
        `${message.internal ? `${t("message.internalSpoken")}. ` : ""}${isolated(message.author.name)}: ${isolated(plainText(message.body))}`,
      );
    last.current = message?.key ?? "";
  }, [message?.key]);
  return (
    <div class="hidden" role="status">
      {said}
    </div>
  );
}
