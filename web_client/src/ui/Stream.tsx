// The messages of a thread, oldest first, read like a log: one tab stop, arrow keys move inside, new ones are
// announced once. Stays at the end while the reader is there, and never jumps when older ones come in above.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { format, t } from "../i18n/index.ts";
import { Button } from "./Button.tsx";
import { textOf } from "./body_text.ts";
import { ClientMessage } from "./ClientMessage.tsx";
import { DaySeparator, UnreadDivider } from "./DaySeparator.tsx";
import { moveFocus } from "./focus.ts";
import { ChevronDownIcon } from "./icons.tsx";
import { Message, type MessageActions } from "./Message.tsx";
import type { MessageView, StreamEntry } from "./models.ts";
import { SystemLine } from "./SystemLine.tsx";
import { streamRows } from "./stream_rows.ts";
import { TypingDots } from "./TypingDots.tsx";

export interface StreamProps extends MessageActions {
  readonly entries: readonly StreamEntry[];
  readonly unreadFrom?: string | undefined;
  readonly typing: readonly string[];
  readonly older: boolean;
  readonly olderLoading?: boolean | undefined;
  readonly meId?: string | undefined;
  readonly client?: boolean;
  readonly onOlder?: () => void;
  /** The highest position of t: that was rendered in view while the page had focus (RD-4). */
  readonly onSeen?: (seq: number) => void;
}

/** So near to the end the reader counts as being there. */
const NEAR_PX = 48;

export function Stream(props: StreamProps): JSX.Element {
  const {
    entries,
    unreadFrom,
    typing,
    older,
    olderLoading,
    meId,
    client = false,
    onOlder,
    onSeen,
    ...acts
  } = props;
  const rows = useMemo(
    () => streamRows(entries, unreadFrom, format.value),
    [entries, unreadFrom, format.value],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useScrolling(scroller, rows[0]?.key, entries, unreadFrom, typing.length);
  useSeen(scroller, entries, onSeen);
  const last = rows.findLastIndex((row) => row.type === "message");
  const jump = (key: string): void => {
    const target = find(scroller.current, key);
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  };
  const OneMessage = client ? ClientMessage : Message;
  return (
    <div class={client ? "stream stream--client" : "stream"}>
      <div
        ref={scroller}
        class="stream__scroll"
        role="log"
        aria-live="off"
        aria-label={t("stream")}
        tabIndex={-1}
        onKeyDown={(event) => {
          if ((event.target as HTMLElement).matches("[data-entry]"))
            moveFocus(event, "[data-entry]", "vertical");
        }}
      >
        {older && onOlder && (
          <div class="stream__older">
            <Button kind="quiet" onClick={onOlder} disabled={olderLoading}>
              {olderLoading ? t("loading") : t("stream.older")}
            </Button>
          </div>
        )}
        {rows.map((row, index) => {
          if (row.type === "day") return <DaySeparator key={row.key} at={row.at} />;
          if (row.type === "unread") return <UnreadDivider key={row.key} at={row.at} day={row.day} />;
          if (row.type === "system")
            return <SystemLine key={row.key} entryKey={row.key} system={row.system} at={row.at} />;
          return (
            <OneMessage
              key={row.key}
              message={row.message}
              continued={row.continued}
              meId={meId}
              tabStop={index === last}
              {...acts}
              onJump={jump}
            />
          );
        })}
        <TypingDots names={typing} />
      </div>
      {!atEnd && (
        <button
          type="button"
          class="stream__down"
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

function find(scroller: HTMLElement | null, key: string): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-entry="${CSS.escape(key)}"]`) ?? null;
}

type Scroller = { readonly current: HTMLDivElement | null };

/** Keeps the view where the reader wants it: at the end, at the unread line when opened, or on what they look at. */
function useScrolling(
  scroller: Scroller,
  firstKey: string | undefined,
  entries: readonly StreamEntry[],
  unreadFrom: string | undefined,
  typing: number,
): boolean {
  const [atEnd, setAtEnd] = useState(true);
  const near = useRef(true);
  const before = useRef<{ first: string | undefined; height: number }>({ first: undefined, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const { first, height } = before.current;
    if (first === undefined && firstKey !== undefined) {
      const line = unreadFrom === undefined ? null : element.querySelector<HTMLElement>(".day--unread");
      if (line && element.scrollHeight - line.offsetTop > element.clientHeight)
        element.scrollTop = line.offsetTop - element.offsetTop;
      else element.scrollTop = element.scrollHeight;
    } else if (near.current) element.scrollTop = element.scrollHeight;
    else if (first !== firstKey) element.scrollTop += element.scrollHeight - height;
    before.current = { first: firstKey, height: element.scrollHeight };
  }, [entries, firstKey, typing, unreadFrom]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => {
      near.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      setAtEnd(near.current);
    };
    const resized = new ResizeObserver(() => {
      if (near.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  return atEnd;
}

/** Reports the highest position that stood in view while the page was visible and focused. */
function useSeen(
  scroller: Scroller,
  entries: readonly StreamEntry[],
  onSeen: ((seq: number) => void) | undefined,
): void {
  const highest = useRef(0);
  const inView = useRef(new Set<Element>());
  const report = useRef<() => void>(() => undefined);
  report.current = () => {
    if (!onSeen || document.visibilityState !== "visible" || !document.hasFocus()) return;
    let seq = highest.current;
    for (const element of inView.current)
      seq = Math.max(seq, Number((element as HTMLElement).dataset.seq ?? 0));
    if (seq <= highest.current) return;
    highest.current = seq;
    onSeen(seq);
  };
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    inView.current.clear();
    const observer = new IntersectionObserver(
      (changes) => {
        for (const change of changes) {
          if (change.isIntersecting) inView.current.add(change.target);
          else inView.current.delete(change.target);
        }
        report.current();
      },
      { root: element, threshold: 0.6 },
    );
    for (const message of element.querySelectorAll("[data-seq]")) observer.observe(message);
    return () => observer.disconnect();
  }, [entries]);
  useEffect(() => {
    const look = (): void => report.current();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
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
        `${message.internal ? `${t("message.internalSpoken")}. ` : ""}${message.author.name}: ${textOf(message.body)}`,
      );
    last.current = message?.key ?? "";
  }, [message?.key]);
  return (
    <div class="hidden" role="status">
      {said}
    </div>
  );
}
